"""What several sections set up alike."""

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.endpoints import ENDPOINTS
from bench.world import (
    Receiver,
    Side,
    World,
    bench_cameras,
    furnish,
    noop_gateway,
    otlp_receiver,
    record_replies,
    world,
)

# Tells the person who waits what is being measured.
Say = Callable[[str], None]


async def furnished_world(stack: contextlib.AsyncExitStack, say: Say, receiver: Receiver) -> World:
    """Run a camplane, traced, with its cameras and rules, until `stack` ends."""
    say("starting camplane and its cameras")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-film-")))
    found = await stack.enter_async_context(world(bench_cameras(folder), receiver.endpoint))
    await furnish(found)
    return found


async def both_sides(stack: contextlib.AsyncExitStack, say: Say) -> tuple[Side, Side]:
    """Run a furnished camplane and, before its recorded replies, the no-op; return both."""
    receiver = await stack.enter_async_context(otlp_receiver())
    camplane = (await furnished_world(stack, say, receiver)).side
    replies = await record_replies(camplane, ENDPOINTS)
    noop = await stack.enter_async_context(noop_gateway(replies, receiver.endpoint))
    return camplane, noop
