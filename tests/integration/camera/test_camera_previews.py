"""Previews of sources that hang: others are answered, and few processes are at it."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from camera_service.application import previews

CAMERAS = 20


class Silent:
    """A server that takes every connection and never says a word."""

    def __init__(self) -> None:
        self.url = ""
        self.writers: list[asyncio.StreamWriter] = []
        self.connected = asyncio.Event()

    async def serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        if len(self.writers) == previews.AT_ONCE:
            self.connected.set()


@pytest_asyncio.fixture
async def silent() -> AsyncIterator[Silent]:
    silent = Silent()
    server = await asyncio.start_server(silent.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    silent.url = f"http://{host}:{port}/live.ts"
    yield silent
    server.close()
    for writer in silent.writers:
        writer.close()


async def test_sources_that_hang_hold_nothing_else_up(serving, sqlite_url, refused, silent) -> None:
    """Of forty at once a few are tried, the list is answered, and the last hear that it is busy."""
    async with serving("domain", sqlite_url) as client:
        for number in range(CAMERAS):
            await client.create({"id": f"c{number}", "name": "hangs", "source": silent.url})
        asked = [
            asyncio.create_task(client.call("GetCameraPreview", camera_id=f"c{number % CAMERAS}"))
            for number in range(2 * CAMERAS)
        ]
        await asyncio.wait_for(silent.connected.wait(), 30)
        assert len(await client.entries()) == CAMERAS
        assert len(silent.writers) == previews.AT_ONCE
        answered = [one.exception() for one in asked if one.done()]
        assert len(answered) == 2 * (CAMERAS - previews.MOST)
        assert {(error.code, error.reason) for error in answered} == {
            ("RESOURCE_EXHAUSTED", "PREVIEWS_BUSY")
        }
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        for writer in silent.writers:
            writer.close()
