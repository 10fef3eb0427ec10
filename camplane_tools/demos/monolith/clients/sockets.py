"""Clients on WebSockets: some for as long as the demo lasts, others for moments."""

import asyncio
import itertools
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from camplane_tools.demos.monolith.counts import FAILED, Counts

KIND = "WebSocket messages"
_ANSWER_SECONDS = 30.0
_PAUSE_SECONDS = 0.5
_CLOSE = {"close": 4001, "reason": "enough"}
_NOT_FOUND = 4404
_JPEG = b"\xff\xd8"


class LastingSocket:
    """One connection from the first step on, which must outlive every weight and every harm."""

    def __init__(self, url: str, counts: Counts) -> None:
        self._url = url
        self._counts = counts
        self._connection: ClientConnection | None = None
        self._numbers = itertools.count(1)

    async def step(self) -> None:
        """Send a text and bytes, which must come back."""
        try:
            if self._connection is None:
                self._connection = await _socket(self._url, "/ws/echo")
            await _echo(self._connection, self._counts, next(self._numbers))
        except (WebSocketException, OSError, TimeoutError) as error:
            self._counts.found(KIND, FAILED, f"a lasting connection: {error!r}")
            self._connection = None
        await asyncio.sleep(_PAUSE_SECONDS)

    async def end(self) -> None:
        """Close it as the server is told to."""
        if self._connection is not None:
            async with self._connection:
                await _closes(self._connection, self._counts, json.dumps(_CLOSE), 4001, "enough")


class PassingSocket:
    """A connection for each step: an echo, pictures, or a camera that is not there."""

    def __init__(self, url: str, counts: Counts, camera_id: str) -> None:
        self._url = url
        self._counts = counts
        self._steps = itertools.cycle((self._echo, self._picture, self._ghost))
        self._camera_id = camera_id

    async def step(self) -> None:
        """Open one, and close it."""
        try:
            await next(self._steps)()
        except (WebSocketException, OSError, TimeoutError) as error:
            self._counts.found(KIND, FAILED, f"a passing connection: {error!r}")
        await asyncio.sleep(2 * _PAUSE_SECONDS)

    async def _echo(self) -> None:
        async with _socket(self._url, "/ws/echo", subprotocols=["none", "echo.v1"]) as echo:
            holds = echo.subprotocol == "echo.v1"
            self._counts.expect(KIND, holds, f"subprotocol {echo.subprotocol}")
            await _echo(echo, self._counts, 1)
            await _closes(echo, self._counts, json.dumps(_CLOSE), 4001, "enough")

    async def _picture(self) -> None:
        path = f"/api/v1/cameras/{self._camera_id}/live?interval=0.5"
        async with _socket(self._url, path) as pictures:
            with self._counts.one(KIND):
                try:
                    first = await asyncio.wait_for(pictures.recv(), _ANSWER_SECONDS)
                except ConnectionClosed as closed:
                    if closed.rcvd is None or closed.rcvd.code != _NOT_FOUND:
                        raise
                    # It looked for the camera in the file that it was writing itself.
                    self._counts.torn += 1
                    return
            holds = isinstance(first, bytes) and first.startswith(_JPEG)
            self._counts.expect(KIND, holds, f"a picture: {first[:20]!r}")

    async def _ghost(self) -> None:
        async with _socket(self._url, "/api/v1/cameras/ghost/live") as ghost:
            await _closes(ghost, self._counts, "", _NOT_FOUND, "Camera not found")


async def _echo(connection: ClientConnection, counts: Counts, number: int) -> None:
    for message in (f"门口 {number}", number.to_bytes(4, "big") * 5_000):
        with counts.one(KIND):
            await connection.send(message)
            back = await asyncio.wait_for(connection.recv(), _ANSWER_SECONDS)
        counts.expect(KIND, back == message, f"{message[:40]!r} came back as {back[:40]!r}")


async def _closes(
    connection: ClientConnection, counts: Counts, wish: str, code: int, reason: str
) -> None:
    """Expect the server's close, which `wish` asks for; "" for nothing to be sent."""
    with counts.one(KIND):
        try:
            if wish:
                await connection.send(wish)
            came: Any = await asyncio.wait_for(connection.recv(), _ANSWER_SECONDS)
        except ConnectionClosed as closed:
            came = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else None
    counts.expect(KIND, came == (code, reason), f"a close of {code} {reason} came as {came}")


def _socket(url: str, path: str, **options: Any) -> connect:
    address = url.replace("http://", "ws://") + path
    return connect(address, proxy=None, open_timeout=_ANSWER_SECONDS, **options)
