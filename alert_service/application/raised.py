"""Alerts that were raised, as the caller may read and handle them, on either implementation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from alert_service.application.ports import RaisedAlertStore
from alert_service.application.rule_masking import harmless_raised
from alert_service.application.scoped import Found, page_found
from alert_service.domain.errors import AlertNotFoundError
from alert_service.domain.model import Part
from alert_service.domain.raised import Days, HandleAlerts, ListAlerts, RaisedAlert, day_text
from servicekit import readers, scopes
from servicekit.paging import Page

# Rules and cameras of one answer, those with most alerts.
MAX_COUNTS = 1000


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of the alerts of a call; missing: those that the caller has none of."""

    changed: int
    unchanged: int
    missing: Sequence[int]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many alerts; of: a rule's id, a camera's, or a day, as text."""

    of: str
    raised: int
    acknowledged: int
    confirmed: int
    false_positive: int


@dataclass(frozen=True, slots=True)
class GetStatistics:
    """Ask for the alerts of some days; None in a field means: whatever it is."""

    days: Days
    rule_id: int | None = None
    camera_id: str | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Alerts counted together, and apart."""

    days: Days
    total: Counts
    by_rule: Sequence[Counts]
    by_camera: Sequence[Counts]
    by_day: Sequence[Counts]


class CallersAlerts:
    """Alerts of the caller's cameras, without secrets for who reads none. Every method blocks."""

    def __init__(self, store: RaisedAlertStore) -> None:
        self._store = store

    def page(self, command: ListAlerts, page: Page) -> Found[RaisedAlert]:
        """Return a page by number, downwards."""

        def look(part: Part) -> Sequence[RaisedAlert]:
            return self._store.find(command, part)

        found = page_found(look, page, -1, _is_shown)
        return replace(found, items=list(map(_as_read, found.items)))

    def get(self, alert_id: int) -> RaisedAlert:
        """Return an alert; raises AlertNotFoundError."""
        found = self._store.of_ids([alert_id]).get(alert_id)
        if found is None or not _is_shown(found):
            raise AlertNotFoundError(alert_id)
        return _as_read(found)

    def handle(self, command: HandleAlerts) -> Handled:
        """Say of those of the alerts that are the caller's what it says."""
        found = self._store.of_ids(command.alert_ids)
        theirs = [one for one in command.alert_ids if one in found and _is_shown(found[one])]
        missing = [one for one in command.alert_ids if one not in theirs]
        changed = self._store.handle(replace(command, alert_ids=theirs)) if theirs else 0
        return Handled(changed, len(theirs) - changed, missing)

    def statistics(self, command: GetStatistics) -> Statistics:
        """Count the alerts of some days."""
        cameras = self._cameras(command)

        def counted(by: str | None, most: int) -> Sequence[tuple[str | int, ...]]:
            return self._store.counts(command.days, by, command.rule_id, cameras, most)

        (total,) = counted(None, 1)
        by_day = sorted(counted("day", command.days.last - command.days.first + 1))
        return Statistics(
            command.days,
            Counts("", *map(int, total)),
            [_counts(str(of), numbers) for of, *numbers in counted("rule_id", MAX_COUNTS)],
            [_counts(str(of), numbers) for of, *numbers in counted("camera_id", MAX_COUNTS)],
            [_counts(day_text(int(day)), numbers) for day, *numbers in by_day],
        )

    def _cameras(self, command: GetStatistics) -> Collection[str] | None:
        """Return which cameras are to be counted, None for all."""
        if command.camera_id is not None:
            return [command.camera_id]
        scope = scopes.current()
        if scope.is_all:
            return None
        return [one for one in self._store.cameras(command.days) if scope.holds(one)]


def _counts(of: str, numbers: Sequence[str | int]) -> Counts:
    return Counts(of, *map(int, numbers))


def _is_shown(alert: RaisedAlert) -> bool:
    scope = scopes.current()
    return scope.is_all or scope.holds(alert.camera_id)


def _as_read(alert: RaisedAlert) -> RaisedAlert:
    return alert if readers.reads_secrets() else harmless_raised(alert)
