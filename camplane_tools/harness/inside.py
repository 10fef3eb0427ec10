"""A camplane within this process: its services can be stopped and started one by one."""

import contextlib
from collections.abc import AsyncIterator

from camplane_tools.harness.environment import own_environment
from gateway.launcher.children import Tell
from gateway.launcher.up import Camplane, Order, running


@contextlib.asynccontextmanager
async def inside(order: Order, tell: Tell) -> AsyncIterator[Camplane]:
    """Run it within the block; tell of processes that end. Raises what `running` raises."""
    with own_environment():
        async with running(order, tell) as camplane:
            yield camplane
