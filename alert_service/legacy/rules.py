"""Alert rules as the monolith kept them: plain SQL, and no question whether a rule exists."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, DateTime, bindparam, text

from alert_service.adapters.completed import CompletedWrites
from alert_service.errors import RuleNotFoundError
from alert_service.model import (
    UPDATABLE_FIELDS,
    Alert,
    CreateRule,
    ListHistory,
    ListRules,
    Rule,
    UpdateRule,
)
from servicekit.database import Database

# The columns that need converting; what the driver gives for the others stands.
# JSON is converted on its way in; it comes out as the text that it is.
_TYPES: dict[str, Any] = {
    "conditions": JSON(none_as_null=True),
    "notification_channels": JSON(none_as_null=True),
    "recipients": JSON(none_as_null=True),
    "enabled": Boolean(),
    "created_at": DateTime(),
    "updated_at": DateTime(),
    "notification_sent": Boolean(),
    "timestamp": DateTime(),
}
_RULE = (
    "id, name, camera_id, rule_type, CAST(conditions AS TEXT) AS conditions, "
    "CAST(notification_channels AS TEXT) AS notification_channels, "
    "CAST(recipients AS TEXT) AS recipients, enabled, priority, created_at, updated_at"
)
_ALERT = (
    "id, rule_id, camera_id, alert_type, message, CAST(details AS TEXT) AS details, "
    "notification_sent, CAST(notification_channels_used AS TEXT) AS notification_channels_used, "
    "timestamp"
)
# A write, and the key of its call: see CompletedWrites.joined.
_NOTED = (
    "WITH written AS ({sql}) "
    "INSERT INTO alert_completed_writes (key, digest, rule_id, expires_at) "
    "SELECT :key, :digest, id, :expires_at FROM written "
    "ON CONFLICT DO NOTHING RETURNING rule_id"
)


class LegacyAlertRules:
    """AlertRules on a Database; `clock` gives the time in UTC without a zone."""

    def __init__(
        self, database: Database, completed: CompletedWrites, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._completed = completed
        self._clock = clock

    def list_rules(self, command: ListRules) -> Sequence[Rule]:
        values = {"camera_id": command.camera_id, "enabled": command.enabled}
        order = "ORDER BY updated_at DESC, id DESC"
        return [Rule(*row) for row in self._select(_RULE, "alert_rules", values, order)]

    def get_rule(self, rule_id: int) -> Rule:
        for row in self._select(_RULE, "alert_rules", {"id": rule_id}):
            return Rule(*row)
        raise RuleNotFoundError(rule_id)

    def create_rule(self, command: CreateRule) -> int:
        now = self._clock()
        values = {field: getattr(command, field) for field in UPDATABLE_FIELDS}
        values |= {"created_at": now, "updated_at": now}
        columns = ", ".join(values)
        marks = ", ".join(f":{column}" for column in values)
        sql = f"INSERT INTO alert_rules ({columns}) VALUES ({marks}) RETURNING id"  # noqa: S608
        rule_id = self._write(sql, values)
        if rule_id is None:
            raise RuntimeError("an INSERT returned no row")
        return rule_id

    def update_rule(self, command: UpdateRule) -> None:
        values = {f: command.changes[f] for f in UPDATABLE_FIELDS if f in command.changes}
        if not values:
            return
        values["updated_at"] = self._clock()
        sets = ", ".join(f"{column} = :{column}" for column in values)
        values["id"] = command.rule_id
        sql = f"UPDATE alert_rules SET {sets} WHERE id = :id RETURNING id"  # noqa: S608
        self._write(sql, values)

    def delete_rule(self, rule_id: int) -> None:
        if (
            self._write("DELETE FROM alert_rules WHERE id = :id RETURNING id", {"id": rule_id})
            is None
        ):
            raise RuleNotFoundError(rule_id)

    def list_history(self, command: ListHistory) -> Sequence[Alert]:
        values = {"camera_id": command.camera_id, "alert_type": command.alert_type}
        # An int of ours, not a text of the caller's.
        order = f"ORDER BY timestamp DESC, id DESC LIMIT {command.limit:d}"
        return [Alert(*row) for row in self._select(_ALERT, "alert_history", values, order)]

    def check(self) -> None:
        self._database.check("alert_rules")

    def _write(self, sql: str, values: dict[str, Any]) -> int | None:
        """Run a write once for its call's key; return the id of its rule, None if there is none."""

        noted = {} if self._completed.is_apart else self._completed.noted()
        statement = _typed(_NOTED.format(sql=sql) if noted else sql, {**values, **noted})

        def write(connection: Connection) -> int | None:
            rule_id: int | None = connection.execute(statement).scalar()
            return rule_id

        return self._completed.once(self._database.write(), write)

    def _select(
        self, columns: str, table: str, filters: dict[str, Any], order: str = ""
    ) -> Sequence[Any]:
        """Return the rows whose columns equal the filters that are not None."""
        values = {column: value for column, value in filters.items() if value is not None}
        where = " AND ".join(f"{column} = :{column}" for column in values) or "1 = 1"
        sql = f"SELECT {columns} FROM {table} WHERE {where} {order}"  # noqa: S608
        types = {column: _TYPES[column] for column in columns.split(", ") if column in _TYPES}
        with self._database.read() as connection:
            return connection.execute(_typed(sql, values).columns(**types)).fetchall()


def _typed(sql: str, values: dict[str, Any]) -> Any:
    """Return the statement with its values bound.

    Only names that stand in this code are ever pasted into SQL (hence the
    noqa S608 above); what comes from outside is bound here.
    """
    return text(sql).bindparams(
        *(bindparam(name, value, type_=_TYPES.get(name)) for name, value in values.items())
    )
