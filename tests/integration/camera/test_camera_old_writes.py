"""What Envoy is told when it asks for locks on the old server's behalf."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from camplane.ext_proc.v3 import external_processor_pb2 as pb
from camplane.ext_proc.v3 import external_processor_pb2_grpc as pb_grpc
from google.protobuf.struct_pb2 import Struct

from camera_service.entrypoints import old_writes
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.layout import Layout

CREATE = ("POST", "/api/v1/cameras")
START = ("POST", "/api/v1/cameras/a/start")


class Asking:
    """One request on its way to the old server, as Envoy tells of it."""

    def __init__(self, channel: grpc.aio.Channel, method: str, path: str) -> None:
        self._call = pb_grpc.ExternalProcessorStub(channel).Process()
        self._request = {":method": method, ":path": path}
        self.was_asked_to_wait = False

    async def begin(self) -> pb.ProcessingResponse:
        headers = pb.HttpHeaders(headers=_map(self._request))
        await self._call.write(pb.ProcessingRequest(request_headers=headers))
        response = await self._call.read()
        if response.HasField("override_message_timeout"):
            self.was_asked_to_wait = True
            response = await self._call.read()
        return response

    async def answered(self, details: str = "via_upstream") -> pb.ProcessingResponse:
        told = Struct()
        told["response.code_details"] = details
        request = pb.ProcessingRequest(response_headers=pb.HttpHeaders(headers=_map({})))
        request.attributes["envoy.filters.http.ext_proc"].CopyFrom(told)
        await self._call.write(request)
        response = await self._call.read()
        await self._call.done_writing()
        return response

    def leave(self) -> None:
        self._call.cancel()


def _map(headers: dict[str, str]) -> pb.HeaderMap:
    values = [pb.HeaderValue(key=key, raw_value=value.encode()) for key, value in headers.items()]
    return pb.HeaderMap(headers=values)


@pytest.fixture
async def domain(serving: Any, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Any]:
    """Give a client of domain, and `ask(method, path)` for its locks."""
    address = f"unix:{tmp_path}/l.sock"
    async with (
        serving("domain", sqlite_url, CAMPLANE_LISTEN=address) as client,
        grpc.aio.insecure_channel(address) as channel,
    ):
        yield client, lambda *request: Asking(channel, *request)


async def test_who_writes_waits_for_the_write_before(domain, cameras_file: Path) -> None:
    client, ask = domain
    first, second = ask(*CREATE), ask(*CREATE)
    assert (await first.begin()).HasField("request_headers")
    waiting = [
        asyncio.create_task(second.begin()),
        asyncio.create_task(client.create({"id": "ours", "name": "n", "source": "s"})),
    ]
    done, _ = await asyncio.wait(waiting, timeout=1)
    assert not done
    assert "ours" not in cameras_file.read_text()
    cameras_file.write_text("cameras:\n- {id: theirs, name: n, source: s}\n")
    assert (await first.answered()).HasField("response_headers")
    assert (await waiting[0]).HasField("request_headers")
    assert second.was_asked_to_wait
    await second.answered()
    await waiting[1]
    assert [entry["id"] for entry in await client.entries()] == ["theirs", "ours"]


async def test_however_many_old_writes_wait_domain_answers(
    domain, cameras_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty wait for the file, more of domain's own than it has threads; what reads does not."""
    client, ask = domain
    monkeypatch.setattr(old_writes, "WAIT_SECONDS", 60)
    first = ask(*CREATE)
    await first.begin()
    cameras_file.write_text("cameras:\n- {id: a, name: n, source: s}\n")
    # Each lets go by itself: in what order they reach the service is nobody's promise.
    waiting = [asyncio.create_task(_written(ask(*CREATE))) for _ in range(40)]
    for n in range(10):
        entry = {"id": f"w{n}", "name": "n", "source": "s"}
        waiting.append(asyncio.create_task(client.create(entry)))
    await asyncio.wait(waiting, timeout=0.3)
    async with asyncio.timeout(5):
        assert [entry["id"] for entry in await client.entries()] == ["a"]
        assert not (await client.call("GetCameraStatus", camera_id="a")).running
    await first.answered()
    await asyncio.gather(*waiting)
    assert len(await client.entries()) == 11


async def _written(asking: Asking) -> None:
    assert (await asking.begin()).HasField("request_headers")
    await asking.answered()


async def test_starts_and_stops_of_one_camera_wait_for_each_other(domain, root: Path) -> None:
    client, ask = domain
    await client.create({"id": "a", "name": "n", "source": "s"})
    old = ask(*START)
    await old.begin()
    with locks.if_free(Layout.under(root).control_lock("a")) as free:
        assert not free
    starting = asyncio.create_task(client.call("StartCamera", camera_id="a"))
    done, _ = await asyncio.wait({starting}, timeout=0.3)
    assert not done
    # Another camera is nobody's affair.
    await client.create({"id": "b", "name": "n", "source": "s"})
    await client.call("StartCamera", camera_id="b")
    await old.answered()
    assert (await starting).running


async def test_a_made_up_id_leaves_no_lock_behind(domain, root: Path) -> None:
    _, ask = domain
    old = ask("POST", "/api/v1/cameras/made-up/start")
    await old.begin()
    await old.answered()
    assert not Layout.under(root).control_lock("made-up").exists()


async def test_a_lock_that_does_not_come_free_is_refused(
    domain, cameras_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words, and nothing is held by who was refused."""
    _, ask = domain
    monkeypatch.setattr(old_writes, "WAIT_SECONDS", 0.2)
    lock = cameras_file.with_name(".cameras.yaml.lock")
    with locks.exclusive(lock):
        said = (await ask("DELETE", "/api/v1/cameras/a").begin()).immediate_response
    assert said.status.code == 503
    assert "Nothing was changed" in json.loads(said.body)["detail"]
    again = ask("DELETE", "/api/v1/cameras/a")
    assert (await again.begin()).HasField("request_headers")
    await again.answered()


@pytest.mark.parametrize(
    ("how", "waits"),
    [
        ("leaves", True),
        ("upstream_reset_before_response_started{connection_termination}", True),
        ("upstream_reset_before_response_started{remote_connection_failure|x}", False),
        ("via_upstream", False),
    ],
)
async def test_an_old_server_that_may_write_still_keeps_its_locks_for_a_while(
    domain, cameras_file: Path, monkeypatch: pytest.MonkeyPatch, how: str, waits: bool
) -> None:
    _, ask = domain
    monkeypatch.setattr(old_writes, "GRACE_SECONDS", 0.5)
    lock = cameras_file.with_name(".cameras.yaml.lock")

    def is_free() -> bool:
        with locks.if_free(lock) as free:
            return free

    old = ask(*CREATE)
    await old.begin()
    if how == "leaves":
        old.leave()
    else:
        await old.answered(how)
    assert is_free() != waits
    async with asyncio.timeout(10):
        while not is_free():
            await asyncio.sleep(0.02)


async def test_who_gave_up_waiting_is_not_given_the_lock(domain, cameras_file: Path) -> None:
    _, ask = domain
    first, second, third = (ask(*CREATE) for _ in range(3))
    await first.begin()
    waiting = asyncio.create_task(second.begin())
    await asyncio.wait({waiting}, timeout=0.2)
    second.leave()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    await first.answered()
    async with asyncio.timeout(1):
        assert (await third.begin()).HasField("request_headers")
    await third.answered()
