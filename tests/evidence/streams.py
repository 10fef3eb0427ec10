"""Log streams: clients that follow one for a moment, and a domain that ends each by itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count

import httpx

from camplane_tools.harness.camplane import Camplane
from camplane_tools.mutations.mutation import Mutation
from tests.evidence.clients import CAMERAS, Clients, repeated

_AT_ONCE = 4
# So long a client looks at a log.
_LOOKS_SECONDS = 0.3
# While there is such a file in the data directory.
_ENDING = "streams-end"
_YIELDED = "            yield pb.CameraRestServiceTailCameraLogsResponse(body=sse.events(found))\n"
_ENDED = f"""\
            import os
            if os.environ["CAMPLANE_IMPLEMENTATION"] == "domain" and os.path.exists(
                os.environ["CAMPLANE_DATA"] + "/{_ENDING}"
            ):
                return
"""
# Planted in each process at its start; without an effect until it is wanted.
FAULT = Mutation(
    name="log streams end after their first event",
    module="camera_service.entrypoints.rest_servicer",
    before=_YIELDED,
    after=_YIELDED + _ENDED,
    context="camera",
)


@contextlib.asynccontextmanager
async def followed(_camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Follow a camera's log for a moment, then that of the next."""
    numbers = count()
    async with httpx.AsyncClient(base_url=clients.url, trust_env=False) as http:

        async def step() -> None:
            path = f"/api/v1/cameras/evidence-{next(numbers) % CAMERAS}/logs/stream"
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOKS_SECONDS), http.stream("GET", path) as answer:
                    async for _ in answer.aiter_bytes():
                        pass

        async with repeated(step, times=_AT_ONCE):
            yield


@contextlib.asynccontextmanager
async def ended(camplane: Camplane, clients: Clients) -> AsyncIterator[None]:
    """Have domain end each stream after its first event, without an error; clients come again."""
    ending = camplane.data / _ENDING
    ending.touch()
    try:
        async with followed(camplane, clients):
            yield
    finally:
        ending.unlink()
