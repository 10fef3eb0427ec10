"""Alerts as they are raised and end, within the transaction of the step that makes them so."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from alert_service.application.alerts import NewAlert
from alert_service.domain.raised import RaisedAlert, day_of
from alert_service.domain.snooze import Silence
from alert_service.evaluation.evaluation import Key
from alert_service.shared_state.raised_alerts import ALERT, SILENT
from alert_service.shared_state.tables import raised_alerts
from servicekit import json_body

columns = raised_alerts.c


def keep(connection: Connection, alert: NewAlert, silence: Silence, now: float) -> NewAlert:
    """Keep an alert that fires, or that one is over; return the entry with the alert's id in it.

    Without channels, if nobody is to be told: while its rule is silent, and of the end of what
    nobody was told of. What fired before there were ids has none.
    """
    if alert.details["state"] == "firing":
        is_silent = silence.holds(alert.rule_id, alert.camera_id, now)
        alert_id: int | None = _raise(connection, alert, is_silent)
    else:
        alert_id, is_silent = _end(connection, alert)
    if alert_id is None:
        return alert
    channels = () if is_silent else alert.channels
    return alert._replace(details={"alert_id": alert_id, **alert.details}, channels=channels)


def has_silent(connection: Connection) -> bool:
    """Does an alert fire of which nobody was told?"""
    return connection.execute(select(columns.id).where(SILENT).limit(1)).first() is not None


def take_silent(connection: Connection, silence: Silence, now: float) -> Sequence[RaisedAlert]:
    """Return what fires, was not told of and is no longer silent; it is to be told now."""
    query = select(*ALERT).where(SILENT).order_by(columns.id)
    found = [RaisedAlert(*row) for row in connection.execute(query)]
    heard = [one for one in found if not silence.holds(one.rule_id, one.camera_id, now)]
    its = update(raised_alerts).where(columns.id == bindparam("number")).values(is_silent=False)
    if heard:
        connection.execute(its, [{"number": one.id} for one in heard])
    return heard


def note_entry(connection: Connection, alert: NewAlert, history_id: int) -> None:
    """Keep which entry of the history says that it fired."""
    if alert.details["state"] == "firing":
        its = update(raised_alerts).where(columns.id == alert.details["alert_id"])
        connection.execute(its.values(history_id=history_id))


def forget(connection: Connection, keys: Iterable[Key], now: float) -> None:
    """End what nobody evaluates any more: rules that were changed, disabled or deleted."""
    values = [{"of_rule": key.rule_id, "of": key.camera_id} for key in keys]
    if values:
        its = _open(bindparam("of_rule"), bindparam("of"))
        ended = {"resolved_at": now, "is_rule_changed": True}
        connection.execute(update(raised_alerts).where(*its).values(ended), values)


def _raise(connection: Connection, alert: NewAlert, is_silent: bool) -> int:
    details = alert.details
    # Whatever became of its state, the one before is no longer evaluated.
    forget(connection, [Key(alert.rule_id, alert.camera_id)], details["at"])
    event = details.get("event")
    values = {
        "rule_id": alert.rule_id,
        "rule_name": details["rule_name"],
        "rule_type": alert.alert_type,
        "priority": details["priority"],
        "camera_id": alert.camera_id,
        "message": alert.message,
        "event": None if event is None else json_body.dumps(event).decode(),
        "since": details.get("since"),
        "fired_at": details["at"],
        "day": day_of(details["at"]),
        "events": details["count"],
        "is_rule_changed": False,
        "is_silent": is_silent,
    }
    added = insert(raised_alerts).values(values).returning(columns.id)
    alert_id: int = connection.execute(added).scalar_one()
    return alert_id


def _end(connection: Connection, alert: NewAlert) -> tuple[int | None, bool]:
    values = {"resolved_at": alert.details["at"], "events": alert.details["count"]}
    ended = update(raised_alerts).where(*_open(alert.rule_id, alert.camera_id)).values(values)
    row = connection.execute(ended.returning(columns.id, columns.is_silent)).one_or_none()
    return (None, False) if row is None else (row.id, row.is_silent)


def _open(rule_id: Any, camera_id: Any) -> tuple[ColumnElement[bool], ...]:
    return columns.rule_id == rule_id, columns.camera_id == camera_id, columns.resolved_at.is_(None)
