"""Server-sent events of the gateway, gone on with when the connection breaks."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from gateway.cli.output import note
from gateway.cli.rest import Gateway

RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Event:
    """One event; `name` is "message" unless it has one."""

    name: str
    place: str
    data: str


def follow(gateway: Gateway, path: str, query: Mapping[str, Any]) -> Iterator[Event]:
    """Yield events for ever: behind the last one seen when the stream ends or breaks."""
    place, told = "", False
    while True:
        try:
            with gateway.stream(path, query, {"Last-Event-ID": place} if place else {}) as answer:
                for event in events(answer.iter_lines()):
                    place, told = event.place or place, False
                    yield event
        except httpx.HTTPError as error:
            if not told:
                note(f"the stream broke ({error}); trying again")
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
