"""What the servicers need of an implementation, and what the domain one needs of a database."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar

from alert_service.application.alerts import NewAlert
from alert_service.domain.model import (
    Alert,
    CreateRule,
    ListHistory,
    ListRules,
    Part,
    Rule,
    UpdateRule,
)
from alert_service.domain.raised import Days, HandleAlerts, ListAlerts, RaisedAlert
from alert_service.domain.snooze import Snooze
from alert_service.evaluation.evaluation import KeptState, Key
from alert_service.evaluation.event import Event, Numbered
from servicekit.lease import Tenancy

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


class EventStore(Protocol):
    """What was reported, in a database; raises what AlertRules says of it."""

    def add(self, events: Sequence[Event], received_at: float) -> int:
        """Store those that are not there yet; return how many these were."""

    def after(self, number: int, most: int) -> Sequence[Numbered]:
        """Return the events behind this number, in the order in which they were stored."""


class PastEvents(Protocol):
    """What was reported before, in a database; raises what AlertRules says of it."""

    def between(
        self, start: float, end: float, camera_id: str | None, most: int
    ) -> Sequence[Event]:
        """Return the first events after `start` until `end`, in the order of their times."""


class StateStore(Protocol):
    """What is known of rules, in a database; raises what AlertRules says of it."""

    def behind(self, after: Key, most: int) -> Sequence[tuple[Key, KeptState]]:
        """Return states in the order of their keys."""


class ChannelStatuses(Protocol):
    """How it stands with channels, in a database; raises what AlertRules says of it."""

    def all(self) -> Sequence[tuple[str, int, int, int]]:
        """Return it of each channel that something waits for, or that was given up.

        Its name, and what ChannelView calls waiting, failing and given_up.
        """


class RaisedAlertStore(Protocol):
    """Alerts that were raised, in a database; raises what AlertRules says of it."""

    def find(self, command: ListAlerts, part: Part) -> Sequence[RaisedAlert]:
        """Return a part of the matching alerts, by number downwards."""

    def of_ids(self, alert_ids: Collection[int]) -> Mapping[int, RaisedAlert]:
        """Return those of these alerts that there are."""

    def handle(self, command: HandleAlerts) -> int:
        """Say it of these alerts, once for the call's key; return of how many it was new."""

    def cameras(self, days: Days) -> Sequence[str]:
        """Return the cameras that there were alerts for."""

    def counts(
        self,
        days: Days,
        by: str | None,
        rule_id: int | None,
        cameras: Collection[str] | None,
        most: int,
    ) -> Sequence[tuple[Any, ...]]:
        """Return rows of a value of `by`, all alerts, and those of each Handling; most first."""


class SnoozeStore(Protocol):
    """Rules that are silent, in a database; raises what AlertRules says of it."""

    def put(self, snooze: Snooze) -> None:
        """Keep it in the place of the one before, once for the call's key."""

    def end(self, rule_id: int, camera_id: str) -> bool:
        """Forget it, once for the call's key; return whether there was one."""

    def held(self, now: float) -> Sequence[Snooze]:
        """Return those that are not over, by rule and camera."""


class Position(NamedTuple):
    """How far the evaluation is: the last event that was read, and a time (Unix).

    token: of the lease, which whoever goes on from here holds.
    """

    token: int
    read_to: int
    evaluated_to: float


class EvaluationStore(Protocol):
    """Rules and what is known of them; raises what AlertRules says of it."""

    def take_lease(self, me: Tenancy) -> Position | None:
        """Take the lease, or renew it; None while another one holds it."""

    def states(self) -> Mapping[Key, KeptState]:
        """Return all states that are kept."""

    def rules_mark(self) -> object:
        """Return what is another one when rules were added, changed or removed, as a rule."""

    def rules(self) -> Sequence[Rule]:
        """Return the rules that are enabled."""

    def commit(
        self,
        to: Position,
        states: Mapping[Key, KeptState | None],
        forgotten: Sequence[Key],
        alerts: Sequence[NewAlert],
        now: float,
    ) -> Sequence[NewAlert]:
        """Store all of it in one transaction, and renew the lease.

        forgotten: what ends before `alerts`, since its rule is another one now.
        Of alerts whose rule is snoozed nobody is told, and they are noted as silent. Returns
        the alerts that the history's table does not take. Raises LeaseLostError, with nothing
        stored.
        """

    def has_silent(self) -> bool:
        """Does an alert fire of which nobody was told?"""

    def announce(
        self, token: int, channels: Mapping[int, tuple[str, ...]], now: float
    ) -> Sequence[NewAlert]:
        """Tell of what still fires and is no longer snoozed; return what that is.

        channels: of each rule. Raises LeaseLostError, with nothing told.
        """
