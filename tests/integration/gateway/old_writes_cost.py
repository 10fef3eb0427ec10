"""`python -m tests.integration.gateway.old_writes_cost`: what locks cost a create on the old side.

Two worlds, with `legacy.lock_writes` and without, are asked in turn.
"""

import asyncio
import statistics
import time
from functools import partial

import httpx

from tests.integration.gateway.two_writers import World, at_a_time, camera, two_writers

ROUNDS, CREATES = 8, 25


async def measure(worlds: dict[str, World]) -> dict[tuple[str, int], list[float]]:
    """Return the times of all creates, by world and how many were under way at once."""
    times: dict[tuple[str, int], list[float]] = {}
    for number in (1, 4):
        for round_number in range(ROUNDS):
            for name, world in worlds.items():
                world.file.write_text("cameras: []\n")
                async with world.client() as client:
                    ids = [f"{number}-{round_number}-{i}" for i in range(CREATES)]
                    calls = [partial(create, client, one) for one in ids]
                    times.setdefault((name, number), []).extend(await at_a_time(number, calls))
    return times


async def create(client: httpx.AsyncClient, camera_id: str) -> float:
    began = time.perf_counter()
    await client.post("/api/v1/cameras", params={"force_domain": "false"}, json=camera(camera_id))
    return time.perf_counter() - began


def main() -> None:
    with two_writers() as locked, two_writers(lock_writes=False) as unlocked:
        times = asyncio.run(measure({"locked": locked, "unlocked": unlocked}))
    for (name, number), found in times.items():
        rate = number * len(found) / sum(found)
        fast, _, _, _, median, *_ = (one * 1000 for one in statistics.quantiles(found, n=10))
        print(f"{name:9} {number} at a time: p10 {fast:.1f}, p50 {median:.1f} ms, {rate:.0f}/s")


if __name__ == "__main__":
    main()
