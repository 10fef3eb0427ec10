"""Waiting for what nobody announces: asked again and again, with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from camplane_tools.harness.errors import NotInTimeError

T = TypeVar("T")

LOOK_SECONDS = 0.02


async def until(what: str, seconds: float, question: Callable[[], Awaitable[T]]) -> T:
    """Return the first true answer; NotInTimeError when none comes within `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not (answer := await question()):
        if loop.time() > deadline:
            raise NotInTimeError(f"not within {seconds:g} s: {what}")
        await asyncio.sleep(LOOK_SECONDS)
    return answer
