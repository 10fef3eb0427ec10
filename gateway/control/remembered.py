"""What takes a while to find out: remembered for some seconds, and asked once at a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last answer of `ask`, at most so many seconds old."""

    def __init__(
        self,
        ask: Callable[[], Awaitable[T]],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._seconds = seconds
        self._clock = clock
        self._one = asyncio.Lock()
        self._fresh_until = float("-inf")
        self._last: T

    async def value(self) -> T:
        """Return the last answer, or a new one where that is too old."""
        async with self._one:
            if self._clock() >= self._fresh_until:
                self._keep(await self._ask())
            return self._last

    @asynccontextmanager
    async def renewing(self) -> AsyncIterator[Callable[[T], None]]:
        """Have nobody else ask meanwhile; what is given keeps an answer that was found here."""
        async with self._one:
            yield self._keep

    def forget(self) -> None:
        """Have the next one ask anew."""
        self._fresh_until = float("-inf")

    def _keep(self, answer: T) -> None:
        self._last = answer
        self._fresh_until = self._clock() + self._seconds
