"""Single clients with habits, each about cameras that are all on one path."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from itertools import count, cycle, product, repeat
from urllib.parse import urlsplit

from camplane_tools.chaos.faults.schema import rows_dropped
from camplane_tools.harness.camplane import Camplane
from tests.evidence.clients import Clients, repeated

# Of a hundred buckets: below it is domain's by the plan's first weight.
_FIRST = 50
_PAUSE_SECONDS = 0.01
_AT_ONCE = 3
# What is asked of a camera that is no more, and how it is answered: not all know it is gone.
_OF_THE_GONE = (("GET", "", 404), ("POST", "/start", 400), ("GET", "/status", 200))
_RESET = b"\1\0\0\0\0\0\0\0"


@contextlib.asynccontextmanager
async def polls_what_was_deleted(_camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Ask for cameras that were read, then deleted, and that are all for domain to refuse."""
    gone = [await _camera(clients, f"gone-{number}", on_domain=True) for number in range(5)]
    for camera in gone:
        await clients.make(camera)
        assert await clients.ask("GET", f"/api/v1/cameras/{camera}") == 200
        assert await clients.ask("DELETE", f"/api/v1/cameras/{camera}") == 200
    asked = cycle(product(gone, _OF_THE_GONE))

    async def step() -> None:
        camera, (method, what, status) = next(asked)
        assert await clients.ask(method, f"/api/v1/cameras/{camera}{what}") == status
        await asyncio.sleep(_PAUSE_SECONDS)

    async with repeated(step, times=_AT_ONCE):
        yield


@contextlib.asynccontextmanager
async def polls_what_was_made_again(camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Ask for cameras that were deleted and made again, and that domain alone does not know."""
    back = [await _camera(clients, f"back-{number}", on_domain=True) for number in range(5)]
    for camera in back:
        await clients.make(camera)
        assert await clients.ask("DELETE", f"/api/v1/cameras/{camera}") == 200
        assert await clients.ask("GET", f"/api/v1/cameras/{camera}") == 404
    asked = cycle(back)

    async def step() -> None:
        await clients.ask("GET", f"/api/v1/cameras/{next(asked)}")
        await asyncio.sleep(_PAUSE_SECONDS)

    async with rows_dropped(camplane.data, "back-"):
        for camera in back:
            await clients.make(camera)
        try:
            async with repeated(step):
                yield
        finally:
            for camera in back:  # domain has none of them to delete
                await clients.ask("DELETE", f"/api/v1/cameras/{camera}?force_domain=false")


@contextlib.asynccontextmanager
async def changes_wrongly(_camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Change a camera of domain's as nobody may, mostly, while others change it as they may."""
    camera = await _camera(clients, "evidence", on_domain=True)
    asked = cycle([({"name": "Hall"}, 200), *repeat(({"source": 7}, 400), 5)])

    async def step() -> None:
        entry, status = next(asked)
        assert await clients.ask("PUT", f"/api/v1/cameras/{camera}", json=entry) == status
        await asyncio.sleep(_PAUSE_SECONDS)

    async with repeated(step, times=_AT_ONCE):
        yield


@contextlib.asynccontextmanager
async def leaves_at_once(camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Ask for the state of a camera of domain's, and be gone before anybody could answer."""
    camera = await _camera(clients, "evidence", on_domain=True)
    head = f"GET /api/v1/cameras/{camera}/status HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with repeated(lambda: _send_and_leave(camplane, head.encode()), times=_AT_ONCE):
        yield


@contextlib.asynccontextmanager
async def breaks_off_uploads(camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Begin to change a camera of domain's, and be gone in the middle of the body."""
    camera = await _camera(clients, "evidence", on_domain=True)
    head = (
        f"PUT /api/v1/cameras/{camera} HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
    )
    # So long that it would count if the request had been whole.
    sent = repeated(lambda: _send_and_leave(camplane, head.encode(), 0.3), times=4 * _AT_ONCE)
    async with sent:
        yield


@contextlib.asynccontextmanager
async def alone_with_an_operation(_camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Ask for figures that nobody else asks for, of a camera that stays on legacy."""
    camera = await _camera(clients, "evidence", on_domain=False)

    async def step() -> None:
        assert await clients.ask("GET", f"/api/v1/cameras/{camera}/stats") == 200
        await asyncio.sleep(_PAUSE_SECONDS)

    async with repeated(step, times=_AT_ONCE):
        yield


async def _camera(clients: Clients, name: str, on_domain: bool) -> str:
    """Return the id of a camera that the first weight gives to that path."""
    for number in count():
        camera = f"{name}-{number}"
        if (await clients.bucket(camera) < _FIRST) is on_domain:
            return camera
    raise AssertionError("not reached: numbers go on")


async def _send_and_leave(camplane: Camplane, data: bytes, seconds: float = 0.0) -> None:
    url = urlsplit(camplane.url)
    _, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(data)
    if seconds:
        await asyncio.sleep(seconds)
    # At once, whatever is unread.
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.close()
    await asyncio.sleep(_PAUSE_SECONDS)
