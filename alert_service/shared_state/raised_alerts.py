"""Alerts that were raised, as either implementation tells and handles them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select, text, update

from alert_service.domain.model import Part
from alert_service.domain.raised import (
    FIRING,
    HANDLED,
    NOT_HANDLED,
    Days,
    HandleAlerts,
    Handling,
    ListAlerts,
    RaisedAlert,
)
from alert_service.shared_state.completed import CompletedWrites
from alert_service.shared_state.tables import raised_alerts
from servicekit.database.connections import Database
from servicekit.database.repeating import repeated

columns = raised_alerts.c
# What fires and nobody was told of, as its index has it.
SILENT = text("is_silent AND resolved_at IS NULL")
ALERT = [columns[name] for name in RaisedAlert._fields]
_Where = list[ColumnElement[bool]]


class RaisedAlerts:
    """RaisedAlertStore on a Database. Every method blocks, and raises as Database does."""

    def __init__(
        self, database: Database, completed: CompletedWrites, clock: Callable[[], float]
    ) -> None:
        """`clock` gives Unix time."""
        self._database = database
        self._completed = completed
        self._clock = clock

    @repeated
    def find(self, command: ListAlerts, part: Part) -> Sequence[RaisedAlert]:
        """Return a part of the matching alerts, by number downwards."""
        query = select(*ALERT).where(columns.id <= part.first, *_matching(command))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(columns.id.desc()).limit(part.most)).all()
        return [RaisedAlert(*row) for row in rows]

    @repeated
    def silent(self) -> set[tuple[int, str]]:
        """Return for which rules and cameras one fires that nobody was told of."""
        query = select(columns.rule_id, columns.camera_id).where(SILENT)
        with self._database.read() as connection:
            return {(row.rule_id, row.camera_id) for row in connection.execute(query)}

    @repeated
    def of_ids(self, alert_ids: Collection[int]) -> Mapping[int, RaisedAlert]:
        """Return those of these alerts that there are."""
        query = select(*ALERT).where(columns.id.in_(alert_ids))
        with self._database.read() as connection:
            return {row.id: RaisedAlert(*row) for row in connection.execute(query)}

    def handle(self, command: HandleAlerts) -> int:
        """Say it of these alerts, once for the call's key; return of how many it was new."""
        query = select(*ALERT).where(columns.id.in_(command.alert_ids)).order_by(columns.id)

        def write(connection: Any) -> int:
            found = [RaisedAlert(*row) for row in connection.execute(query.with_for_update())]
            changed = [one.id for one in found if command.changes(one)]
            said = {
                "handling": command.handling.value,
                "handled_by": command.by,
                "handled_at": self._clock(),
                "comment": command.comment or None,
            }
            if changed:
                its = update(raised_alerts).where(columns.id.in_(changed))
                connection.execute(its.values(said))
            return len(changed)

        return self._completed.counted(write)

    @repeated
    def cameras(self, days: Days) -> Sequence[str]:
        """Return the cameras that there were alerts for."""
        query = select(columns.camera_id).where(*_within(days)).distinct()
        with self._database.read() as connection:
            return connection.execute(query).scalars().all()

    @repeated
    def counts(
        self,
        days: Days,
        by: str | None,
        rule_id: int | None,
        cameras: Collection[str] | None,
        most: int,
    ) -> Sequence[tuple[Any, ...]]:
        """Return how many alerts were raised, and how many of them handled in each way.

        by: the column whose values are counted apart, those with most alerts first; None: none.
        cameras: only theirs; None: of all. A row is the value, if there is one, all, and those of
        each Handling in its order.
        """
        where = _within(days)
        if rule_id is not None:
            where.append(columns.rule_id == rule_id)
        if cameras is not None:
            where.append(columns.camera_id.in_(cameras))
        numbers = [
            func.count(),
            *(func.sum(case((columns.handling == one.value, 1), else_=0)) for one in Handling),
        ]
        if by is None:
            query = select(*numbers).where(*where)
        else:
            query = select(columns[by], *numbers).where(*where).group_by(columns[by])
            query = query.order_by(numbers[0].desc(), columns[by]).limit(most)
        with self._database.read() as connection:
            # A sum of no rows is none.
            return [tuple(one or 0 for one in row) for row in connection.execute(query)]


def _matching(command: ListAlerts) -> _Where:
    found: _Where = []
    if command.rule_id is not None:
        found.append(columns.rule_id == command.rule_id)
    if command.camera_id is not None:
        found.append(columns.camera_id == command.camera_id)
    if command.state is not None:
        is_open = columns.resolved_at.is_(None)
        found.append(is_open if command.state == FIRING else ~is_open)
    # Beside what leads to fewer it is not to be looked for by its own index.
    are_few = command.rule_id or command.camera_id is not None or command.state == FIRING
    handling = func.coalesce(columns.handling, literal(None)) if are_few else columns.handling
    if command.handled == NOT_HANDLED:
        found.append(handling.is_(None))
    elif command.handled == HANDLED:
        found.append(handling.is_not(None))
    elif command.handled is not None:
        found.append(handling == command.handled)
    return found


def _within(days: Days) -> _Where:
    return [columns.day >= days.first, columns.day <= days.last]
