"""A write with a key happens once, whichever implementation is asked and how often."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from camplane.camera.v1 import camera_rest_service_pb2 as rest_pb
from camplane.camera.v1 import camera_service_pb2 as pb
from google.api import httpbody_pb2

from camera_service.shared_state.files.completed import MAX_KEYS, Completed
from camera_service.shared_state.files.layout import Layout
from servicekit import idempotency

ENTRY = b'{"id": "cam0", "name": "n", "source": "rtsp://u:secret@h/s"}'


async def call(client: Any, key: str, method: str, **fields: Any) -> Any:
    """Call a method of the typed contract with a key."""
    request = getattr(pb, f"{method}Request")(**fields)
    return await getattr(client.typed, method)(request, metadata=[(idempotency.CLIENT_KEY, key)])


async def create(client: Any, key: str, body: bytes = ENTRY) -> Any:
    request = rest_pb.CameraRestServiceCreateCameraRequest(
        body=httpbody_pb2.HttpBody(content_type="application/json", data=body)
    )
    return await client._rest.CreateCamera(request, metadata=[(idempotency.CLIENT_KEY, key)])


def new_key() -> str:
    return uuid.uuid4().hex


@pytest.fixture(params=["legacy first", "domain first"])
async def pair(request: Any, serving: Any, sqlite_url: str) -> AsyncIterator[tuple[Any, Any]]:
    """Give clients of both implementations on one world, the one that is asked first ahead."""
    async with serving("legacy") as legacy, serving("domain", sqlite_url) as domain:
        yield (legacy, domain) if request.param == "legacy first" else (domain, legacy)


@pytest.fixture
async def here_there(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    """The same, with a camera cam0."""
    await create(pair[0], new_key())
    return pair


async def running(client: Any) -> int:
    """Return the pid of cam0's worker, 0 when none runs."""
    return (await call(client, new_key(), "GetCameraStatus", camera_id="cam0")).pid


async def test_a_repeated_create_is_answered_as_the_first_and_makes_nothing(
    pair: tuple[Any, Any],
) -> None:
    here, there = pair
    key = new_key()
    first = await create(here, key)
    assert await create(there, key) == first
    await call(here, new_key(), "DeleteCamera", camera_id="cam0")
    assert await create(there, key) == first
    assert await here.entries() == []


async def test_a_repeated_change_does_not_undo_a_later_one(here_there: tuple[Any, Any]) -> None:
    here, there = here_there
    key = new_key()
    for number, client in enumerate((here, there)):
        request = rest_pb.CameraRestServiceUpdateCameraRequest(
            camera_id="cam0", body=httpbody_pb2.HttpBody(data=b'{"name": "first"}')
        )
        request.body.content_type = "application/json"
        metadata = [(idempotency.CLIENT_KEY, key)]
        assert (await client._rest.UpdateCamera(request, metadata=metadata)).status == "success"
        assert [entry["name"] for entry in await here.entries()] == [("first", "second")[number]]
        await there.update("cam0", {"name": "second"})


async def test_a_repeated_delete_is_answered_as_the_first(here_there: tuple[Any, Any]) -> None:
    here, there = here_there
    key = new_key()
    first = await call(here, key, "DeleteCamera", camera_id="cam0")
    assert await call(there, key, "DeleteCamera", camera_id="cam0") == first
    await create(here, new_key())
    assert await call(there, key, "DeleteCamera", camera_id="cam0") == first
    assert len(await here.entries()) == 1


async def test_a_repeated_start_starts_nothing_that_was_stopped_since(
    here_there: tuple[Any, Any],
) -> None:
    here, there = here_there
    key = new_key()
    first = await call(here, key, "StartCamera", camera_id="cam0")
    assert len(first.cmd) > 0
    assert await call(there, key, "StartCamera", camera_id="cam0") == first
    await call(there, new_key(), "DeactivateCamera", camera_id="cam0")
    assert await call(there, key, "StartCamera", camera_id="cam0") == first
    assert await call(here, key, "StartCamera", camera_id="cam0") == first
    assert await running(here) == 0


async def test_a_repeated_stop_stops_nothing_that_was_started_since(
    here_there: tuple[Any, Any],
) -> None:
    here, there = here_there
    key = new_key()
    await call(here, new_key(), "StartCamera", camera_id="cam0")
    first = await call(here, key, "StopCamera", camera_id="cam0")
    pid = (await call(there, new_key(), "StartCamera", camera_id="cam0")).pid
    assert await call(there, key, "StopCamera", camera_id="cam0") == first
    assert await running(here) == pid


