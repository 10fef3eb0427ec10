"""Rules and history as statements that are prepared once."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    insert,
    select,
    update,
)

from alert_service.domain.model import UPDATABLE_FIELDS, Alert, CreateRule, Part, Rule
from alert_service.shared_state.completed import CompletedWrites, KeyedWrite
from alert_service.shared_state.removal import RuleRemoval
from alert_service.shared_state.tables import alert_history, alert_rules
from servicekit.database.connections import Database
from servicekit.database.prepared import Prepared


class AlertRepository:
    """AlertStore on a Database. Every method is one transaction, so every method is atomic.

    A write's key, if its call has one, is committed with it.
    """

    def __init__(self, database: Database, completed: CompletedWrites) -> None:
        self._database = database
        self._completed = completed
        rule_id = alert_rules.c.id
        self._rule = Prepared(
            database, self._stored(alert_rules).where(rule_id == bindparam("rule_id"))
        )
        self._add = KeyedWrite(
            database,
            completed,
            insert(alert_rules)
            .values({name: bindparam(name) for name in (*UPDATABLE_FIELDS, *_TIMES)})
            .returning(rule_id),
        )
        self._remove = RuleRemoval(database, completed)
        # By what they filter or set: as many as there are subsets of the fields.
        self._rules = functools.cache(self._prepare_rules)
        self._alerts = functools.cache(self._prepare_alerts)
        self._part_of_rules = functools.cache(self._prepare_part_of_rules)
        self._part_of_alerts = functools.cache(self._prepare_part_of_alerts)
        self._change = functools.cache(self._prepare_change)

    def find_rules(
        self, camera_id: str | None, enabled: bool | None, part: Part | None = None
    ) -> Sequence[Rule]:
        filters = _given(camera_id=camera_id, enabled=enabled)
        if part is None:
            rows = self._rules(tuple(filters)).read(**filters)
        else:
            prepared = self._part_of_rules(tuple(filters))
            rows = prepared.read(first=part.first, most=part.most, **filters)
        return list(map(Rule._make, rows))

    def find_rule(self, rule_id: int) -> Rule | None:
        rows = self._rule.read(rule_id=rule_id)
        return Rule._make(rows[0]) if rows else None

    def add_rule(self, rule: CreateRule, now: datetime) -> int:
        fields = {field: getattr(rule, field) for field in UPDATABLE_FIELDS}
        rule_id = self._add(**fields, created_at=now, updated_at=now)
        if rule_id is None:
            raise RuntimeError("an INSERT returned no row")
        return rule_id

    def change_rule(self, rule_id: int, changes: Mapping[str, Any], now: datetime) -> bool:
        change = self._change(tuple(changes))
        return change(rule_id=rule_id, **changes, updated_at=now) is not None

    def remove_rule(self, rule_id: int) -> bool:
        return self._remove(rule_id)

    def find_alerts(
        self,
        limit: int,
        camera_id: str | None,
        alert_type: str | None,
        part: Part | None = None,
    ) -> Sequence[Alert]:
        filters = _given(camera_id=camera_id, alert_type=alert_type)
        if part is None:
            rows = self._alerts(tuple(filters)).read(most=limit, **filters)
        else:
            prepared = self._part_of_alerts(tuple(filters))
            rows = prepared.read(first=part.first, most=part.most, **filters)
        return list(map(Alert._make, rows))

    def check(self) -> None:
        self._rule.read(rule_id=0)

    def _prepare_rules(self, filters: tuple[str, ...]) -> Prepared:
        query = self._matching(alert_rules, filters)
        newest = (alert_rules.c.updated_at.desc(), alert_rules.c.id.desc())
        return Prepared(self._database, query.order_by(*newest))

    def _prepare_alerts(self, filters: tuple[str, ...]) -> Prepared:
        query = self._matching(alert_history, filters)
        newest = (alert_history.c.timestamp.desc(), alert_history.c.id.desc())
        return Prepared(self._database, query.order_by(*newest).limit(bindparam("most")))

    def _prepare_part_of_rules(self, filters: tuple[str, ...]) -> Prepared:
        number = alert_rules.c.id
        query = self._matching(alert_rules, filters).where(number >= bindparam("first"))
        return Prepared(self._database, query.order_by(number).limit(bindparam("most")))

    def _prepare_part_of_alerts(self, filters: tuple[str, ...]) -> Prepared:
        number = alert_history.c.id
        query = self._matching(alert_history, filters).where(number <= bindparam("first"))
        return Prepared(self._database, query.order_by(number.desc()).limit(bindparam("most")))

    def _prepare_change(self, fields: tuple[str, ...]) -> KeyedWrite:
        statement = (
            update(alert_rules)
            .where(alert_rules.c.id == bindparam("rule_id"))
            .values({name: bindparam(name) for name in (*fields, "updated_at")})
            .returning(alert_rules.c.id)
        )
        return KeyedWrite(self._database, self._completed, statement)

    def _matching(self, table: Table, filters: tuple[str, ...]) -> Select[Any]:
        """Select the rows whose columns equal the values of these names."""
        return self._stored(table).where(*(table.c[name] == bindparam(name) for name in filters))

    def _stored(self, table: Table) -> Select[Any]:
        """Select the columns in their order, JSON as the text that it is stored as."""
        return select(*map(self._column, table.columns))

    def _column(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        if isinstance(column.type, JSON):
            return cast(column, Text).label(column.key)
        if isinstance(column.type, DateTime) and not self._database.is_sqlite:
            # The monolith's may have a zone; the connection's is UTC.
            return cast(column, DateTime).label(column.key)
        return column


_TIMES = ("created_at", "updated_at")


def _given(**filters: Any) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value is not None}
