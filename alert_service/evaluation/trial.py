"""What a rule would have fired for in the past: the same evaluation over stored events. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from alert_service.evaluation.evaluate import Change
from alert_service.evaluation.evaluation import (
    PAUSE_SECONDS,
    EvaluatedRule,
    Evaluation,
    Told,
)
from alert_service.evaluation.event import Event

MAX_FIRINGS = 1000


@dataclass(slots=True)
class Firing:
    """One time that a rule fired; resolved_at: None when that was not over at the end."""

    camera_id: str
    fired_at: float
    event_id: str
    resolved_at: float | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """firings: the first MAX_FIRINGS of `count`. not_evaluated: why not, "" when it was."""

    firings: Sequence[Firing] = ()
    count: int = 0
    not_evaluated: str = ""


def tried(rule: EvaluatedRule, events: Sequence[Event], start: float, end: float) -> Trial:
    """Hold a rule against the events between two times, in the order of these.

    As if it had been made at the first one, and somebody had listened all the time.
    """
    evaluation = Evaluation(start, {})
    evaluation.take_rules([rule])
    if why := evaluation.not_evaluated.get(rule.rule_id):
        return Trial(not_evaluated=why)
    firings, count, open_ones = list[Firing](), 0, dict[str, Firing]()
    for told in _told(evaluation, events, end):
        if told.transition.change is Change.RESOLVED:
            if firing := open_ones.pop(told.camera_id, None):
                firing.resolved_at = told.transition.at
            continue
        firing = Firing(told.camera_id, told.transition.at, told.transition.event_id)
        open_ones[told.camera_id] = firing
        count += 1
        if count <= MAX_FIRINGS:
            firings.append(firing)
    return Trial(firings, count)


def _told(evaluation: Evaluation, events: Sequence[Event], end: float) -> Iterable[Told]:
    for some, until in _steps(events, evaluation.at, end):
        yield from evaluation.step(some, until).told


def _steps(
    events: Sequence[Event], start: float, end: float
) -> Iterator[tuple[Sequence[Event], float]]:
    """Cut events into steps, none of which is so long that it would be taken for a pause."""
    at, taken = start, 0
    while at < end:
        until = min(at + PAUSE_SECONDS, end)
        first = taken
        while taken < len(events) and events[taken].time <= until:
            taken += 1
        yield events[first:taken], until
        at = until