async def test_a_repeated_restart_leaves_the_new_worker_alone(here_there: tuple[Any, Any]) -> None:
    here, there = here_there
    key = new_key()
    await call(there, new_key(), "StartCamera", camera_id="cam0")
    first = await call(here, key, "RestartCamera", camera_id="cam0")
    assert await call(there, key, "RestartCamera", camera_id="cam0") == first
    assert await running(here) == first.pid


async def test_repeated_switches_do_not_undo_later_ones(here_there: tuple[Any, Any]) -> None:
    here, there = here_there
    await call(here, new_key(), "StartCamera", camera_id="cam0")
    off, on, auto = new_key(), new_key(), new_key()
    first = await call(here, off, "DeactivateCamera", camera_id="cam0")
    assert first.stopped
    assert await call(there, off, "DeactivateCamera", camera_id="cam0") == first
    await call(there, on, "ActivateCamera", camera_id="cam0")
    await call(here, auto, "SetAutoStart", camera_id="cam0", auto_start=True)
    assert await call(there, off, "DeactivateCamera", camera_id="cam0") == first
    [entry] = await here.entries()
    assert (entry["active"], entry["auto_start"]) == (True, True)

    await call(there, new_key(), "DeactivateCamera", camera_id="cam0")
    assert (await call(here, on, "ActivateCamera", camera_id="cam0")).active
    assert (await call(here, auto, "SetAutoStart", camera_id="cam0", auto_start=True)).auto_start
    [entry] = await here.entries()
    assert (entry["active"], entry["auto_start"]) == (False, False)


async def test_twenty_writes_at_once_with_one_key_are_one(pair: tuple[Any, Any]) -> None:
    key, restart = new_key(), new_key()
    answers = await asyncio.gather(*(create(pair[n % 2], key) for n in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await pair[0].entries()) == 1
    await call(pair[0], new_key(), "StartCamera", camera_id="cam0")
    restarts = (call(pair[n % 2], restart, "RestartCamera", camera_id="cam0") for n in range(6))
    answers = await asyncio.gather(*restarts)
    assert {answer.pid for answer in answers} == {await running(pair[0])}


async def test_a_key_that_comes_with_another_request_is_refused(
    here_there: tuple[Any, Any],
) -> None:
    here, there = here_there
    key = new_key()
    await call(here, key, "SetAutoStart", camera_id="cam0", auto_start=True)
    for method, fields in (
        ("SetAutoStart", {"auto_start": False}),
        ("DeleteCamera", {}),
        ("StartCamera", {}),
        ("StopCamera", {}),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(there, key, method, camera_id="cam0", **fields)
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert "give each write a key of its own" in (refused.value.details() or "")
    assert [entry["auto_start"] for entry in await here.entries()] == [True]


async def test_a_refusal_is_not_remembered(pair: tuple[Any, Any]) -> None:
    here, there = pair
    key = new_key()
    with pytest.raises(grpc.aio.AioRpcError):
        await call(here, key, "StartCamera", camera_id="cam0")
    await create(there, new_key())
    assert (await call(here, key, "StartCamera", camera_id="cam0")).running


async def test_what_is_kept_is_for_its_owner_alone_and_holds_no_password(
    here_there: tuple[Any, Any], root: Path
) -> None:
    here, _ = here_there
    await call(here, new_key(), "StartCamera", camera_id="cam0")
    kept = list(Layout.under(root).completed.glob("*-*"))
    assert len(kept) == 2
    for path in kept:
        assert path.stat().st_mode & 0o077 == 0
        assert "secret" not in path.read_text()
    assert list(Layout.under(root).intents.iterdir()) == []


async def test_an_answer_survives_both_services(serving: Any, root: Path, sqlite_url: str) -> None:
    key = new_key()
    async with serving("domain", sqlite_url) as domain:
        first = await create(domain, key)
    async with serving("legacy") as legacy:
        assert await create(legacy, key) == first
        assert len(await legacy.entries()) == 1


def test_what_is_old_is_forgotten_and_too_many_are(root: Path) -> None:
    """A day for a client's key, minutes for the gateway's."""
    layout = Layout.under(root)
    layout.make()
    now = time.time()
    ages = {
        "client-young": 60.0,
        "client-old": idempotency.CLIENT_SECONDS + 60.0,
        "gateway-young": 60.0,
        "gateway-old": idempotency.GATEWAY_SECONDS + 60.0,
        **{f"gateway-{number}": 90.0 for number in range(MAX_KEYS)},
    }
    for name, age in ages.items():
        path = layout.completed / name
        path.touch()
        os.utime(path, (now - age, now - age))
    Completed(layout).prune()
    left = {path.name for path in layout.completed.glob("*-*")}
    assert {"client-young", "gateway-young"} < left
    assert not left & {"client-old", "gateway-old"}
    assert len(left) == MAX_KEYS + 1
