"""Strangers at the gateway's door: what they send is no request of any operation."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from itertools import cycle
from urllib.parse import urlsplit

_LONG = b"x" * 100_000
_HEADS = (
    b"GET /api/v1/cameras HTTP/1.0\r\n\r\n",
    b"GET /api/v1/cameras HTTP/1.1\r\nHost: localhost\r\nX-Long: " + _LONG + b"\r\n\r\n",
    b"GET /" + _LONG + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /api/v1/cameras HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"QUERY /api/v1/cameras HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /no/such/path HTTP/1.1\r\nHost: localhost\r\n\r\n",
)
_HALF = b"GET /api/v1/cameras HTTP/1.1\r\nHo"
_PAUSE_SECONDS = 0.05
# As long as a person waits, on a machine that does much else.
_PATIENT_SECONDS = 30.0


@contextlib.asynccontextmanager
async def at_the_door(url: str) -> AsyncIterator[None]:
    """Have them knock, forty times a second at most, while this is entered."""

    async def come() -> None:
        for head in cycle(_HEADS):
            await _knock(url, head)
            await _knock(url, _HALF, wait=False)
            await asyncio.sleep(_PAUSE_SECONDS)

    coming = asyncio.create_task(come())
    try:
        yield
    finally:
        coming.cancel()
        (ended,) = await asyncio.gather(coming, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


async def _knock(url: str, head: bytes, wait: bool = True) -> None:
    """Send bytes over a connection of their own, and wait for what comes back, or leave."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(head)
        await writer.drain()
        if wait:
            await asyncio.wait_for(reader.readline(), _PATIENT_SECONDS)
    except ConnectionError:
        pass  # refused before all of it was sent
    finally:
        # At once, whatever is unsent or unread.
        with contextlib.suppress(OSError):
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
            )
        writer.close()
