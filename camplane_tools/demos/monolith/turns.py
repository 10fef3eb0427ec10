"""How many clients may change cameras at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_NO_LIMIT = 1_000


class Turns:
    """The old server takes no lock, and nobody can take it in its place while domain is dead.

    Two changes at once of its own then lose one, as they always did. So clients change
    cameras one by one while domain is harmed.
    """

    def __init__(self) -> None:
        self._most = _NO_LIMIT
        self._at_work = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a turn."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._at_work < self._most)
            self._at_work += 1
        try:
            yield
        finally:
            async with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def one_by_one(self) -> AsyncIterator[None]:
        """Give one turn at a time; entered when no more are under way."""
        self._most = 1
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: self._at_work <= 1)
            yield
        finally:
            self._most = _NO_LIMIT
            async with self._changed:
                self._changed.notify_all()
