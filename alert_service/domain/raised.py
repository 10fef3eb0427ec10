"""Alerts as things: what was raised, and what people said of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from alert_service.domain.errors import InvalidArgumentError
from alert_service.domain.json_value import check_characters
from alert_service.domain.model import JsonText

# Of one call.
MAX_HANDLED = 100
MAX_ALERT_ID = 2**31 - 1
MAX_COMMENT = 1000
MAX_NAME = 200
# Which statistics are of, and how many when nobody says.
MAX_DAYS, DEFAULT_DAYS = 92, 7
DAY_SECONDS = 86_400.0
_EPOCH = date(1970, 1, 1)


class Handling(StrEnum):
    """What a person said of an alert."""

    # Somebody has seen it.
    ACKNOWLEDGED = "acknowledged"
    # It is what the rule is for.
    CONFIRMED = "confirmed"
    # It is not.
    FALSE_POSITIVE = "false_positive"


# What a list is asked for beside these.
HANDLED, NOT_HANDLED = "any", "none"
FIRING, RESOLVED = "firing", "resolved"


class RaisedAlert(NamedTuple):
    """One time that a rule fired for a camera; times are Unix seconds.

    event: what made it fire, if an event did. since: since when the condition was true, None
    where that is not known. events: how many spoke for it. resolved_at: None while it fires.
    is_rule_changed: it ended because the rule was changed, disabled or deleted, so that nobody
    knows whether it is over. is_silent: its rule was snoozed when it fired, and no channel was
    told of it.
    history_id: of the entry of when it fired, None where a monolith's table took none.
    """

    id: int
    rule_id: int
    rule_name: str
    rule_type: str
    priority: str | None
    camera_id: str
    message: str
    event: JsonText | None
    since: float | None
    fired_at: float
    events: int
    resolved_at: float | None
    is_rule_changed: bool
    is_silent: bool
    history_id: int | None
    handling: str | None
    handled_by: str | None
    handled_at: float | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class ListAlerts:
    """Ask for alerts, by number downwards. None in a field means: whatever it is.

    state: FIRING or RESOLVED. handled: a Handling, HANDLED or NOT_HANDLED.
    """

    rule_id: int | None = None
    camera_id: str | None = None
    state: str | None = None
    handled: str | None = None


@dataclass(frozen=True, slots=True)
class HandleAlerts:
    """Say the same of some alerts."""

    alert_ids: Sequence[int]
    handling: Handling
    by: str
    comment: str

    def changes(self, alert: RaisedAlert) -> bool:
        """Does it say anything new? Who said the same first stays the one who did."""
        return (alert.handling, alert.comment or "") != (self.handling, self.comment)


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included, in UTC, as days since 1970."""

    first: int
    last: int


def valid_alert_id(alert_id: int) -> int:
    """Return the id of an alert that may exist; raises InvalidArgumentError."""
    if not 1 <= alert_id <= MAX_ALERT_ID:
        raise InvalidArgumentError(f"alert_id must be a number from 1 to {MAX_ALERT_ID}")
    return alert_id


def alerts_query(
    rule_id: int | None, camera_id: str | None, state: str | None, handled: str | None
) -> ListAlerts:
    """Return the query; raises InvalidArgumentError."""
    if camera_id is not None:
        check_characters("camera_id", camera_id)
    _one_of("state", state, (FIRING, RESOLVED))
    _one_of("handled", handled, (NOT_HANDLED, HANDLED, *Handling))
    return ListAlerts(rule_id, camera_id, state, handled)


def handling(alert_ids: Sequence[int], said: str, by: str, comment: str) -> HandleAlerts:
    """Return the command; raises InvalidArgumentError."""
    if not 1 <= len(alert_ids) <= MAX_HANDLED:
        raise InvalidArgumentError(f"alert_ids must hold from 1 to {MAX_HANDLED} ids")
    _one_of("handling", said, tuple(Handling))
    check_text("handled_by", by)
    check_text("comment", comment, MAX_COMMENT)
    if not by.strip():
        raise InvalidArgumentError("handled_by is missing: say who handles them")
    return HandleAlerts(tuple(dict.fromkeys(alert_ids)), Handling(said), by, comment)


def days(first: str, last: str, now: float) -> Days:
    """Return the days that statistics are asked of; raises InvalidArgumentError.

    An empty `last` is today, an empty `first` a week's.
    """
    ending = _day("last_day", last) if last else day_of(now)
    beginning = _day("first_day", first) if first else ending - DEFAULT_DAYS + 1
    if not 0 <= ending - beginning < MAX_DAYS:
        raise InvalidArgumentError(
            f"first_day must not be behind last_day, and {MAX_DAYS} days are the most"
        )
    return Days(beginning, ending)


def day_of(moment: float) -> int:
    """Return the day of a Unix time, in UTC."""
    return int(moment // DAY_SECONDS)


def day_text(day: int) -> str:
    """Return a day as 2026-11-30."""
    return (_EPOCH + timedelta(day)).isoformat()


def check_text(field: str, text: str, most: int = MAX_NAME) -> None:
    """Accept text of people that is no longer; raises InvalidArgumentError."""
    check_characters(field, text)
    if len(text) > most:
        raise InvalidArgumentError(f"{field} must have at most {most} characters")


def _day(field: str, text: str) -> int:
    try:
        moment = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidArgumentError(f"{field} must be a day such as 2026-11-30") from error
    return (moment.date() - _EPOCH).days


def _one_of(field: str, value: str | None, known: Sequence[str]) -> None:
    if value is not None and value not in known:
        raise InvalidArgumentError(f"{field} must be one of {', '.join(known)}")
