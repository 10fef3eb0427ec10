"""Waiting for locks without a thread for each who waits.

Those who wait for the same lock stand in line here, and only the first of them has a
thread that waits for other processes, and for those of this one that wait in threads.
"""

import asyncio
import os
from pathlib import Path
from weakref import WeakValueDictionary

from camera_service.shared_state.files import locks
from servicekit.threads import Threads


class Held:
    """A lock of a path, until it is released."""

    def __init__(self, path: Path, fd: int, turn: asyncio.Lock) -> None:
        self.path = path
        self._fd = fd
        self._turn = turn

    def release(self) -> None:
        os.close(self._fd)
        self._turn.release()


class LockQueue:
    """Takes locks (see locks.py) for calls on the event loop, in the order in which they came.

    threads: for those first in line; as many locks can be waited for at once.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._turns: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    async def take(self, path: Path) -> Held:
        """Take the lock at `path`, however long it takes; who gives up waiting leaves the line."""
        turn = self._turns.setdefault(path, asyncio.Lock())
        await turn.acquire()
        try:
            # Mostly it is free: finding out costs less than the way to a thread.
            fd = locks.take_if_free(path)
            taking = None if fd is not None else asyncio.ensure_future(self._wait(path))
        except BaseException:
            turn.release()
            raise
        if fd is not None:
            return Held(path, fd, turn)
        assert taking
        try:
            return Held(path, await asyncio.shield(taking), turn)
        except BaseException:
            taking.add_done_callback(lambda taken: _drop(taken, path, turn))
            raise

    async def _wait(self, path: Path) -> int:
        return await self._threads(locks.take, path)


def _drop(taken: "asyncio.Future[int]", path: Path, turn: asyncio.Lock) -> None:
    """Give back what nobody waits for any more; until then nobody else has the turn."""
    if taken.cancelled() or taken.exception():
        turn.release()
    else:
        Held(path, taken.result(), turn).release()
