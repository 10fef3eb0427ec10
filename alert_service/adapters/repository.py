"""Rules and history as SQLAlchemy Core statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from alert_service.adapters.tables import alert_history, alert_rules
from alert_service.model import UPDATABLE_FIELDS, Alert, CreateRule, Rule
from servicekit.database import Database


class AlertRepository:
    """AlertStore on a Database. Every method is one statement, so every method is atomic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_rules(self, camera_id: str | None, enabled: bool | None) -> Sequence[Rule]:
        query = select(alert_rules).order_by(
            alert_rules.c.updated_at.desc(), alert_rules.c.id.desc()
        )
        if camera_id is not None:
            query = query.where(alert_rules.c.camera_id == camera_id)
        if enabled is not None:
            query = query.where(alert_rules.c.enabled == enabled)
        with self._database.read() as connection:
            return [Rule(*row) for row in connection.execute(query)]

    def find_rule(self, rule_id: int) -> Rule | None:
        query = select(alert_rules).where(alert_rules.c.id == rule_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return Rule(*row) if row else None

    def add_rule(self, rule: CreateRule, now: datetime) -> int:
        fields = {field: getattr(rule, field) for field in UPDATABLE_FIELDS}
        statement = insert(alert_rules).values(**fields, created_at=now, updated_at=now)
        with self._database.write() as connection:
            return connection.execute(statement.returning(alert_rules.c.id)).scalar_one()

    def change_rule(self, rule_id: int, changes: Mapping[str, Any], now: datetime) -> bool:
        statement = (
            update(alert_rules).where(alert_rules.c.id == rule_id).values(**changes, updated_at=now)
        )
        with self._database.write() as connection:
            return connection.execute(statement).rowcount > 0

    def remove_rule(self, rule_id: int) -> bool:
        statement = delete(alert_rules).where(alert_rules.c.id == rule_id)
        with self._database.write() as connection:
            return connection.execute(statement).rowcount > 0

    def find_alerts(
        self, limit: int, camera_id: str | None, alert_type: str | None
    ) -> Sequence[Alert]:
        query = (
            select(alert_history)
            .order_by(alert_history.c.timestamp.desc(), alert_history.c.id.desc())
            .limit(limit)
        )
        if camera_id is not None:
            query = query.where(alert_history.c.camera_id == camera_id)
        if alert_type is not None:
            query = query.where(alert_history.c.alert_type == alert_type)
        with self._database.read() as connection:
            return [Alert(*row) for row in connection.execute(query)]

    def check(self) -> None:
        self._database.check("alert_rules")
