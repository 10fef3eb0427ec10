"""Clients that send files and fetch them, at once or over a long time."""

import asyncio
import hashlib
import itertools
import os
from collections.abc import AsyncIterator, Container
from functools import partial

import httpx

from camplane_tools.demos.monolith.clients.passing import Passing
from camplane_tools.demos.monolith.counts import Counts

UP, DOWN = "uploads", "downloads"
_BYTES, _PIECE = 192 * 1024, 16 * 1024
_PAUSE_SECONDS = 1.0


class FileClient:
    """seconds: how long an upload takes; 0 for at once."""

    def __init__(
        self, name: str, gateway: httpx.AsyncClient, counts: Counts, seconds: float = 0.0
    ) -> None:
        self._name = name
        self._up = Passing(gateway, counts, UP)
        self._down = Passing(gateway, counts, DOWN)
        self._counts = counts
        self._seconds = seconds
        self._numbers = itertools.count(1)

    async def step(self) -> None:
        """Send a file, fetch it and a part of it, and delete it."""
        content, name = os.urandom(_BYTES), f"{self._name}-{next(self._numbers)}.bin"
        path = f"/api/v1/media/{name}"
        if not await self._send(name, content):
            return
        down = await self._down.ask("GET", path)
        self._expect(DOWN, down, (200,), down is not None and down.content == content)
        part = await self._down.ask("GET", path, headers={"range": "bytes=1000-1999"})
        self._expect(DOWN, part, (206,), part is not None and part.content == content[1000:2000])
        gone = await self._up.ask("DELETE", path)
        # One that was lost in words may be gone when it is sent again.
        self._expect(UP, gone, (204, 404), True)
        await asyncio.sleep(_PAUSE_SECONDS)

    async def _send(self, name: str, content: bytes) -> bool:
        answer = await self._up.ask(
            "PUT", f"/api/v1/media/raw/{name}", content=partial(self._pieces, content)
        )
        digest = hashlib.sha256(content).hexdigest()
        stored = {"name": name, "size": len(content), "sha256": digest}
        holds = answer is not None and answer.status_code == 200 and answer.json() == stored
        self._expect(UP, answer, (200,), holds)
        return holds

    async def _pieces(self, content: bytes) -> AsyncIterator[bytes]:
        pause = self._seconds * _PIECE / len(content)
        for start in range(0, len(content), _PIECE):
            await asyncio.sleep(pause)
            yield content[start : start + _PIECE]

    def _expect(
        self, kind: str, answer: httpx.Response | None, statuses: Container[int], holds: bool
    ) -> None:
        if answer is not None:
            what = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
            holds = holds and answer.status_code in statuses
            self._counts.expect(kind, holds, f"{what} {answer.content[:300]!r}")
