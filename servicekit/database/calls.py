"""Where an event loop's database operations run: at once if nothing makes them wait."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from servicekit.database.at_once import TooLongError
from servicekit.database.connections import Database
from servicekit.database.trouble import DatabaseBusyError, DatabaseTroubleError
from servicekit.steps import step
from servicekit.threads import Threads

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

_FIRST_PAUSE = 0.0005
_LONGEST_PAUSE = 0.005


class Calls:
    """`await calls(function, …)` runs a blocking operation on the database for the loop.

    An operation makes prepared statements alone, and writes in one transaction,
    behind which it reads only if that left nothing: it may be run again when
    it could not be done at once. On
    PostgreSQL, always away, it runs in a thread. On SQLite it runs here,
    which costs less than a thread's switches, and

    - is repeated while another process holds the lock, for as long as a
      thread would wait for it (DatabaseBusyError then goes to the caller);
    - is run in a thread if it takes long, such as a search of everything.
    """

    def __init__(self, database: Database, threads: Threads) -> None:
        self._database = database
        self._waiting = f"{database.name}.db wait"
        self._threads = threads
        # Who has to wait stands in line: it is served in order, and one asks for all.
        self._line = asyncio.Lock()
        self._checkpoint: asyncio.Task[None] | None = None

    async def __call__(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if not self._database.is_sqlite:
            return await self._threads(function, *args, **kwargs)
        try:
            try:
                return self._at_once(function, *args, **kwargs)
            except DatabaseBusyError:
                return await self._when_free(function, *args, **kwargs)
        except TooLongError:
            return await self._threads(function, *args, **kwargs)

    async def close(self) -> None:
        """Wait for what is still to be done on the disk."""
        if self._checkpoint:
            await self._checkpoint

    def _at_once(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with self._database.at_once():
            result = function(*args, **kwargs)
        if self._database.wants_checkpoint and (not self._checkpoint or self._checkpoint.done()):
            self._checkpoint = asyncio.create_task(self._threads(self._bring_into_file))
        return result

    async def _when_free(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with step(self._waiting):
            return await self._in_line(function, *args, **kwargs)

    async def _in_line(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        give_up = time.monotonic() + self._database.lock_seconds
        async with self._line:
            pause = _FIRST_PAUSE
            while True:
                late = time.monotonic() >= give_up
                try:
                    return self._at_once(function, *args, **kwargs)
                except DatabaseBusyError:
                    if late:
                        raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _bring_into_file(self) -> None:
        try:
            self._database.checkpoint()
        except DatabaseTroubleError as error:
            # Nothing is lost: the log goes on holding it, and the next call comes soon.
            log.warning("no checkpoint: %s", error)
