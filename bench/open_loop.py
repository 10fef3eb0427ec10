"""Open-loop load: requests leave at a fixed rate, whether or not the last one was answered.

A latency counts from the moment the request was meant to leave. A server that
stalls for a second so delays all requests of that second, as it would for
users; a closed loop would have sent it fewer.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from bench.load import LoadError

_ANSWER_SECONDS = 30.0

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def open_loop(
    url: str, requests: Sequence[bytes], rate: float, going: Callable[[float], bool]
) -> list[float]:
    """Send `requests` in turn, `rate` a second; return each one's milliseconds.

    going: asked before each request, with the seconds since the first, whether
    to go on. LoadError when an answer is not 2xx, or does not come.
    """
    client = _Client(url)
    loop = asyncio.get_running_loop()
    began = loop.time()
    asked = []
    try:
        for number in itertools.takewhile(lambda n: going(n / rate), itertools.count()):
            intended = began + number / rate
            if (early := intended - loop.time()) > 0:
                await asyncio.sleep(early)
            send = client.latency(requests[number % len(requests)], intended)
            asked.append(asyncio.create_task(send))
        return list(await asyncio.gather(*asked))
    finally:
        for task in asked:
            task.cancel()
        client.close()


def lasting(seconds: float) -> Callable[[float], bool]:
    """Return a `going` for `open_loop` that ends it after `seconds`."""
    return lambda passed: passed < seconds


def http_request(method: str, path: str, body: bytes = b"") -> bytes:
    """Return an HTTP/1.1 request as it is sent."""
    head = f"{method} {path} HTTP/1.1\r\nhost: bench\r\n"
    if body or method != "GET":
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class _Client:
    """Connections to one address, kept open and used again."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._idle: list[Connection] = []
        self._all: list[Connection] = []

    async def latency(self, request: bytes, intended: float) -> float:
        """Send `request`, read its answer; return the milliseconds since `intended`."""
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = self._idle.pop() if self._idle else await self._connect()
            writer.write(request)
            await _read_answer(reader, request)
        self._idle.append((reader, writer))
        return (asyncio.get_running_loop().time() - intended) * 1000

    def close(self) -> None:
        for _, writer in self._all:
            writer.close()

    async def _connect(self) -> Connection:
        made = await asyncio.open_connection(self._host, self._port, limit=1 << 20)
        self._all.append(made)
        return made


async def _read_answer(reader: asyncio.StreamReader, request: bytes) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.split("\r\n")
    if not status.startswith("HTTP/1.1 2"):
        raise LoadError(f"{request.splitlines()[0].decode()}: answered {status}")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    if headers.get("transfer-encoding") == "chunked":
        size = -1
        while size:
            size = int(await reader.readuntil(b"\r\n"), 16)
            await reader.readexactly(size + 2)
    else:
        await reader.readexactly(int(headers["content-length"]))
