"""Clients that wait: for server-sent events, and for an answer that has to come only some time."""

import time

import httpx

from camplane_tools.demos.monolith.counts import FAILED, Counts

STREAMS, POLLS = "event streams", "long polls"
_EVENTS, _INTERVAL_SECONDS = 6, 1.0
_POLL_SECONDS = 2.0


class StreamClient:
    """silence_seconds: until the first event, which comes only then."""

    def __init__(
        self, gateway: httpx.AsyncClient, counts: Counts, silence_seconds: float = 0.0
    ) -> None:
        self._gateway = gateway
        self._counts = counts
        self._silence_seconds = silence_seconds

    async def step(self) -> None:
        """Follow a stream to its end: all events, in order, each when it happens."""
        query = {
            "interval": _INTERVAL_SECONDS,
            "count": _EVENTS,
            "silence": self._silence_seconds,
        }
        came: list[tuple[str, float]] = []
        with self._counts.one(STREAMS):
            try:
                request = self._gateway.stream("GET", "/api/v1/events/stream", params=query)
                async with request as answer:
                    async for line in answer.aiter_lines():
                        if line.startswith("id: "):
                            came.append((line.removeprefix("id: "), time.monotonic()))
            except httpx.HTTPError as error:
                self._counts.found(STREAMS, FAILED, f"after {len(came)} events: {error!r}")
                return
        ids = [number for number, _ in came]
        self._counts.expect(STREAMS, ids == [str(n + 1) for n in range(_EVENTS)], f"events {ids}")
        lasted = came[-1][1] - came[0][1] if came else 0.0
        # Less would mean that somebody held them back.
        least = _INTERVAL_SECONDS * (_EVENTS - 1) / 2
        self._counts.expect(STREAMS, lasted > least, f"{len(ids)} events within {lasted:.2f} s")


class PollClient:
    """wait_seconds: how long the server may take to say that nothing happened."""

    def __init__(
        self, gateway: httpx.AsyncClient, counts: Counts, wait_seconds: float = _POLL_SECONDS
    ) -> None:
        self._gateway = gateway
        self._counts = counts
        self._wait_seconds = wait_seconds
        self._last: int | None = None

    async def step(self) -> None:
        """Ask for what happened since the last answer: none may be missing."""
        query: dict[str, float] = {"wait": self._wait_seconds}
        if self._last is not None:
            query["after"] = self._last
        with self._counts.one(POLLS):
            try:
                answer = await self._gateway.get("/api/v1/events/poll", params=query)
            except httpx.HTTPError as error:
                self._counts.found(POLLS, FAILED, repr(error))
                return
        if answer.status_code != 200:
            self._counts.found(POLLS, FAILED, f"{answer.status_code} {answer.text[:200]}")
            return
        told = answer.json()
        if self._last is None:
            self._last = told["last"]
            return
        numbers = [event["number"] for event in told["events"]]
        expected = list(range(self._last + 1, self._last + 1 + len(numbers)))
        self._counts.expect(POLLS, numbers == expected, f"{numbers}, not {expected}")
        self._last += len(numbers)
