"""Rules that the caller has silent until a time, on either implementation."""

from collections.abc import Callable, Sequence

from alert_service.application.ports import SnoozeStore
from alert_service.application.rule_masking import harmless_snooze
from alert_service.application.scoped import ScopedAlertRules
from alert_service.domain.errors import RuleOfAnotherCameraError, SnoozeNotFoundError
from alert_service.domain.snooze import Snooze
from servicekit import readers, scopes


class RuleSnoozes:
    """Every method blocks, and raises what AlertRules says of it; clock: Unix time."""

    def __init__(
        self, rules: ScopedAlertRules, store: SnoozeStore, clock: Callable[[], float]
    ) -> None:
        self._rules = rules
        self._store = store
        self._clock = clock

    def begin(self, snooze: Snooze) -> None:
        """Have a rule silent; raises RuleNotFoundError and RuleOfAnotherCameraError."""
        of_rule = self._require(snooze.rule_id, snooze.camera_id)
        if of_rule and snooze.camera_id not in ("", of_rule):
            raise RuleOfAnotherCameraError(snooze.rule_id, of_rule)
        self._store.put(snooze)

    def end(self, rule_id: int, camera_id: str) -> None:
        """Let a rule be heard again; raises SnoozeNotFoundError."""
        self._require(rule_id, camera_id)
        if not self._store.end(rule_id, camera_id):
            raise SnoozeNotFoundError(rule_id, camera_id)

    def held(self, rule_id: int | None) -> Sequence[Snooze]:
        """Return what the caller may see of those that are not over, by rule and camera."""
        found = [one for one in self._store.held(self._clock()) if rule_id in (None, one.rule_id)]
        scope = scopes.current()
        seen = [one for one in found if not one.camera_id or scope.holds(one.camera_id)]
        return seen if readers.reads_secrets() else list(map(harmless_snooze, seen))

    def _require(self, rule_id: int, camera_id: str) -> str | None:
        """Require that the rule, for the camera or for all its cameras, is the caller's.

        Returns the camera that the rule is of; none when it is of all.
        """
        of_rule = self._rules.as_stored(rule_id).camera_id
        scope = scopes.current()
        if camera_id or of_rule:
            scope.require(camera_id or of_rule or "")
        else:
            scope.require_all()
        return of_rule
