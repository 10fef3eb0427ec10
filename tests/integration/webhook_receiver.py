"""A webhook's receiver: an HTTP server on loopback that answers as it is told."""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Self

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FAULT = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
HANG, DRIP, DROP, ECHO, ENDLESS = "hang", "drip", "drop", "echo", "endless"


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebhookReceiver:
    """answers: what the next requests get, then OK. received: all that came, in order.

    may_answer: nobody gets an answer while it is not set. tls: None for plain HTTP.
    """

    answers: list[bytes | str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    broken_off: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    tls: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        self.may_answer.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def url(self, path: str = "/hook?token=hunter2") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await self._request(reader):
                self.received.append(request)
                await self.may_answer.wait()
                answer = self.answers.pop(0) if self.answers else OK
                if isinstance(answer, str):
                    await self._misbehave(answer, request, reader, writer)
                    return
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.broken_off.set()
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> Received | None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode().strip().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await reader.readexactly(int(headers["content-length"]))
        return Received(first.split()[1], headers, body)

    async def _misbehave(
        self,
        how: str,
        request: Received,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        if how == HANG:
            await reader.read()  # until the sender goes
        elif how == DRIP:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.01)
        elif how == ECHO:
            writer.write(request.path.encode() + b"\r\n\r\n")
        elif how == ENDLESS:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
