"""Server-sent events of the gateway, gone on with when the connection breaks."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from gateway.cli.output import note
from gateway.cli.rest import SECONDS, Gateway

RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Event:
    """One event; `name` is "message" unless it has one."""

    name: str
    place: str
    data: str


def _tell(error: httpx.HTTPError) -> None:
    note(f"the stream broke ({error}); trying again")


def follow(
    gateway: Gateway,
    path: str,
    query: Mapping[str, Any],
    broke: Callable[[httpx.HTTPError], None] = _tell,
    silence: float = SECONDS,
) -> Iterator[Event]:
    """Yield events for ever: behind the last one seen when the stream ends or breaks.

    broke: told once each time it breaks. silence: seconds after which a stream
    that says nothing counts as broken.
    """
    place, told = "", False
    while True:
        try:
            headers = {"Last-Event-ID": place} if place else {}
            with gateway.stream(path, query, headers, silence) as answer:
                for event in events(answer.iter_lines()):
                    place, told = event.place or place, False
                    yield event
        except httpx.HTTPError as error:
            if not told:
                broke(error)
            told = True
        time.sleep(RETRY_SECONDS)


def events(lines: Iterator[str]) -> Iterator[Event]:
    """Yield the events that lines of text/event-stream hold; comments are left out."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
        elif not line and "data" in fields:
            yield Event(fields.get("event", "message"), fields.get("id", ""), fields["data"])
            fields = {}
