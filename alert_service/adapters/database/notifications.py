"""What channels have yet to be told: an outbox, written with the alerts that it tells of."""

import contextlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError

from alert_service.application.alerts import NewAlert
from alert_service.application.notification import body
from alert_service.shared_state.tables import (
    alert_evaluation,
    alert_history,
    alert_notifications,
)
from servicekit.database.connections import Database
from servicekit.webhooks.outbox import Delivery
from servicekit.webhooks.target import Target

# Of one channel: what waits beyond that is given up, the oldest first.
MAX_WAITING = 10_000
# So long it is said that something was given up.
KEPT_SECONDS = 7 * 86_400.0

_Where = tuple[ColumnElement[bool], ...]

columns = alert_notifications.c
waits = columns.given_up.is_(False)


class NotificationOutbox:
    """An Outbox of the alerts. Every method blocks.

    channels: those that are configured. token: of the lease of whoever delivers; with
    another one there is nothing to deliver.
    """

    def __init__(
        self, database: Database, channels: Mapping[str, Target], token: Callable[[], int]
    ) -> None:
        self._database = database
        self._channels = channels
        self._token = token

    def leads(self) -> bool:
        """Is the lease ours, so that it is us who tell?"""
        ours = select(alert_evaluation.c.token == self._token())
        with self._database.read() as connection:
            return bool(connection.execute(ours).scalar())

    def heads(self) -> Sequence[Delivery]:
        """Return what each rule is to tell each channel next, as long as the lease is ours."""
        first = (
            select(func.min(columns.number))
            .where(waits, columns.channel.in_(self._channels))
            .group_by(columns.channel, columns.rule_id)
        )
        ours = exists().where(alert_evaluation.c.token == self._token())
        query = (
            select(alert_notifications)
            .where(columns.number.in_(first), ours)
            .order_by(columns.number)
        )
        with self._database.read() as connection:
            return [self._delivery(row) for row in connection.execute(query)]

    def delivered(self, delivery: Delivery) -> None:
        """Forget what arrived, and say in the history that it did."""
        gone = delete(alert_notifications).where(*_is(delivery))
        told = gone.returning(columns.alert_id, columns.channel)
        with self._database.write() as connection:
            row = connection.execute(told).one_or_none()
            if row is not None and row.alert_id is not None:
                _note(connection, row.alert_id, row.channel)

    def failed(self, delivery: Delivery, error: str, next_at: float) -> None:
        """Say why an attempt failed and when the next one is due."""
        self._change(delivery, failures=delivery.failures + 1, error=error, next_at=next_at)

    def give_up(self, delivery: Delivery, error: str) -> None:
        """Keep it as never delivered, until `prune`."""
        self._change(delivery, failures=delivery.failures + 1, error=error, given_up=True)

    def prune(self, now: float) -> None:
        """Give up what is too much to wait for, and forget what is old, delivered or not."""
        with self._database.write() as connection:
            old = columns.created < now - KEPT_SECONDS
            connection.execute(delete(alert_notifications).where(old))
            for channel in self._channels:
                newest = (
                    select(columns.number)
                    .where(waits, columns.channel == channel)
                    .order_by(columns.number.desc())
                )
                beyond = newest.offset(MAX_WAITING).limit(1).scalar_subquery()
                too_many: _Where = (waits, columns.channel == channel, columns.number <= beyond)
                said = {"given_up": True, "error": "too much waited for this channel"}
                connection.execute(update(alert_notifications).where(*too_many).values(said))

    def _change(self, delivery: Delivery, **change: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(alert_notifications).where(*_is(delivery)).values(change))

    def _delivery(self, row: Any) -> Delivery:
        return Delivery(
            number=row.number,
            queue=f"{row.rule_id} {row.channel}",
            receiver=row.channel,
            target=self._channels.get(row.channel),
            message_id=row.message_id,
            body=row.body.encode(),
            created=row.created,
            failures=row.failures,
            next_at=row.next_at,
        )


def keep(connection: Connection, alerts: Iterable[tuple[NewAlert, int | None]], now: float) -> None:
    """Add what is to be told, within the transaction of the alerts; with their entries' numbers."""
    rows = [
        {
            "channel": channel,
            "rule_id": alert.rule_id,
            "alert_id": history_id,
            "message_id": f"alert_{uuid.uuid4().hex}",
            "body": body(alert, history_id).decode(),
            "created": now,
            "failures": 0,
            "next_at": now,
            "error": "",
            "given_up": False,
        }
        for alert, history_id in alerts
        for channel in alert.channels
    ]
    if rows:
        connection.execute(insert(alert_notifications), rows)


def _is(delivery: Delivery) -> _Where:
    is_it: _Where = (columns.number == delivery.number, columns.message_id == delivery.message_id)
    return is_it


def _note(connection: Connection, alert_id: int, channel: str) -> None:
    """Say in the history that an alert was told; a table that refuses it does not matter."""
    entry = alert_history.c.id == alert_id
    used = alert_history.c.notification_channels_used
    found = connection.execute(select(used).where(entry).with_for_update()).one_or_none()
    if found is None:
        return
    before = found[0] if isinstance(found[0], list) else []
    said = {"notification_sent": True, used.name: [*before, channel]}
    with contextlib.suppress(DataError, IntegrityError), connection.begin_nested():
        connection.execute(update(alert_history).where(entry).values(said))
