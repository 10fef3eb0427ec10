"""What was reported: both implementations store it, and one evaluator reads on in it."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from alert_service.evaluation.event import Event, Numbered
from alert_service.shared_state.tables import alert_events
from servicekit.database.connections import Database
from servicekit.database.repeating import repeated

# Any number will do: the lock of whoever adds events.
ADDING = 0x616C65727473  # "alerts"
# Rows that are deleted at a time: other writers wait for no more.
PRUNED_AT_ONCE = 5000


class EventLog:
    """Events in a database. Every method blocks, and raises as Database does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = sqlite if database.is_sqlite else postgresql
        add = dialect.insert(alert_events).on_conflict_do_nothing()
        columns = alert_events.c
        behind = select(alert_events).where(columns.number > bindparam("number"))
        # Made once: it is asked twice a second, though nothing comes.
        self._after = behind.order_by(columns.number).limit(bindparam("most"))
        self._add = add.returning(alert_events.c.number)

    @repeated
    def add(self, events: Sequence[Event], received_at: float) -> int:
        """Store those that are not there yet; return how many these were."""
        rows = [_row(event, received_at) for event in events]
        if not rows:
            return 0
        with self._database.write() as connection:
            self._one_by_one(connection)
            return len(connection.execute(self._add, rows).all())

    def after(self, number: int, most: int) -> list[Numbered]:
        """Return the events behind this number, in the order in which they were stored."""
        with self._database.read() as connection:
            found = connection.execute(self._after, {"number": number, "most": most}).all()
        return [Numbered(row.number, _event(row)) for row in found]

    def between(
        self, start: float, end: float, camera_id: str | None, most: int
    ) -> Sequence[Event]:
        """Return the first events after `start` until `end`, in the order of their times."""
        columns = alert_events.c
        query = select(alert_events).where(columns.time > start, columns.time <= end)
        if camera_id is not None:
            query = query.where(columns.camera_id == camera_id)
        with self._database.read() as connection:
            ordered = query.order_by(columns.time, columns.number).limit(most)
            return [_event(row) for row in connection.execute(ordered)]

    def prune(self, before: float, most: int) -> None:
        """Forget the events from before a time (Unix), and the first of more than `most`."""
        columns = alert_events.c
        with self._database.read() as connection:
            newest = connection.execute(select(func.max(columns.number))).scalar() or 0
        for unwanted in (columns.time < before, columns.number <= newest - most):
            some = select(columns.number).where(unwanted).limit(PRUNED_AT_ONCE)
            statement = delete(alert_events).where(columns.number.in_(some))
            while True:
                with self._database.write() as connection:
                    if connection.execute(statement).rowcount < PRUNED_AT_ONCE:
                        break

    def _one_by_one(self, connection: Connection) -> None:
        """Let numbers become visible in their order, or who reads on would pass one by."""
        if not self._database.is_sqlite:  # which has one writer
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADDING})


def _row(event: Event, received_at: float) -> dict[str, Any]:
    return {
        "camera_id": event.camera_id,
        "event_id": event.event_id,
        "type": event.type,
        "time": event.time,
        "value": event.value,
        "confidence": event.confidence,
        "labels": json.dumps(event.labels, ensure_ascii=False) if event.labels else None,
        "snapshot": event.snapshot,
        "received_at": received_at,
    }


def _event(row: Any) -> Event:
    return Event(
        event_id=row.event_id,
        camera_id=row.camera_id,
        type=row.type,
        time=row.time,
        value=row.value,
        confidence=row.confidence,
        labels=json.loads(row.labels) if row.labels else {},
        snapshot=row.snapshot,
    )
