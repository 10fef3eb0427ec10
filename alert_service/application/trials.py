"""Rules tried on what was reported before: nothing is kept, and nobody is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from alert_service.application.evaluated import evaluated_rule
from alert_service.application.ports import PastEvents
from alert_service.application.scoped import ScopedAlertRules
from alert_service.domain.errors import InvalidArgumentError
from alert_service.evaluation.trial import Trial, tried
from servicekit import scopes

LONGEST_SECONDS = 31 * 86_400.0
DAY_SECONDS = 86_400.0
# Twice this is held against conditions within the time that a request has.
MAX_EVENTS = 50_000


@dataclass(frozen=True, slots=True)
class TestRule:
    """A rule, times (Unix seconds; None where the caller gives none), and other conditions.

    has_conditions: are there others? They may be null.
    """

    rule_id: int
    start: float | None
    end: float | None
    has_conditions: bool = False
    conditions: Any = None


@dataclass(frozen=True, slots=True)
class Tested:
    """given: None unless there were other conditions. tested_to: until when events were read."""

    stored: Trial
    given: Trial | None
    events: int
    tested_to: float


class RuleTrials:
    """Every method blocks; clock: Unix time. Raises what AlertRules says of it."""

    def __init__(
        self, rules: ScopedAlertRules, events: PastEvents, clock: Callable[[], float]
    ) -> None:
        self._rules = rules
        self._events = events
        self._clock = clock

    def test(self, command: TestRule) -> Tested:
        """Hold the rule, and its other version, against the events of the time."""
        rule = evaluated_rule(self._rules.as_stored(command.rule_id))
        now = self._clock()
        end = now if command.end is None else command.end
        start = end - DAY_SECONDS if command.start is None else command.start
        if not 0 < end - start <= LONGEST_SECONDS:
            raise InvalidArgumentError("start_time must be before end_time, by 31 days at most")
        if end > now:
            raise InvalidArgumentError("end_time must not be in the future")
        events = self._events.between(start, end, rule.camera_id, MAX_EVENTS + 1)
        if len(events) > MAX_EVENTS:
            end = events[MAX_EVENTS - 1].time
        seen = scopes.current().within(events[:MAX_EVENTS], lambda event: event.camera_id)
        given = replace(rule, conditions=command.conditions)
        return Tested(
            tried(rule, seen, start, end),
            tried(given, seen, start, end) if command.has_conditions else None,
            len(seen),
            end,
        )
