"""Events as they come in: held to the caller's cameras, judged one by one, stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alert_service.application.ports import EventStore, Run
from alert_service.domain.errors import InvalidArgumentError
from alert_service.evaluation.acceptance import MAX_EVENTS, accepted
from alert_service.evaluation.event import Event
from servicekit import scopes


@dataclass(frozen=True, slots=True)
class Reported:
    """What a caller says of one event. time: Unix seconds, None where it gives none."""

    fields: Mapping[str, Any]
    time: float | None


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that was not taken in: its place in the call, its id, and why not."""

    index: int
    event_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the events of a call."""

    stored: int
    duplicates: int
    refused: Sequence[Refused]


class Intake:
    """Takes in events for either implementation.

    clock: Unix time; keep_seconds: how long events are kept; stored: called when some
    were, in the event loop.
    """

    def __init__(
        self,
        store: EventStore,
        run: Run,
        clock: Callable[[], float],
        keep_seconds: float,
        stored: Callable[[], None],
    ) -> None:
        self._store = store
        self._run = run
        self._clock = clock
        self._keep_seconds = keep_seconds
        self._stored = stored

    async def take_in(self, reported: Sequence[Reported]) -> Taken:
        """Store what is right and new.

        Raises InvalidArgumentError and OutOfScopeError for the whole call, and as
        AlertRules does.
        """
        if not 1 <= len(reported) <= MAX_EVENTS:
            raise InvalidArgumentError(f"events must hold from 1 to {MAX_EVENTS} events")
        now = self._clock()
        events: list[Event] = []
        refused: list[Refused] = []
        for index, one in enumerate(reported):
            try:
                events.append(accepted(one.fields, one.time, now - self._keep_seconds, now))
            except InvalidArgumentError as error:
                refused.append(Refused(index, _id(one), str(error)))
        for event in events:
            scopes.current().require(event.camera_id)
        stored = await self._run(self._store.add, events, now)
        if stored:
            self._stored()
        return Taken(stored, len(events) - stored, refused)


def _id(reported: Reported) -> str:
    found = reported.fields.get("event_id")
    return found[:100] if isinstance(found, str) else ""
