"""What the servicers need of an implementation, and what the domain one needs of a database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from alert_service.domain.model import (
    Alert,
    CreateRule,
    ListHistory,
    ListRules,
    Part,
    Rule,
    UpdateRule,
)

P = ParamSpec("P")
R = TypeVar("R")


class Run(Protocol):
    """`await run(function, …)` makes a blocking call without blocking the event loop."""

    async def __call__(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what the function returns, raise what it raises."""


class AlertRules(Protocol):
    """One implementation of the alert context. Every method blocks on the database.

    Every method raises DatabaseUnavailableError before any effect, the writing
    ones also WriteRefusedError (nothing changed) and CommitUnconfirmedError.
    A write whose call has a key (servicekit.idempotency) happens once: repeated,
    it returns what it returned first. KeyReusedError when it is another's key.
    """

    def list_rules(self, command: ListRules) -> Sequence[Rule]:
        """Return the rules asked for, the one updated last first; of a part, by number."""

    def get_rule(self, rule_id: int) -> Rule:
        """Return the rule; raises RuleNotFoundError."""

    def create_rule(self, command: CreateRule) -> int:
        """Store a new rule and return its id. Idempotent with a key alone."""

    def update_rule(self, command: UpdateRule) -> None:
        """Set the changed fields in one atomic step.

        Domain raises RuleNotFoundError; legacy says nothing, as the monolith did.
        """

    def delete_rule(self, rule_id: int) -> None:
        """Remove the rule; raises RuleNotFoundError."""

    def list_history(self, command: ListHistory) -> Sequence[Alert]:
        """Return the alerts asked for, newest first; of a part, by number, downwards."""

    def check(self) -> None:
        """Raise DatabaseUnavailableError when the database does not answer."""


class AlertStore(Protocol):
    """Rules and history in a database; raises what AlertRules says of it."""

    def find_rules(
        self, camera_id: str | None, enabled: bool | None, part: Part | None = None
    ) -> Sequence[Rule]:
        """Return the matching rules, the one updated last first; of a part, by number."""

    def find_rule(self, rule_id: int) -> Rule | None:
        """Return the rule, None when there is none."""

    def add_rule(self, rule: CreateRule, now: datetime) -> int:
        """Insert the rule, created and updated now; return its id."""

    def change_rule(self, rule_id: int, changes: Mapping[str, Any], now: datetime) -> bool:
        """Set these fields (at least one) in one statement; return whether the rule exists."""

    def remove_rule(self, rule_id: int) -> bool:
        """Delete the rule; return whether it existed."""

    def find_alerts(
        self,
        limit: int,
        camera_id: str | None,
        alert_type: str | None,
        part: Part | None = None,
    ) -> Sequence[Alert]:
        """Return the matching alerts, newest first; of a part, by number, downwards."""

    def check(self) -> None:
        """Raise DatabaseUnavailableError when the database does not answer."""
