"""An old server that takes no locks and domain write one cameras.yaml, and nothing is lost."""

import asyncio
import itertools
import random
import signal
import time
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from tests.integration.gateway.two_writers import World, at_a_time, camera, two_writers

CAMERAS = "/api/v1/cameras"
SIDES = ("true", "false")


@pytest.fixture(scope="module", params=[1, 2], ids=["one process", "two processes"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with two_writers(request.param) as world:
        yield world


async def create(client: httpx.AsyncClient, camera_id: str, side: str) -> str:
    """Create a camera on one side; return its id when that is acknowledged, else what was said."""
    answer = await client.post(CAMERAS, params={"force_domain": side}, json=camera(camera_id))
    return camera_id if answer.status_code == 200 else f"{answer.status_code} {answer.text}"


@pytest.mark.parametrize("number", [4, 16])
async def test_of_creates_on_both_sides_at_once_none_is_lost(world: World, number: int) -> None:
    ids = [f"at-once-{number}-{i}" for i in range(60)]
    async with world.client() as client:
        calls = [partial(create, client, one, SIDES[i % 2]) for i, one in enumerate(ids)]
        assert await at_a_time(number, calls) == ids
    assert {entry["id"] for entry in world.entries()} >= set(ids)


async def test_each_camera_is_in_the_end_what_its_last_change_made_of_it(world: World) -> None:
    """Eight clients, a camera each, sides at random: created, changed, activated, deleted."""
    drawn = random.Random(12)

    async def live(client: httpx.AsyncClient, camera_id: str, is_kept: bool) -> None:
        async def ask(method: str, path: str, **body: object) -> None:
            side = drawn.choice(SIDES)
            answer = await client.request(
                method, CAMERAS + path, params={"force_domain": side}, **body
            )
            assert answer.status_code == 200, (method, path, side, answer.text)

        await ask("POST", "", json=camera(camera_id, active=False))
        for n in range(4):
            await ask("PUT", f"/{camera_id}", json={"n": n})
        await ask("POST", f"/{camera_id}/activate")
        if not is_kept:
            await ask("DELETE", f"/{camera_id}")

    async with world.client() as client:
        async with asyncio.timeout(60):
            await asyncio.gather(*(live(client, f"life-{i}", i % 3 > 0) for i in range(8)))
    left = {one["id"]: one for one in world.entries() if one["id"].startswith("life-")}
    expected = {f"life-{i}": camera(f"life-{i}", active=True, n=3) for i in range(8) if i % 3}
    assert left == expected


async def test_a_camera_started_on_both_sides_at_once_has_one_process(world: World) -> None:
    async with world.client() as client:
        for i in range(10):  # and as often before two processes
            camera_id = f"start-{i}"
            assert await create(client, camera_id, SIDES[i % 2]) == camera_id
            starts = [
                client.post(f"{CAMERAS}/{camera_id}/start", params={"force_domain": side})
                for side in (*SIDES, *SIDES)
            ]
            answers = await asyncio.gather(*starts)
            assert {answer.status_code for answer in answers} == {200}
            pids = world.workers(camera_id)
            assert len(pids) == 1, (i, pids)
            assert {answer.json()["pid"] for answer in answers} == set(pids)
            stopped = await client.post(
                f"{CAMERAS}/{camera_id}/stop", params={"force_domain": "true"}
            )
            assert stopped.status_code == 200
            assert world.workers(camera_id) == []


async def test_a_write_goes_on_under_its_locks_when_its_client_has_left(world: World) -> None:
    """Domain's next change waits for it, and does not write over it."""
    name = f"left-{world.old.pid}"
    async with world.client() as client:
        slow = {"force_domain": "false", "hold": "1"}
        with pytest.raises(httpx.ReadTimeout):
            await client.post(CAMERAS, params=slow, json=camera(f"{name}-a"), timeout=0.3)
        began = time.monotonic()
        assert await create(client, f"{name}-b", "true") == f"{name}-b"
        assert time.monotonic() - began > 0.5
    assert {entry["id"] for entry in world.entries()} >= {f"{name}-a", f"{name}-b"}


async def test_a_sender_that_takes_its_time_keeps_nobody_waiting(world: World) -> None:
    """A request is locked when all of it is there."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(world.url.rpartition(":")[2]))
    head = "POST /api/v1/cameras?force_domain=false HTTP/1.1\r\nhost: x\r\n"
    body = f'{{"id": "slow-{world.old.pid}", "name": "s", "source": "s"}}'
    about = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write((head + about + body[:5]).encode())
    await writer.drain()
    async with world.client() as client, asyncio.timeout(5):
        for side in SIDES:
            name = f"quick-{world.old.pid}-{side}"
            assert await create(client, name, side) == name
    writer.write(body[5:].encode())
    assert b" 200 " in await reader.readline()
    writer.close()


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_without_domain_the_old_side_goes_on_and_nothing_is_lost(
    world: World, ending: signal.Signals
) -> None:
    """Also nothing by its own doing: while nobody has locks to give, its writers take turns."""
    acknowledged: list[str] = []
    slowest = 0.0

    async def creating(
        client: httpx.AsyncClient, side: str, enough: asyncio.Event, who: int = 0
    ) -> None:
        nonlocal slowest
        for number in itertools.count():
            if enough.is_set():
                return
            name = f"{ending.name}-{world.old.pid}-{side}-{who}-{number}"
            began = time.monotonic()
            if (said := await create(client, name, side)) == name:
                acknowledged.append(name)
            elif side == "false":
                raise AssertionError(said)
            slowest = max(slowest, (time.monotonic() - began) * (side == "false"))

    async def more(number: int) -> None:
        wanted = len(acknowledged) + number
        async with asyncio.timeout(30):
            while len(acknowledged) < wanted:
                assert not old.done(), old.result()
                await asyncio.sleep(0.01)

    async with world.client() as client:
        gone, over = asyncio.Event(), asyncio.Event()
        domain = asyncio.create_task(creating(client, "true", gone))
        old = asyncio.gather(*(creating(client, "false", over, who) for who in range(4)))
        await more(6)
        gone.set()
        world.domain.send_signal(ending)
        await more(20)
        if ending is signal.SIGSTOP:
            world.domain.send_signal(signal.SIGCONT)
        else:
            world.domain.wait()
            world.start_domain()
        await asyncio.to_thread(world.until_answered_by, "domain")
        over.set()
        await asyncio.gather(domain, old)
        # Both sides, under locks again.
        last = [f"{ending.name}-{world.old.pid}-last-{side}" for side in SIDES]
        assert await asyncio.gather(*map(partial(create, client), last, SIDES)) == last
    assert {entry["id"] for entry in world.entries()} >= {*acknowledged, *last}
    assert slowest < 5
