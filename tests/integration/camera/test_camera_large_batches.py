"""Who asks for much waits for it; everybody else is answered meanwhile."""

import asyncio
import json
from typing import Any

import pytest

IDS = [f"cam{number}" for number in range(10_000)]
LIMIT = 1 << 20


@pytest.mark.parametrize("implementation", ["legacy", "domain"])
async def test_health_and_reads_are_answered_while_large_batches_are_under_way(
    process: Any, implementation: str
) -> None:
    """Many times over: eight threads at once left the event loop five looks in two seconds."""
    async with process(implementation, CAMPLANE_AUTO_START="false") as (_, client, _log):
        batches = [
            asyncio.create_task(client.call("BatchGetCameraStatus", camera_ids=IDS))
            for _ in range(8)
        ]
        answered = 0
        while not any(batch.done() for batch in batches):
            await client.health("SERVING")
            await client.call("GetCameraStatus", camera_id="cam1")
            answered += 1
        for batch in batches:
            assert [one.camera_id for one in (await batch).statuses] == IDS
    assert answered >= 25


async def test_a_smaller_batch_does_not_wait_for_larger_ones(serving: Any) -> None:
    """It comes when they are under way, and is answered before any of them."""
    async with serving("legacy") as client:
        large = [
            asyncio.create_task(client.call("BatchGetCameraStatus", camera_ids=IDS))
            for _ in range(4)
        ]
        await client.call("GetCameraStatus", camera_id="cam1")
        found = await client.call("BatchGetCameraStatus", camera_ids=IDS[:200])
        assert (len(found.statuses), any(batch.done() for batch in large)) == (200, False)
        await asyncio.gather(*large)


async def test_a_request_is_no_larger_natively_than_over_rest(serving: Any, refused: Any) -> None:
    """What the gateway would not let through over REST is refused unread, in words."""
    entry = {"id": "large", "name": "Large", "source": "x.mp4"}
    async with serving("legacy") as client:
        with pytest.raises(refused) as told:
            await client.call("CreateCamera", entry={**entry, "blob": "x" * (15 << 20)})
        assert told.value.reason == "REQUEST_TOO_LARGE"
        assert "gateway.limits.request_bytes" in told.value.message
        body = json.dumps({**entry, "blob": ""}).encode()
        assert len(body) < LIMIT
        filled = {**entry, "blob": "x" * (LIMIT - len(body))}
        with pytest.raises(refused) as told:
            await client.create(filled)
        assert told.value.reason == "INVALID_ARGUMENT"
        with pytest.raises(refused) as told:
            await client.call("CreateCamera", entry={**entry, "blob": [1] * 70_000})
        assert (told.value.reason, "at most 1000 keys" in told.value.message) == (
            "INVALID_ARGUMENT",
            True,
        )
    async with serving("legacy", CAMPLANE_REQUEST_BYTES=str(4 << 20)) as client:
        with pytest.raises(refused) as told:
            await client.call("CreateCamera", entry={**entry, "blob": "x" * (3 << 20)})
        assert told.value.reason == "INVALID_ARGUMENT"
