"""What a rule's type and conditions ask for, as existing tables hold them. Pure.

What cannot be evaluated says why, and stops no other rule.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from alert_service.evaluation.event import (
    CAMERA_STOPPED,
    CRASH_LOOP,
    DETECTION,
    FPS,
    MOTION,
    SOURCE_FAILED,
    SOURCE_RECOVERED,
    Event,
)
from alert_service.evaluation.windows import Count, Level, Silence, Stretch, Window

# A rule may have its own; these are what most mean who give none.
VIOLATION_SECONDS = 60.0
GAP_SECONDS = 10.0
MOTION_SECONDS = 10.0
NO_DATA_SECONDS = 300.0
# Windows are remembered event by event.
MAX_THRESHOLD = 10_000
LONGEST_SECONDS = 7 * 86_400.0

_NO_DATA: Mapping[str, bool | None] = {"keep": None, "ok": False, "alert": True}
# All that conditions are asked for, by any type.
_TIMES = ("for", "keep_firing", "cooldown", "duration", "max_gap", "no_data")
NAMES = frozenset(
    {
        *("threshold", "minutes", "violation_type", "min_detections", "min_confidence"),
        *("metric", "above", "below", "clear", "no_data"),
        *(f"{time}_{unit}" for time in _TIMES for unit in ("seconds", "minutes")),
    }
)


class NotEvaluatedError(Exception):
    """A rule's conditions are not such as can be evaluated; the message says why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule is about an event, and what it makes of those it is about.

    window: gives what is remembered for one camera. hold_seconds: so long it must be true
    before the rule fires; keep_seconds: so long it must be false before that is over;
    cooldown_seconds: so long after the rule fired for a camera it does not again.
    """

    is_about: Callable[[Event], bool]
    window: Callable[[], Window]
    hold_seconds: float = 0.0
    keep_seconds: float = 0.0
    cooldown_seconds: float = 0.0


def condition(rule_type: str, conditions: Any) -> Condition:
    """Return what a rule asks for.

    Raises: NotEvaluatedError.
    """
    if rule_type not in _TYPES:
        raise NotEvaluatedError(f"no rule of type {rule_type} is evaluated")
    if not isinstance(conditions, Mapping):
        raise NotEvaluatedError("the conditions are no object")
    asked = _Asked(conditions)
    is_about, window = _TYPES[rule_type](asked)
    confidence = asked.number("min_confidence", 0.0, least=0.0, most=1.0)

    def confident(event: Event) -> bool:
        # What a detector does not say cannot be held against the event.
        sure = event.confidence is None or event.confidence >= confidence
        return sure and is_about(event)

    return Condition(
        confident if confidence else is_about,
        window,
        asked.seconds("for", 0.0),
        asked.seconds("keep_firing", 0.0),
        asked.seconds("cooldown", 0.0),
    )


class _Asked:
    """A rule's conditions, read field by field."""

    def __init__(self, conditions: Mapping[str, Any]) -> None:
        self._conditions = conditions

    def number(
        self, name: str, default: float | None, least: float = 0.0, most: float = math.inf
    ) -> float:
        value = self._conditions.get(name, default)
        if value is None:
            raise NotEvaluatedError(f"{name} is missing")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotEvaluatedError(f"{name} is no number")
        # NaN is neither.
        if not least <= value <= most:
            bounds = f"between {least:g} and {most:g}" if most < math.inf else f"{least:g} or more"
            raise NotEvaluatedError(f"{name} must be {bounds}")
        return float(value)

    def whole(self, name: str, default: int | None) -> int:
        value = self.number(name, default, 1, MAX_THRESHOLD)
        if value != int(value):
            raise NotEvaluatedError(f"{name} is no whole number")
        return int(value)

    def seconds(self, what: str, default: float | None) -> float:
        """Return a time that may be given in minutes: `what`_seconds or `what`_minutes."""
        in_seconds, in_minutes = f"{what}_seconds", f"{what}_minutes"
        if in_seconds not in self._conditions and in_minutes in self._conditions:
            return 60 * self.number(in_minutes, None, 0.0, LONGEST_SECONDS / 60)
        return self.number(in_seconds, default, 0.0, LONGEST_SECONDS)

    def span(self, what: str, default: float | None) -> float:
        """Return a time that is more than none."""
        found = self.seconds(what, default)
        if not found:
            raise NotEvaluatedError(f"{what}_seconds must be more than 0")
        return found

    def text(self, name: str) -> str | None:
        value = self._conditions.get(name)
        if value is not None and not isinstance(value, str):
            raise NotEvaluatedError(f"{name} is no text")
        return value

    def one_of(self, name: str, known: Mapping[str, Any], default: str) -> Any:
        value = self._conditions.get(name, default)
        if not isinstance(value, str) or value not in known:
            raise NotEvaluatedError(f"{name} must be one of {', '.join(known)}")
        return known[value]

    def has(self, name: str) -> bool:
        return self._conditions.get(name) is not None


