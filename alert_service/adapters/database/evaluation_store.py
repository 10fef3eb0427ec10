"""What is known of rules, and the alerts that they raise: one transaction a step."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, IntegrityError

from alert_service.adapters.database import notifications, raised
from alert_service.application.alerts import NewAlert, told_late
from alert_service.application.ports import AlertStore, Position
from alert_service.domain.model import Rule
from alert_service.domain.snooze import Silence
from alert_service.evaluation.evaluation import KeptState, Key
from alert_service.shared_state.snoozes import held
from alert_service.shared_state.tables import (
    alert_evaluation,
    alert_history,
    alert_rules,
    alert_states,
)
from servicekit.database.connections import Database
from servicekit.lease import Lease, LeaseLostError, Tenancy, take


class DatabaseEvaluationStore:
    """EvaluationStore on a Database. Every method blocks."""

    def __init__(self, database: Database, rules: AlertStore) -> None:
        self._database = database
        self._rules = rules
        dialect = sqlite if database.is_sqlite else postgresql
        put = dialect.insert(alert_states)
        self._put = put.on_conflict_do_update(
            index_elements=["rule_id", "camera_id"],
            set_={"conditions": put.excluded.conditions, "state": put.excluded.state},
        )

    def take_lease(self, me: Tenancy) -> Position | None:
        with self._database.write() as connection:
            row = connection.execute(select(alert_evaluation).with_for_update()).one()
            # Nobody ever held it while its token is 0.
            held = Lease.of_row(row.token, row.holder, row.renewed_at) if row.token else None
            taken = take(held, me)
            if taken is None:
                return None
            connection.execute(update(alert_evaluation).values(taken.row()))
            return Position(taken.token, row.read_to, row.evaluated_to)

    def states(self) -> Mapping[Key, KeptState]:
        with self._database.read() as connection:
            rows = connection.execute(select(alert_states)).all()
        return {Key(row.rule_id, row.camera_id): KeptState(row[2], row[3]) for row in rows}

    def rules_mark(self) -> object:
        columns = alert_rules.c
        query = select(func.count(), func.max(columns.id), func.max(columns.updated_at))
        with self._database.read() as connection:
            return tuple(connection.execute(query.where(columns.enabled)).one())

    def rules(self) -> Sequence[Rule]:
        return self._rules.find_rules(None, True)

    def commit(
        self,
        to: Position,
        states: Mapping[Key, KeptState | None],
        forgotten: Sequence[Key],
        alerts: Sequence[NewAlert],
        now: float,
    ) -> Sequence[NewAlert]:
        with self._database.write() as connection:
            _go_on(connection, to, now)
            self._keep(connection, states)
            raised.forget(connection, forgotten, now)
            # Read here: who was told that a rule is silent hears nothing of it from then on.
            silence = Silence(held(connection, now)) if alerts else Silence(())
            numbered = [
                _entered(connection, raised.keep(connection, one, silence, now)) for one in alerts
            ]
            notifications.keep(connection, numbered, now)
            return [alert for alert, number in numbered if number is None]

    def has_silent(self) -> bool:
        with self._database.read() as connection:
            return raised.has_silent(connection)

    def announce(
        self, token: int, channels: Mapping[int, tuple[str, ...]], now: float
    ) -> Sequence[NewAlert]:
        with self._database.write() as connection:
            _require(connection, token, renewed_at=now)
            heard = raised.take_silent(connection, Silence(held(connection, now)), now)
            told = [told_late(one, channels.get(one.rule_id, ())) for one in heard]
            numbered = [(one, of.history_id) for one, of in zip(told, heard, strict=True)]
            notifications.keep(connection, numbered, now)
            return told

    def _keep(self, connection: Connection, states: Mapping[Key, KeptState | None]) -> None:
        kept = [{**key._asdict(), **one._asdict()} for key, one in states.items() if one]
        gone = [{"of_rule": key.rule_id, "of": key.camera_id} for key, v in states.items() if not v]
        columns = alert_states.c
        if kept:
            connection.execute(self._put, kept)
        if gone:
            its = (columns.rule_id == bindparam("of_rule"), columns.camera_id == bindparam("of"))
            connection.execute(delete(alert_states).where(*its), gone)


def _go_on(connection: Connection, to: Position, now: float) -> None:
    """Raise LeaseLostError unless the token is the present one."""
    _require(connection, to.token, read_to=to.read_to, evaluated_to=to.evaluated_to, renewed_at=now)


def _require(connection: Connection, token: int, **values: Any) -> None:
    """Raise LeaseLostError unless the token is the present one; note these values with it."""
    ours = update(alert_evaluation).where(alert_evaluation.c.token == token)
    if not connection.execute(ours.values(values)).rowcount:
        raise LeaseLostError("another process evaluates the alert rules")


def _entered(connection: Connection, alert: NewAlert) -> tuple[NewAlert, int | None]:
    number = _number(connection, alert)
    if number is not None:
        raised.note_entry(connection, alert, number)
    return alert, number


def _number(connection: Connection, alert: NewAlert) -> int | None:
    """Add an alert to the history, which may be the monolith's; None if that refuses it."""
    values = {**alert._asdict(), "notification_sent": False}
    del values["channels"]
    try:
        with connection.begin_nested():
            added = insert(alert_history).values(values).returning(alert_history.c.id)
            return connection.execute(added).scalar_one()
    except (DataError, IntegrityError):
        return None
