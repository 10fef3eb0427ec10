"""Deletes a rule and keeps its history, whatever the monolith's schema does at a delete."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, literal_column, null, select, update

from alert_service.domain.errors import RuleInUseError
from alert_service.shared_state.completed import CompletedWrites, KeyedWrite
from alert_service.shared_state.tables import alert_history, alert_rules
from servicekit.database.connections import Database
from servicekit.database.prepared import Prepared

# Foreign keys of other tables are triggers of this one. A view has none and hides its tables'.
_HAS_EFFECTS: ColumnElement[bool] = literal_column(
    "(SELECT relhastriggers OR relhasrules OR relkind <> 'r' "
    "FROM pg_class WHERE oid = 'alert_rules'::regclass)"
)


class _HistoryTouchedError(Exception):
    """Deleting the rule took entries of its history, or their number, with it."""


class RuleRemoval:
    """Deletes a rule, once for each key; blocks.

    What a schema does is not read from it but seen: the rule is deleted in a
    savepoint, and where entries go with it, or forbid it, that is undone and they are
    detached first. See ADR 26.
    """

    def __init__(self, database: Database, completed: CompletedWrites) -> None:
        self._database = database
        self._completed = completed
        is_rule = alert_rules.c.id == bindparam("rule_id")
        is_its = alert_history.c.rule_id == bindparam("rule_id")
        self._delete = KeyedWrite(
            database, completed, delete(alert_rules).where(is_rule).returning(alert_rules.c.id)
        )
        # Who adds an entry that a foreign key ties to the rule waits for this, or is waited for.
        locked = select(_HAS_EFFECTS).select_from(alert_rules).where(is_rule).with_for_update()
        self._lock = Prepared(database, locked)
        entries = select(func.count()).select_from(alert_history)
        self._count = Prepared(database, entries.where(is_its))
        detached = update(alert_history).where(is_its).values(rule_id=null())
        self._detach = Prepared(
            database,
            select(func.count()).select_from(
                detached.returning(alert_history.c.id).cte("detached")
            ),
        )

    def __call__(self, rule_id: int) -> bool:
        """Return whether there was such a rule; raises RuleInUseError, and as `once`."""
        removed = self._completed.once(
            self._database.driver_write, lambda connection: self._remove(connection, rule_id)
        )
        return removed is not None

    def _remove(self, connection: Any, rule_id: int) -> int | None:
        if self._database.is_sqlite:  # whose foreign keys do nothing unless a connection asks
            return self._delete.run(connection, rule_id=rule_id)
        import psycopg  # not on SQLite: it takes a service a fifth of its start

        locked = self._lock.run(connection, rule_id=rule_id)
        if not locked:
            return None
        if not locked[0][0]:
            return self._delete.run(connection, rule_id=rule_id)
        try:
            return self._attempt(connection, rule_id)
        except (_HistoryTouchedError, psycopg.IntegrityError):
            return self._without_history(connection, rule_id)

    def _without_history(self, connection: Any, rule_id: int) -> int | None:
        import psycopg

        try:
            self._detach.run(connection, rule_id=rule_id)
            return self._attempt(connection, rule_id)
        except psycopg.IntegrityError as error:
            raise RuleInUseError(rule_id, error.diag.message_primary or "") from error

    def _attempt(self, connection: Any, rule_id: int) -> int | None:
        """Delete the rule, or change nothing and raise why not."""
        with connection.transaction():  # a savepoint in the one that runs
            before = self._count.run(connection, rule_id=rule_id)
            removed = self._delete.run(connection, rule_id=rule_id)
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if self._count.run(connection, rule_id=rule_id) != before:
                raise _HistoryTouchedError
            return removed
