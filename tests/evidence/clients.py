"""Clients of the cameras, each with one request at a time."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import httpx

CLIENTS = 6
# Enough that both paths have some: a camera stays on one.
CAMERAS = 36
_WRITES = 6
# As long as a person waits for a page, on a machine that does much else.
_PATIENT_SECONDS = 30.0
IMPATIENT_SECONDS = 0.4
# The load is light: what is looked at is the judgement.
_PAUSE_SECONDS = 0.01


class Clients:
    """Ask for lists and states of cameras again and again, and change one now and then.

    retries: how often a client asks again what failed. counts: of requests by status; 0 for
    none that came, or a client that left.
    """

    def __init__(self, url: str, film: str) -> None:
        self.url = url
        self.patience = _PATIENT_SECONDS
        self.retries = 0
        self.headers: dict[str, str] = {}
        self.force = ""
        self.counts: Counter[int] = Counter()
        self._film = film
        self._http = httpx.AsyncClient(
            base_url=url, trust_env=False, limits=httpx.Limits(max_connections=None)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def prepare(self) -> None:
        """Make the cameras."""
        for number in range(CAMERAS):
            await self.make(_camera(number))

    async def make(self, camera: str) -> None:
        """Make a camera."""
        entry = {"id": camera, "name": "Hall", "source": self._film}
        answer = await self._http.post("/api/v1/cameras", json=entry, timeout=_PATIENT_SECONDS)
        assert answer.status_code == 200, answer.text

    async def bucket(self, camera: str) -> int:
        """Return which of a hundred buckets a camera is in: domain's below the weight."""
        path = f"/api/v1/rollouts/placements/{camera}"
        answer = await self._http.get(path, timeout=_PATIENT_SECONDS)
        return int(answer.json()["placement"]["bucket"])

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Let them ask while this is entered."""
        async with _at_once([self._client(number) for number in range(CLIENTS)]):
            yield

    @contextlib.asynccontextmanager
    async def mirrored(self) -> AsyncIterator[None]:
        """Let the gateway copy each read to the other path while this is entered."""
        await self._mirror(100)
        try:
            yield
        finally:
            await self._mirror(0)

    async def _mirror(self, percent: int) -> None:
        body = {"percent": percent, "author": "test", "reason": "evidence"}
        path = "/api/v1/rollouts/camera/shadow"
        answer = await self._http.put(path, json=body, timeout=_PATIENT_SECONDS)
        assert answer.status_code == 200, answer.text

    async def _client(self, number: int) -> None:
        turn = number
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            camera = f"/api/v1/cameras/{_camera(turn * CLIENTS + number)}"
            if turn % _WRITES == 0:
                await self.ask("PUT", camera, json={"name": f"Hall {turn}"})
            elif turn % _WRITES == 1:
                await self.ask("GET", "/api/v1/cameras")
            else:
                await self.ask("GET", f"{camera}/status")
            turn += 1

    async def ask(self, method: str, path: str, **request: Any) -> int:
        """Send one request, and again if it fails and they do so; return the last status."""
        query = {"force_domain": self.force} if self.force else None
        request |= {"headers": self.headers, "params": query, "timeout": self.patience}
        status = 0
        for _ in range(1 + self.retries):
            try:
                status = (await self._http.request(method, path, **request)).status_code
            except httpx.HTTPError:
                status = 0
            self.counts[status] += 1
            if 0 < status < 500:
                break
        return status


def _camera(number: int) -> str:
    return f"evidence-{number % CAMERAS}"


@contextlib.asynccontextmanager
async def repeated(
    step: Callable[[], Coroutine[Any, Any, None]], times: int = 1
) -> AsyncIterator[None]:
    """Do a step again and again while this is entered, so many times at once."""

    async def repeat() -> None:
        while True:
            await step()

    async with _at_once([repeat() for _ in range(times)]):
        yield


@contextlib.asynccontextmanager
async def _at_once(works: Sequence[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Let all of these go on while this is entered; raise what ended one of them."""
    working = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for one in working:
            one.cancel()
        for ended in await asyncio.gather(*working, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
