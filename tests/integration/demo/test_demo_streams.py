"""The demo's cameras can be watched, come back after a crash, and go when told."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import av
import pytest

from gateway.demo.streams import DemoStreams


@pytest.fixture
async def streams() -> AsyncIterator[DemoStreams]:
    streams = DemoStreams()
    yield streams
    await streams.stop()


def pictures(source: str) -> tuple[int, int]:
    """Return the size of the first picture of `source`."""
    with av.open(source, options={"rtsp_transport": "tcp"}, timeout=(5, 5)) as container:
        frame = next(container.decode(video=0))
    return frame.width, frame.height


async def test_there_are_two_streams_and_a_file_ready_for_the_configuration(
    streams: DemoStreams, tmp_path: Path
) -> None:
    entries = await streams.start(tmp_path)

    assert [entry["id"] for entry in entries] == ["demo-street", "demo-animation", "demo-file"]
    assert all(entry["active"] is True and entry["auto_start"] is True for entry in entries)
    assert all(isinstance(entry["name"], str) and entry["name"] for entry in entries)
    sizes = [await asyncio.to_thread(pictures, entry["source"]) for entry in entries]
    assert sizes == [(640, 272), (1280, 720), (176, 144)]


async def test_a_server_that_dies_is_restarted_on_its_port(
    streams: DemoStreams, tmp_path: Path
) -> None:
    others = _servers()
    entries = await streams.start(tmp_path)
    port = urlsplit(entries[0]["source"]).port
    assert port is not None
    (killed,) = _servers() - others
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(10):
        while not _servers() - others - {killed} or not await asyncio.to_thread(_answers, port):
            await asyncio.sleep(0.1)

    assert await asyncio.to_thread(pictures, entries[0]["source"]) == (640, 272)


async def test_after_stop_nothing_listens_and_the_next_start_takes_the_same_port(
    streams: DemoStreams, tmp_path: Path
) -> None:
    entries = await streams.start(tmp_path)
    port = urlsplit(entries[0]["source"]).port
    assert port is not None
    await streams.stop()
    await streams.stop()

    assert not await asyncio.to_thread(_answers, port)
    assert await streams.start(tmp_path) == entries


async def test_a_port_that_is_taken_meanwhile_is_left_alone(
    streams: DemoStreams, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "demo-rtsp.port").write_text(f"{port}\n")
        entries = await streams.start(tmp_path)

    assert urlsplit(entries[0]["source"]).port != port
    assert await asyncio.to_thread(pictures, entries[0]["source"]) == (640, 272)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _servers() -> set[int]:
    """Return the pids of the RTSP servers that this process runs."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
            if parent == os.getpid() and b"gateway.demo.rtsp_server" in command:
                found.add(int(folder.name))
    return found
