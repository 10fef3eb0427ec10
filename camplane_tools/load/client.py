"""A plain HTTP/1.1 client that costs little: what is measured with it shall not be itself."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast
from urllib.parse import urlsplit

from camplane_tools.load.answers import Answer, AnswerReader, MalformedAnswerError

ANSWER_SECONDS = 10.0
MAX_CONNECTIONS = 256
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class NoAnswerError(Exception):
    """No answer came; the text says why, in one or two words that can be counted."""


class Client:
    """Connections to one address, kept open and used again, at most so many.

    A request waits for a connection that is free. Bound to the running loop.
    """

    def __init__(self, url: str, most: int = MAX_CONNECTIONS) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port or 80
        self._idle: list[_Connection] = []
        self._all: set[_Connection] = set()
        self._free = asyncio.Semaphore(most)

    async def ask(self, request: bytes, seconds: float = ANSWER_SECONDS) -> Answer:
        """Send `request`, and return its answer; NoAnswerError when none comes in time.

        The time to wait for a free connection is part of it.
        """
        try:
            async with asyncio.timeout(seconds), self._free:
                return await self._ask(request)
        except TimeoutError:
            raise NoAnswerError("timeout") from None

    async def _ask(self, request: bytes) -> Answer:
        connection = self._take() or await self._connect()
        try:
            answer = await connection.ask(request)
        except BaseException:
            # What it was asked may still be answered: to the next one, if it were kept.
            self._drop(connection)
            raise
        if answer.keeps_open:
            self._idle.append(connection)
        else:
            self._drop(connection)
        return answer

    def close(self) -> None:
        """Close all connections."""
        for connection in self._all:
            connection.close()

    def _take(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
            self._all.discard(connection)
        return None

    def _drop(self, connection: "_Connection") -> None:
        connection.close()
        self._all.discard(connection)

    async def _connect(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        try:
            _, made = await loop.create_connection(_Connection, self._host, self._port)
        except OSError as error:
            raise NoAnswerError("not connected") from error
        self._all.add(made)
        return made


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._reader = AnswerReader()
        self._waiting: asyncio.Future[Answer] | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes) -> "asyncio.Future[Answer]":
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are, without the class

    def data_received(self, data: bytes) -> None:
        if self._waiting is None or self._waiting.done():
            self.close()  # nobody asked
            return
        try:
            answer = self._reader.feed(data)
        except MalformedAnswerError:
            self._fail("malformed")
            self.close()
        else:
            if answer is not None:
                self._succeed(answer)

    def eof_received(self) -> None:
        if answer := self._reader.end():
            self._succeed(answer)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._fail("broken")

    def _succeed(self, answer: Answer) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def _fail(self, why: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(NoAnswerError(why))


def http_request(
    method: str,
    path: str,
    body: bytes = b"",
    host: str = "localhost",
    headers: Mapping[str, str] = NO_HEADERS,
) -> bytes:
    """Return an HTTP/1.1 request as it is sent; a body is JSON."""
    head = f"{method} {path} HTTP/1.1\r\nhost: {host}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if body or method != "GET":
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body
