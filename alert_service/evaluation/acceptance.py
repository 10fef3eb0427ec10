"""Which events are taken in: each is judged by itself. Pure."""

import math
from collections.abc import Mapping
from typing import Any

from alert_service.domain.errors import InvalidArgumentError
from alert_service.domain.json_value import check_characters
from alert_service.evaluation.event import Event

MAX_EVENTS = 1000
# Clocks differ; what is further ahead would be waited for.
AHEAD_SECONDS = 60.0
MAX_LABELS = 32
_LABEL_NAME, _LABEL_VALUE = 64, 256
# A rule's camera and the type of an alert are no longer, either.
_CHARACTERS = {"event_id": 100, "camera_id": 50, "type": 50}
_SNAPSHOT = 1000


def accepted(fields: Mapping[str, Any], time: float | None, oldest: float, now: float) -> Event:
    """Return the event of these fields; those that are no field of one are ignored.

    time: of the event, None where it says none; oldest: events before are forgotten again.
    Raises InvalidArgumentError that says what is wrong with it.
    """
    named = {name: _text(name, fields.get(name), most) for name, most in _CHARACTERS.items()}
    snapshot = fields.get("snapshot")
    return Event(
        **named,
        time=_time(time, oldest, now),
        value=_number("value", fields.get("value"), -math.inf, math.inf),
        confidence=_number("confidence", fields.get("confidence"), 0.0, 1.0),
        labels=_labels(fields.get("labels")),
        snapshot=None if snapshot is None else _text("snapshot", snapshot, _SNAPSHOT),
    )


def _text(name: str, value: Any, most: int) -> str:
    if value is None or value == "":
        raise InvalidArgumentError(f"{name} is missing")
    if not isinstance(value, str) or len(value) > most:
        raise InvalidArgumentError(f"{name} must be text of at most {most} characters")
    check_characters(name, value)
    return value


def _time(time: float | None, oldest: float, now: float) -> float:
    if time is None:
        raise InvalidArgumentError("time is missing, or neither RFC 3339 with a zone nor a number")
    # Written so that NaN is refused as well.
    if not time <= now + AHEAD_SECONDS:
        raise InvalidArgumentError(f"time is more than {AHEAD_SECONDS:g} s in the future")
    if time < oldest:
        raise InvalidArgumentError("time is longer ago than events are kept")
    return time


def _number(name: str, value: Any, least: float, most: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
        raise InvalidArgumentError(f"{name} must be a number")
    if not least <= value <= most:
        raise InvalidArgumentError(f"{name} must be between {least:g} and {most:g}")
    try:
        return float(value)
    except OverflowError as error:
        raise InvalidArgumentError(f"{name} is too large for a number") from error


def _labels(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or len(value) > MAX_LABELS:
        raise InvalidArgumentError(f"labels must be an object of at most {MAX_LABELS} texts")
    for name, text in value.items():
        _text("the name of a label", name, _LABEL_NAME)
        if text != "":
            _text(f"label {name}", text, _LABEL_VALUE)
    return dict(value)
