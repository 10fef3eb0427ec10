"""What several sections set up alike."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from camplane_tools.bench.deployment import (
    Deployment,
    Side,
    bench_cameras,
    deployment,
    furnish,
    noop_gateway,
    record_replies,
)
from camplane_tools.bench.endpoints import ENDPOINTS

_STREAMS_SECONDS = 120.0

# Tells the person who waits what is being measured.
Say = Callable[[str], None]


async def furnished_deployment(stack: contextlib.AsyncExitStack, say: Say) -> Deployment:
    """Run a camplane, traced, with its cameras and rules, until `stack` ends."""
    say("starting camplane and its cameras")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-film-")))
    found = await stack.enter_async_context(deployment(bench_cameras(folder)))
    await furnish(found)
    return found


async def both_sides(stack: contextlib.AsyncExitStack, say: Say) -> tuple[Side, Side]:
    """Run a furnished camplane and, before its recorded replies, the no-op; return both."""
    camplane = (await furnished_deployment(stack, say)).side
    replies = await record_replies(camplane, ENDPOINTS)
    noop = await stack.enter_async_context(noop_gateway(replies))
    return camplane, noop


async def until_streaming(camplane: Deployment, ids: Sequence[str]) -> None:
    """Wait until every worker has had a picture: only then is it as it is in daily life."""
    async with asyncio.timeout(_STREAMS_SECONDS):
        for camera_id in ids:
            while True:
                answer = await camplane.ask("GET", f"/cameras/{camera_id}/stats")
                if answer["stats"]["processed_frames"]:
                    break
                await asyncio.sleep(0.05)
