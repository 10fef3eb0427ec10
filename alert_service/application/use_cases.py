"""What can be done with alert rules: the domain implementation."""

from collections.abc import Callable, Sequence
from datetime import datetime

from alert_service.application.ports import AlertStore
from alert_service.domain.errors import RuleNotFoundError
from alert_service.domain.model import (
    Alert,
    CreateRule,
    ListHistory,
    ListRules,
    Rule,
    UpdateRule,
)


class DomainAlertRules:
    """AlertRules on a store; `clock` gives the time in UTC without a zone."""

    def __init__(self, store: AlertStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def list_rules(self, command: ListRules) -> Sequence[Rule]:
        return self._store.find_rules(command.camera_id, command.enabled, command.part)

    def get_rule(self, rule_id: int) -> Rule:
        rule = self._store.find_rule(rule_id)
        if rule is None:
            raise RuleNotFoundError(rule_id)
        return rule

    def create_rule(self, command: CreateRule) -> int:
        return self._store.add_rule(command, self._clock())

    def update_rule(self, command: UpdateRule) -> None:
        if not command.changes:
            self.get_rule(command.rule_id)  # nothing to change, but it must exist
        elif not self._store.change_rule(command.rule_id, command.changes, self._clock()):
            raise RuleNotFoundError(command.rule_id)

    def delete_rule(self, rule_id: int) -> None:
        if not self._store.remove_rule(rule_id):
            raise RuleNotFoundError(rule_id)

    def list_history(self, command: ListHistory) -> Sequence[Alert]:
        return self._store.find_alerts(
            command.limit, command.camera_id, command.alert_type, command.part
        )

    def check(self) -> None:
        self._store.check()
