"""HTTP/1.1 as a load generator speaks it: little work for each request, connections kept open."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

_ANSWER_SECONDS = 30.0
_MOST_HEAD_BYTES = 1 << 20

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without its body. path: which implementation gave it, "" where none says so."""

    status: int
    path: str = ""


def http_request(method: str, path: str, body: bytes = b"") -> bytes:
    """Return an HTTP/1.1 request as it is sent."""
    head = f"{method} {path} HTTP/1.1\r\nhost: bench\r\n"
    if body or method != "GET":
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class Connections:
    """Connections to one address, as many as requests are in flight, kept open and used again."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._idle: list[_Streams] = []
        self._all: set[asyncio.StreamWriter] = set()

    async def ask(self, request: bytes) -> Reply:
        """Send `request`, read its answer.

        OSError, EOFError or TimeoutError when there is none: then its connection is
        closed, and nothing is sent twice.
        """
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = self._idle.pop() if self._idle else await self._connect()
            try:
                writer.write(request)
                reply = await _read_answer(reader)
            except BaseException:
                self._all.discard(writer)
                writer.close()
                raise
        self._idle.append((reader, writer))
        return reply

    def close(self) -> None:
        """Close all connections."""
        for writer in self._all:
            writer.close()

    async def _connect(self) -> _Streams:
        made = await asyncio.open_connection(self._host, self._port, limit=_MOST_HEAD_BYTES)
        self._all.add(made[1])
        return made


async def _read_answer(reader: asyncio.StreamReader) -> Reply:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.split("\r\n")
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
    return Reply(int(status.split(" ", 2)[1]), headers.get("x-camplane-path", ""))
