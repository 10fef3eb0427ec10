"""Delivers what the outbox holds: at least once, to each URL in order, over restarts."""

import asyncio
import contextlib
import logging
import random
import socket
import time
from collections.abc import Callable, Mapping, Sequence

import httpx

from gateway.rollout.notifications.delivery import (
    GIVEN_UP_AFTER_SECONDS,
    LONGEST_PAUSE_SECONDS,
    headers,
    is_due,
    origin,
    pause_seconds,
)
from gateway.rollout.notifications.outbox import Delivery, Outbox, QueueStatus
from gateway.rollout.notifications.rules import WebhookNotAllowedError, WebhookRules
from servicekit.database import DatabaseTroubleError
from servicekit.threads import Threads

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
DRAIN_SECONDS = 0.5
MOST_READ_BYTES = 1024
DATABASE_PAUSE_SECONDS = 5.0


class NotDeliveredError(Exception):
    """The attempt failed; the text says why, and holds no secret."""


class Deliveries:
    """Sends what waits, one document at a time to each URL.

    environment: holds the keys. now: the clock, in Unix time. rules: where it may go.
    """

    def __init__(
        self,
        outbox: Outbox,
        threads: Threads,
        environment: Mapping[str, str],
        now: Callable[[], float] = time.time,
        rules: WebhookRules | None = None,
    ) -> None:
        self._rules = rules or WebhookRules()
        self._outbox = outbox
        self._threads = threads
        self._environment = environment
        self._now = now
        self._wake = asyncio.Event()
        self._busy: set[str] = set()
        self._said: dict[str, str] = {}  # URL to the trouble that was logged last
        # Not a client: it would log whole URLs, follow proxies and keep cookies. No connection
        # is kept: it is known by its address, and another name may be there, too.
        self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    def wake(self) -> None:
        """Say that the outbox has got something; call it on the event loop."""
        self._wake.set()

    async def pending(self) -> Sequence[QueueStatus]:
        """Return what waits for each URL, and what was given up; DatabaseTroubleError."""
        return await self._threads(self._outbox.status)

    async def run(self) -> None:
        """Deliver until cancelled; an attempt that is cut short is made again."""
        try:
            async with asyncio.TaskGroup() as attempts:
                while True:
                    self._wake.clear()
                    await self._wait(await self._begin(attempts))
        finally:
            await self._transport.aclose()

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
            if head.url in busy:
                continue
            if is_due(head.next_at, now):
                self._busy.add(head.url)
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
                await self._send(delivery)
            except NotDeliveredError as error:
                await self._failed(delivery, str(error))
            else:
                await self._threads(self._outbox.delivered, delivery)
                self._said.pop(delivery.url, None)
        except DatabaseTroubleError as error:
            log.error("webhook %s will be sent again: %s", origin(delivery.url), error)
            await asyncio.sleep(DATABASE_PAUSE_SECONDS)
        finally:
            self._busy.discard(delivery.url)
            self._wake.set()

    async def _failed(self, delivery: Delivery, error: str) -> None:
        place, now = origin(delivery.url), self._now()
        if now - delivery.created >= GIVEN_UP_AFTER_SECONDS:
            await self._threads(self._outbox.give_up, delivery, error)
            log.error("webhook %s never got number %d, given up: %s", place, delivery.seq, error)
            return
        pause = pause_seconds(delivery.failures + 1, random.random())  # noqa: S311
        await self._threads(self._outbox.failed, delivery, error, now + pause)
        if self._said.get(delivery.url) != error:
            self._said[delivery.url] = error
            log.warning("webhook %s is tried again for a day: %s", place, error)

    async def _send(self, delivery: Delivery) -> None:
        """Send a document once; NotDeliveredError unless the answer is 2xx."""
        try:
            self._rules.check(delivery.url, delivery.secret_env)
        except WebhookNotAllowedError as error:
            raise NotDeliveredError(str(error)) from error
        key = self._environment.get(delivery.secret_env, "") if delivery.secret_env else ""
        if delivery.secret_env and not key:
            raise NotDeliveredError(
                f"{delivery.secret_env} is not set: nothing goes out unsigned; set it to the key "
                "and start camplane again"
            )
        given = headers(delivery.seq, delivery.body, key, int(self._now()))
        status = await self._post(httpx.URL(delivery.url), given, delivery.body)
        if 300 <= status < 400:
            raise NotDeliveredError(f"answered {status}, a redirect, which is not followed")
        if not 200 <= status < 300:
            raise NotDeliveredError(f"answered {status}")

    async def _post(self, url: httpx.URL, given: Mapping[str, str], body: bytes) -> int:
        """Return the status of the answer; what a receiver says beside it is in no error."""
        try:
            # All of it: httpx counts each read anew, and a receiver may send byte by byte.
            async with asyncio.timeout(TIMEOUT_SECONDS):
                response = await self._ask_first_that_answers(url, given, body)
        except WebhookNotAllowedError as error:
            raise NotDeliveredError(str(error)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise NotDeliveredError(f"no answer within {TIMEOUT_SECONDS:g} s") from error
        except (httpx.ConnectError, socket.gaierror) as error:
            raise NotDeliveredError(f"no connection: {error}") from error
        except httpx.TransportError as error:
            raise NotDeliveredError("no answer: it broke off, or is no HTTP") from error
        await _drain(response)
        return response.status_code

    async def _ask_first_that_answers(
        self, url: httpx.URL, given: Mapping[str, str], body: bytes
    ) -> httpx.Response:
        """Send it to the first address of the URL's host that takes connections.

        The name is looked up once, here: what was checked is what is connected to.
        """
        port = url.port or (443 if url.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(url.raw_host.decode(), port, type=socket.SOCK_STREAM)
        addresses = self._rules.checked(str(one[4][0]) for one in found)
        for address in addresses[:-1]:
            with contextlib.suppress(httpx.ConnectError):
                return await self._transport.handle_async_request(_to(address, url, given, body))
        return await self._transport.handle_async_request(_to(addresses[-1], url, given, body))


def _to(address: str, url: httpx.URL, given: Mapping[str, str], body: bytes) -> httpx.Request:
    """Return a request that goes to `address` and is otherwise what the URL says, TLS included."""
    return httpx.Request(
        "POST",
        url.copy_with(host=address),
        headers={"Host": url.netloc.decode(), **given},
        content=body,
        extensions={
            "timeout": httpx.Timeout(TIMEOUT_SECONDS).as_dict(),
            "sni_hostname": url.raw_host.decode(),
        },
    )


async def _drain(response: httpx.Response) -> None:
    """Read a short body to its end, so that its sender sees it taken; end a long one."""
    with contextlib.suppress(TimeoutError, httpx.TransportError):
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                read = 0
                async for chunk in response.aiter_raw():
                    read += len(chunk)
                    if read > MOST_READ_BYTES:
                        break
        finally:
            await response.aclose()