_Kind = tuple[Callable[[Event], bool], Callable[[], Window]]


def _violation_threshold(asked: _Asked) -> _Kind:
    threshold = asked.whole("threshold", None)
    seconds = asked.span("duration", VIOLATION_SECONDS)
    return _violation(asked), lambda: Count(threshold, seconds)


def _continuous_violation(asked: _Asked) -> _Kind:
    seconds, fewest = asked.span("duration", None), asked.whole("min_detections", 2)
    gap = asked.span("max_gap", GAP_SECONDS)
    return _violation(asked), lambda: Stretch(seconds, fewest, gap)


def _no_detection(asked: _Asked) -> _Kind:
    minutes = asked.number("minutes", None, 0.0, LONGEST_SECONDS / 60)
    if not minutes:
        raise NotEvaluatedError("minutes must be more than 0")
    wanted = asked.text("violation_type")

    def is_about(event: Event) -> bool:
        if wanted is None:
            return event.is_violation or event.type == DETECTION
        return event.type == wanted

    return is_about, lambda: Silence(60 * minutes)


def _camera_offline(_asked: _Asked) -> _Kind:
    types = {SOURCE_FAILED: True, CRASH_LOOP: True, SOURCE_RECOVERED: False, CAMERA_STOPPED: False}
    return (lambda event: event.type in types), lambda: Level(lambda event, _: types[event.type])


def _motion(asked: _Asked) -> _Kind:
    threshold = asked.whole("threshold", 1)
    seconds = asked.span("duration", MOTION_SECONDS)
    return (lambda event: event.type == MOTION), lambda: Count(threshold, seconds)


def _low_fps(asked: _Asked) -> _Kind:
    return _limited(asked, FPS, asked.number("below", None), is_floor=True)


def _reported(asked: _Asked) -> _Kind:
    """Read a limit for whatever is reported as events of one type."""
    metric = asked.text("metric")
    if not metric:
        raise NotEvaluatedError("metric is missing")
    if asked.has("above") is asked.has("below"):
        raise NotEvaluatedError("one of above and below must be given")
    is_floor = asked.has("below")
    limit = asked.number("below" if is_floor else "above", None, -math.inf)
    return _limited(asked, metric, limit, is_floor)


def _limited(asked: _Asked, event_type: str, limit: float, is_floor: bool) -> _Kind:
    """Return what holds while values are beyond a limit, until they are back at `clear`."""
    clear = asked.number("clear", limit, limit if is_floor else -math.inf)
    if not is_floor and clear > limit:
        raise NotEvaluatedError(f"clear must be {limit:g} or less")
    unknown = asked.one_of("no_data", _NO_DATA, "keep")
    seconds = asked.span("no_data", NO_DATA_SECONDS)

    def is_beyond(event: Event, held: bool) -> bool:
        value, edge = float(event.value or 0.0), clear if held else limit
        return value < edge if is_floor else value > edge

    def is_about(event: Event) -> bool:
        return event.type == event_type and event.value is not None

    return is_about, lambda: Level(is_beyond, seconds, unknown)


def _violation(asked: _Asked) -> Callable[[Event], bool]:
    wanted = asked.text("violation_type")
    if wanted is None:
        return lambda event: event.is_violation
    return lambda event: event.type == wanted


_TYPES: Mapping[str, Callable[[_Asked], _Kind]] = {
    "violation_threshold": _violation_threshold,
    "violation": _violation_threshold,
    "continuous_violation": _continuous_violation,
    "no_detection": _no_detection,
    "camera_offline": _camera_offline,
    "low_fps": _low_fps,
    "motion": _motion,
    "performance": _reported,
    "system": _reported,
}
EVALUATED_TYPES = tuple(_TYPES)
