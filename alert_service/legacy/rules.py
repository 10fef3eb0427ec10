"""Alert rules as the monolith kept them: plain SQL, and no question whether a rule exists."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, DateTime, Text, bindparam, text
from sqlalchemy.types import NullType

from alert_service.domain.errors import RuleNotFoundError
from alert_service.domain.model import (
    UPDATABLE_FIELDS,
    Alert,
    CreateRule,
    ListHistory,
    ListRules,
    Rule,
    UpdateRule,
)
from alert_service.shared_state.completed import CompletedWrites
from alert_service.shared_state.removal import RuleRemoval
from servicekit.database.connections import Database
from servicekit.database.repeating import repeated

# The columns that need converting; what the driver gives for the others stands.
# JSON is converted on its way in; it comes out as the text that it is.
_TYPES: dict[str, Any] = {
    # Never absent, so that its null is JSON's: the monolith's column takes no other.
    "conditions": JSON(),
    "notification_channels": JSON(none_as_null=True),
    "recipients": JSON(none_as_null=True),
    "enabled": Boolean(),
    "created_at": DateTime(),
    "updated_at": DateTime(),
    "notification_sent": Boolean(),
    "timestamp": DateTime(),
}
# PostgreSQL takes the column's type, which of the monolith's may be an enum.
_UNTYPED = NullType()
_JSON = (
    *("conditions", "notification_channels", "recipients"),
    *("details", "notification_channels_used"),
)
_TIMES = ("created_at", "updated_at", "timestamp")
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
        # The monolith could not delete: what is right for its tables is right for both.
        self._remove = RuleRemoval(database, completed)

    def list_rules(self, command: ListRules) -> Sequence[Rule]:
        values = {"camera_id": command.camera_id, "enabled": command.enabled}
        rest = "ORDER BY alert_rules.updated_at DESC, id DESC"
        if part := command.part:
            rest = f"AND id >= {part.first:d} ORDER BY id LIMIT {part.most:d}"
        return [Rule(*row) for row in self._select(Rule, "alert_rules", values, rest)]

    def get_rule(self, rule_id: int) -> Rule:
        for row in self._select(Rule, "alert_rules", {"id": rule_id}):
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
        if not self._remove(rule_id):
            raise RuleNotFoundError(rule_id)

    def list_history(self, command: ListHistory) -> Sequence[Alert]:
        values = {"camera_id": command.camera_id, "alert_type": command.alert_type}
        # Ints of ours, not texts of the caller's.
        rest = f"ORDER BY alert_history.timestamp DESC, id DESC LIMIT {command.limit:d}"
        if part := command.part:
            rest = f"AND id <= {part.first:d} ORDER BY id DESC LIMIT {part.most:d}"
        return [Alert(*row) for row in self._select(Alert, "alert_history", values, rest)]

    def check(self) -> None:
        self._select(Rule, "alert_rules", {"id": 0})

    def _write(self, sql: str, values: dict[str, Any]) -> int | None:
        """Run a write once for its call's key; return the id of its rule, None if there is none."""

        noted = {} if self._completed.is_apart else self._completed.noted()
        statement = _typed(_NOTED.format(sql=sql) if noted else sql, {**values, **noted})

        def write(connection: Connection) -> int | None:
            rule_id: int | None = connection.execute(statement).scalar()
            return rule_id

        return self._completed.once(self._database.write, write)

    @repeated
    def _select(
        self, record: type[Rule | Alert], table: str, filters: dict[str, Any], rest: str = ""
    ) -> Sequence[Any]:
        """Return the rows, columns as the record's fields, that equal the filters not None."""
        values = {column: value for column, value in filters.items() if value is not None}
        where = " AND ".join(f"{column} = :{column}" for column in values) or "1 = 1"
        columns = ", ".join(map(self._column, record._fields))
        sql = f"SELECT {columns} FROM {table} WHERE {where} {rest}"  # noqa: S608
        types = {column: _TYPES[column] for column in record._fields if column in _TYPES}
        types |= dict.fromkeys(set(_JSON) & set(record._fields), Text())
        with self._database.read() as connection:
            return connection.execute(_typed(sql, values).columns(**types)).fetchall()

    def _column(self, name: str) -> str:
        if name in _JSON:
            return f"CAST({name} AS TEXT) AS {name}"
        if name in _TIMES and not self._database.is_sqlite:
            # The monolith's may have a zone; the connection's is UTC.
            return f"CAST({name} AS timestamp) AS {name}"
        return name


def _typed(sql: str, values: dict[str, Any]) -> Any:
    """Return the statement with its values bound.

    Only names that stand in this code are ever pasted into SQL (hence the
    noqa S608 above); what comes from outside is bound here.
    """
    return text(sql).bindparams(
        *(
            bindparam(name, value, type_=_TYPES.get(name, _UNTYPED))
            for name, value in values.items()
        )
    )
