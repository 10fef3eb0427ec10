"""What the history says of a rule that fires, or that no longer does. Pure."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from alert_service.domain.raised import RaisedAlert
from alert_service.evaluation.evaluate import Change
from alert_service.evaluation.evaluation import Told
from alert_service.evaluation.event import Event
from alert_service.evaluation.windows import NEVER
from servicekit import json_body


class NewAlert(NamedTuple):
    """An entry for the history. timestamp: UTC without a zone; channels: who is told of it."""

    rule_id: int
    camera_id: str
    alert_type: str
    message: str
    details: dict[str, Any]
    timestamp: datetime
    channels: tuple[str, ...] = ()


def alert_of(told: Told) -> NewAlert:
    """Return the entry for what is told."""
    rule, transition = told.rule, told.transition
    fired = transition.change is Change.FIRED
    words = "fires for camera" if fired else "is over for camera"
    details: dict[str, Any] = {
        "rule_name": rule.name,
        "priority": rule.priority,
        "state": "firing" if fired else "resolved",
        "at": transition.at,
        **({"since": transition.since} if transition.since != NEVER else {}),
        "count": transition.count,
        **({"event": _facts(told.event)} if told.event else {}),
    }
    return NewAlert(
        rule.rule_id,
        told.camera_id,
        rule.rule_type,
        f"{rule.name} {words} {told.camera_id}{_because(told.event)}",
        details,
        datetime.fromtimestamp(transition.at, UTC).replace(tzinfo=None),
        rule.channels,
    )


def told_late(raised: RaisedAlert, channels: tuple[str, ...]) -> NewAlert:
    """Return what channels are told of an alert that fired while its rule was snoozed."""
    details: dict[str, Any] = {
        "alert_id": raised.id,
        "rule_name": raised.rule_name,
        "priority": raised.priority,
        "state": "firing",
        "at": raised.fired_at,
        **({} if raised.since is None else {"since": raised.since}),
        "count": raised.events,
        **({} if raised.event is None else {"event": json_body.loads(raised.event)}),
    }
    return NewAlert(
        raised.rule_id,
        raised.camera_id,
        raised.rule_type,
        raised.message,
        details,
        datetime.fromtimestamp(raised.fired_at, UTC).replace(tzinfo=None),
        channels,
    )


def _because(event: Event | None) -> str:
    if event is None:
        return ""
    value = "" if event.value is None else f", {event.value:g}"
    return f" ({event.type}{value})"


def _facts(event: Event) -> dict[str, Any]:
    """Return what the event says, as it was reported."""
    facts = {
        "event_id": event.event_id,
        "type": event.type,
        "time": event.time,
        "value": event.value,
        "confidence": event.confidence,
        "snapshot": event.snapshot,
    }
    return {name: value for name, value in facts.items() if value is not None}
