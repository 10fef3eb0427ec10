"""One attempt: a signed POST to an address that is allowed."""

import asyncio
import contextlib
import socket
from collections.abc import Mapping

import httpx

from servicekit.webhooks.outbox import Delivery, NotDeliveredError
from servicekit.webhooks.rules import WebhookNotAllowedError, WebhookRules
from servicekit.webhooks.signature import KeyUnusableError, headers
from servicekit.webhooks.target import Target

TIMEOUT_SECONDS = 5.0
DRAIN_SECONDS = 0.5
MAX_READ_BYTES = 1024


class Post:
    """Sends documents. environment: holds the keys; rules: where they may go."""

    def __init__(self, environment: Mapping[str, str], rules: WebhookRules) -> None:
        self._environment = environment
        self._rules = rules
        # Not a client: it would log whole URLs, follow proxies and keep cookies. No connection
        # is kept: it is known by its address, and another name may be there, too.
        self._transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    async def close(self) -> None:
        """Let go of what is open."""
        await self._transport.aclose()

    async def send(self, delivery: Delivery, now: int) -> None:
        """Send a document once; NotDeliveredError unless the answer is 2xx."""
        target = delivery.target
        if target is None:
            raise NotDeliveredError("nothing of this name is configured")
        given = self._signed(delivery, target, now)
        status = await self._post(httpx.URL(target.url), given, delivery.body)
        if 300 <= status < 400:
            raise NotDeliveredError(f"answered {status}, a redirect, which is not followed")
        if not 200 <= status < 300:
            raise NotDeliveredError(f"answered {status}")

    def _signed(self, delivery: Delivery, target: Target, now: int) -> dict[str, str]:
        name = target.secret_env
        try:
            self._rules.check(target.url, name)
            key = self._environment.get(name, "") if name else ""
            if name and not key:
                raise NotDeliveredError(
                    f"{name} is not set: nothing goes out unsigned; set it to the key "
                    "and start camplane again"
                )
            return headers(delivery.message_id, delivery.body, key, now)
        except WebhookNotAllowedError as error:
            raise NotDeliveredError(str(error)) from error
        except KeyUnusableError as error:
            raise NotDeliveredError(f"{name} holds no key: {error}") from error

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
                    if read > MAX_READ_BYTES:
                        break
        finally:
            await response.aclose()
