"""Whether a write that had to wait may still begin: an answer says what became of it.

The gateway waits so long for an answer and then gives its own, 504, which says that nobody
knows. So a write that stood in line for too long is refused while there is time to say so,
and never begins; one that has begun had time enough, as far as those before it tell.

Who carries writes out waits with `Line`. What takes their locks says `begin()` once it has
one, before it changes anything: then, and not before, the write has begun.
"""

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Awaitable, Iterable
from contextvars import ContextVar
from typing import TypeVar

# Metadata: when the gateway got the request, in Unix seconds, and how many it waits at most.
TIME_LIMIT = "x-camplane-time-limit"

R = TypeVar("R")

# How long a write may need of which none was seen yet, as a part of what the gateway waits.
_UNKNOWN_PART = 1 / 3
# However long the last ones took: what begins at once may always try.
_MAX_PART = 0.8
_MIN_SECONDS = 0.25
# The next one may take longer than the longest of the last ones.
_MARGIN = 1.5
_REMEMBERED = 8


class WaitedTooLongError(Exception):
    """The write stood in line for so long that it was not begun: nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            "too many other changes are being made: this one was not begun, and nothing was "
            "changed. Repeat it in some seconds, and send fewer at once"
        )


class _Turn:
    """Begun or withdrawn, whichever is said first.

    latest: the moment of time.monotonic() after which it must not begin. Who was stopped, or has
    much to do, may come to it late.
    """

    def __init__(self, latest: float) -> None:
        self._latest = latest
        self._one = threading.Lock()
        self._is_withdrawn = False
        self.begun_at: float | None = None

    def begin(self) -> None:
        with self._one:
            now = time.monotonic()
            if self._is_withdrawn or (self.begun_at is None and now > self._latest):
                raise WaitedTooLongError
            if self.begun_at is None:
                self.begun_at = now

    def withdraw(self) -> bool:
        """Keep it from beginning; False when it has begun."""
        with self._one:
            self._is_withdrawn = self.begun_at is None
            return self._is_withdrawn


class _Limit:
    """Until when an answer is waited for: a moment of time.monotonic(), and how long in all."""

    def __init__(self, until: float, seconds: float) -> None:
        self.until = until
        self.seconds = seconds


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)
_turn: ContextVar[_Turn | None] = ContextVar("turn", default=None)


def take_limit(metadata: Iterable[tuple[str, str | bytes]], remaining: float | None) -> None:
    """Note how long the answer of the call that begins is waited for.

    remaining: seconds of the client's own deadline, None when it has none.
    """
    limits = [limit for limit in (_of_gateway(metadata), _of_client(remaining)) if limit]
    _limit.set(min(limits, key=lambda limit: limit.until) if limits else None)


def begin() -> None:
    """Say that the write that runs changes something from here on; WaitedTooLongError."""
    if turn := _turn.get():
        turn.begin()


class Line:
    """Writes that wait for the same things, and how long each needs once it has them."""

    def __init__(self) -> None:
        self._needed: dict[str, deque[float]] = {}

    async def wait(self, name: str, work: Awaitable[R]) -> R:
        """Return what `work` returns; WaitedTooLongError when it does not begin in time.

        name: of the operation. work: not begun yet; it takes over this call's turn, so it
        must be made into a task here.
        """
        limit = _limit.get()
        latest = math.inf if limit is None else limit.until - self._needs(name, limit.seconds)
        turn = _Turn(latest)
        _turn.set(turn)
        task = asyncio.ensure_future(work)
        try:
            if limit is not None:
                await asyncio.wait({task}, timeout=max(0.0, latest - time.monotonic()))
                if not task.done() and turn.withdraw():
                    task.cancel()
                    raise WaitedTooLongError
            return await task
        except asyncio.CancelledError:
            # Whoever asked has gone: what has not begun is not to happen behind their back.
            turn.withdraw()
            task.cancel()
            raise
        finally:
            if turn.begun_at is not None and task.done():
                seconds = time.monotonic() - turn.begun_at
                self._needed.setdefault(name, deque(maxlen=_REMEMBERED)).append(seconds)

    def _needs(self, name: str, limit: float) -> float:
        needed = self._needed.get(name)
        if not needed:
            return limit * _UNKNOWN_PART
        return min(max(_MIN_SECONDS, max(needed) * _MARGIN), limit * _MAX_PART)


def _of_gateway(metadata: Iterable[tuple[str, str | bytes]]) -> _Limit | None:
    for name, value in metadata:
        if name == TIME_LIMIT:
            try:
                began, seconds = map(float, str(value).split())
            except ValueError:
                return None
            # The clock may have been set meanwhile: never more than all of it.
            left = min(seconds, began + seconds - time.time())
            return _Limit(time.monotonic() + left, seconds)
    return None


def _of_client(remaining: float | None) -> _Limit | None:
    # grpc says "none" by a number of seconds that is no time any more.
    if remaining is None or remaining > 24 * 3600:
        return None
    return _Limit(time.monotonic() + remaining, remaining)
