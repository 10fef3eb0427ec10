"""Were we away a moment ago, so that somebody did without our locks?

A process that was stopped, or whose event loop hung, has not answered who asked it for
locks. They went on without, and may be writing still when it comes back, in the middle
of a change.
"""

import asyncio
import time

BEAT_SECONDS = 0.25
# Sooner than anybody takes us for dead (gateway.proxy.old_writes, and the health checks).
AWAY_SECONDS = 1.5
# Longer than it takes until we are asked again, and what was begun without us is done.
BACK_SECONDS = 2.0


class Presence:
    """Beats on the event loop, from `begin` on; threads wait for it."""

    def __init__(self) -> None:
        self._beating: asyncio.Task[None] | None = None
        self._beat = 0.0
        self._back = -BACK_SECONDS

    def begin(self) -> None:
        """Begin, if that was not done; nobody goes on without who was never asked."""
        if self._beating is None:
            self._beat = time.monotonic()
            self._beating = asyncio.create_task(self._go_on())

    def end(self) -> None:
        """Wait for nothing any more."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None

    def require(self) -> None:
        """Wait, in a thread, until we have been here for so long that everybody knows."""
        while self._beating is not None and self._was_away():
            time.sleep(BEAT_SECONDS)

    def _was_away(self) -> bool:
        now = time.monotonic()
        return now - self._beat > AWAY_SECONDS or now - self._back < BACK_SECONDS

    async def _go_on(self) -> None:
        while True:
            now = time.monotonic()
            if now - self._beat > AWAY_SECONDS:
                self._back = now
            self._beat = now
            await asyncio.sleep(BEAT_SECONDS)
