"""What happened in this worker process, for those who follow it."""

import asyncio
from collections import deque
from typing import Any

from kitchenwatch.clock import utcnow

KEPT = 500


class EventFeed:
    """Numbered events. `publish` may be called from any thread."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self.last = 0

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def publish(self, kind: str, **details: Any) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._append, kind, details)

    def after(self, number: int) -> list[dict[str, Any]]:
        return [event for event in self._events if event["number"] > number]

    async def wait_after(self, number: int, seconds: float) -> list[dict[str, Any]]:
        """Return the events after this one, as soon as there is any, or none in so many seconds."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            if not (found := self.after(number)):
                async with asyncio.timeout(seconds):
                    await woken.wait()
                found = self.after(number)
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(woken)
        return found

    def _append(self, kind: str, details: dict[str, Any]) -> None:
        self.last += 1
        self._events.append(
            {"number": self.last, "kind": kind, "at": utcnow().isoformat(), **details}
        )
        for woken in self._waiting:
            woken.set()


feed = EventFeed()
