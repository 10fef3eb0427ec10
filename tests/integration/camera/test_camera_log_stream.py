"""TailCameraLogs: a worker's log as it is written, for any number of clients at any speed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb

from camera_service.entrypoints import log_stream
from camera_service.entrypoints.log_stream import LogStreams
from camera_service.shared_state.files.layout import Layout
from servicekit.threads import Threads


@pytest.fixture(params=["legacy", "domain"])
async def client(request, serving, sqlite_url) -> AsyncIterator[Any]:
    async with serving(request.param, sqlite_url) as client:
        yield client


@pytest.fixture
def log(root: Path) -> Path:
    path = Layout.under(root).log("gate")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def append(log: Path, text: str) -> None:
    with log.open("ab") as file:
        file.write(text.encode())


@contextlib.asynccontextmanager
async def tail(client: Any, **fields: Any) -> AsyncIterator[Any]:
    call = client.typed.TailCameraLogs(pb.TailCameraLogsRequest(camera_id="gate", **fields))
    try:
        async with asyncio.timeout(15):
            yield call
    finally:
        call.cancel()


async def lines(call: Any, number: int) -> list[str]:
    """Read until so many lines have come."""
    found: list[str] = []
    while len(found) < number:
        found += (await call.read()).lines
    return found


async def test_a_stream_begins_at_once(client, log) -> None:
    async with tail(client) as call:
        assert (await call.read()) == pb.TailCameraLogsResponse()
        append(log, "first rtsp://user:hunter2@camera/1\n")
        assert await lines(call, 1) == ["first rtsp://***@camera/1"]


async def test_a_stream_is_resumed_behind_a_place(client, log) -> None:
    append(log, "1\n2\n")
    async with tail(client, lines=1) as call:
        first = await call.read()
    append(log, "3\n")
    async with tail(client, after=first.place) as call:
        assert await lines(call, 1) == ["3"]
    async with tail(client, after="1-1", lines=2) as call:
        found = await call.read()
    assert (found.lines, found.gap) == (["2", "3"], True)


@pytest.mark.parametrize("number", [-1, 10_001])
async def test_lines_out_of_bounds_are_refused(client, refused, number) -> None:
    call = client.typed.TailCameraLogs(pb.TailCameraLogsRequest(camera_id="gate", lines=number))
    with pytest.raises(Exception, match="lines must be from 0 to 10000"):
        await call.read()


async def test_a_client_that_reads_late_is_sent_everything(client, log) -> None:
    count = 60_000
    async with tail(client, lines=0) as slow, tail(client, lines=0) as quick:
        await slow.read()
        await quick.read()
        for first in range(0, count, 10_000):
            append(log, "".join(f"{n} {'x' * 80}\n" for n in range(first, first + 10_000)))
            await lines(quick, 10_000)
        found = await lines(slow, count)
    assert [int(line.split()[0]) for line in found] == list(range(count))


@pytest.fixture
async def streams(root: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LogStreams]:
    monkeypatch.setattr(log_stream, "QUIET_SECONDS", 0.3)
    threads = Threads(2, "logs")
    streams = LogStreams(Layout.under(root), threads)
    yield streams
    streams.close()
    threads.close()


async def test_after_each_silence_there_is_a_sign_of_life(streams, log) -> None:
    append(log, "1\n")
    async with contextlib.aclosing(streams.follow("gate", 10, "")) as stream, asyncio.timeout(15):
        assert (await anext(stream)).lines[0][0] == "1"
        assert [(await anext(stream)).lines for _ in range(3)] == [(), (), ()]
        append(log, "2\n")
        assert (await anext(stream)).lines[0][0] == "2"


async def test_nothing_is_looked_at_once_the_last_client_has_left(streams, log) -> None:
    for _ in range(2):
        async with contextlib.aclosing(streams.follow("gate", 0, "")) as stream:
            await anext(stream)
            looking = streams._looking
            assert looking and not looking.done()
        async with asyncio.timeout(5):
            await looking


def is_open(path: Path) -> bool:
    """Has this process, in which the service runs, the file open?"""
    targets = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            targets.append(descriptor.readlink())
    return path in targets


async def test_a_client_that_leaves_leaves_nothing_behind(client, log) -> None:
    append(log, "1\n" * 100_000)
    for fields in ({"lines": 1}, {"lines": 10_000}):
        async with tail(client, **fields) as call:
            await call.read()
            assert is_open(log)
        async with asyncio.timeout(10):
            while is_open(log):
                await asyncio.sleep(0.02)
