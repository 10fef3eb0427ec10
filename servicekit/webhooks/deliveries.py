"""Delivers what an outbox holds: at least once, each queue in order, over restarts."""

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter
from collections.abc import Callable

from servicekit.database.trouble import DatabaseTroubleError
from servicekit.threads import Threads
from servicekit.webhooks.outbox import Delivery, NotDeliveredError, Outbox, Sender
from servicekit.webhooks.retries import (
    GIVEN_UP_AFTER_SECONDS,
    LONGEST_PAUSE_SECONDS,
    is_due,
    pause_seconds,
)
from servicekit.webhooks.target import origin

log = logging.getLogger(__name__)

DATABASE_PAUSE_SECONDS = 5.0
# Attempts that go to one receiver at a time: one that hangs takes no more than that.
MAX_AT_ONCE = 4


class Deliveries:
    """Sends what waits, one document at a time of each queue. now: the clock, in Unix time."""

    def __init__(
        self,
        outbox: Outbox,
        threads: Threads,
        sender: Sender,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._outbox = outbox
        self._threads = threads
        self._now = now
        self._wake = asyncio.Event()
        self._busy: set[str] = set()
        self._to: Counter[str] = Counter()  # attempts that run, by receiver
        self._said: dict[str, str] = {}  # receiver to the trouble that was logged last
        self._sender = sender

    def wake(self) -> None:
        """Say that the outbox has got something; call it on the event loop."""
        self._wake.set()

    @property
    def failing(self) -> bool:
        """Is there a receiver whose last attempt failed?"""
        return bool(self._said)

    async def run(self) -> None:
        """Deliver until cancelled; an attempt that is cut short is made again."""
        async with asyncio.TaskGroup() as attempts:
            while True:
                self._wake.clear()
                await self._wait(await self._begin(attempts))

    async def _begin(self, attempts: asyncio.TaskGroup) -> float:
        """Begin what is due; return in how many seconds to look again."""
        # One that ends while the outbox is read may be read as if it had not, and is
        # not to be sent twice. Its end wakes us, to look again.
        busy = frozenset(self._busy)
        try:
            heads = await self._threads(self._outbox.heads)
        except DatabaseTroubleError as error:
            log.error("webhooks wait: %s", error)
            return DATABASE_PAUSE_SECONDS
        now = self._now()
        soonest = LONGEST_PAUSE_SECONDS
        for head in heads:
            if head.queue in busy or self._to[head.receiver] >= MAX_AT_ONCE:
                continue  # the end of what runs wakes us
            if is_due(head.next_at, now):
                self._busy.add(head.queue)
                self._to[head.receiver] += 1
                attempts.create_task(self._attempt(head))
            else:
                soonest = min(soonest, head.next_at - now)
        return soonest

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _attempt(self, delivery: Delivery) -> None:
        """Send once, and write down what came of it."""
        try:
            try:
                await self._sender.send(delivery, int(self._now()))
            except NotDeliveredError as error:
                await self._failed(delivery, str(error))
            else:
                await self._threads(self._outbox.delivered, delivery)
                self._said.pop(delivery.receiver, None)
        except DatabaseTroubleError as error:
            log.error("webhook %s will be sent again: %s", _place(delivery), error)
            await asyncio.sleep(DATABASE_PAUSE_SECONDS)
        finally:
            self._busy.discard(delivery.queue)
            self._to[delivery.receiver] -= 1
            self._wake.set()

    async def _failed(self, delivery: Delivery, error: str) -> None:
        place, now = _place(delivery), self._now()
        if now - delivery.created >= GIVEN_UP_AFTER_SECONDS:
            await self._threads(self._outbox.give_up, delivery, error)
            log.error("webhook %s never got number %d, given up: %s", place, delivery.number, error)
            return
        pause = pause_seconds(delivery.failures + 1, random.random())  # noqa: S311
        await self._threads(self._outbox.failed, delivery, error, now + pause)
        if self._said.get(delivery.receiver) != error:
            self._said[delivery.receiver] = error
            log.warning("webhook %s is tried again for a day: %s", place, error)


def _place(delivery: Delivery) -> str:
    url = delivery.target.url if delivery.target else ""
    return origin(url) if url else delivery.receiver
