"""Which alerts fire now, as they were evaluated last."""

from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from dataclasses import dataclass

from alert_service.application.evaluated import evaluated_rule
from alert_service.application.ports import StateStore
from alert_service.application.scoped import ScopedAlertRules
from alert_service.domain.model import Part
from alert_service.evaluation.conditions import Condition, NotEvaluatedError, condition
from alert_service.evaluation.evaluate import Phase
from alert_service.evaluation.evaluation import EvaluatedRule, Key
from alert_service.evaluation.kept import restored

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fires for a camera. since: Unix time."""

    rule: EvaluatedRule
    camera_id: str
    since: float


class FiringAlerts:
    """Every method blocks; channels: names of those that can be told.

    silent: returns for which rules and cameras nobody was told, since they were snoozed.
    """

    def __init__(
        self,
        rules: ScopedAlertRules,
        states: StateStore,
        channels: Container[str],
        silent: Callable[[], Container[tuple[int, str]]],
    ) -> None:
        self._rules = rules
        self._states = states
        self._channels = channels
        self._silent = silent

    def told_to(self, channel: str) -> list[Firing]:
        """Return what fires of the rules that name a channel."""
        rules = {rule.rule_id: (rule, rule.digest, of) for rule, of in self._evaluated(channel)}
        found, after, silent = [], Key(0, ""), self._silent()
        while rules and (states := self._states.behind(after, _PAGE)):
            for (rule_id, camera_id), kept in states:
                if rule_id not in rules:
                    continue
                rule, digest, asked = rules[rule_id]
                if kept.conditions != digest:
                    continue
                state = restored(asked, kept.state)
                if state.phase is Phase.FIRING and (rule_id, camera_id) not in silent:
                    found.append(Firing(rule, camera_id, state.fired))
            after = states[-1][0]
        return found

    def _evaluated(self, channel: str) -> Iterator[tuple[EvaluatedRule, Condition]]:
        """Yield the rules that are evaluated and name the channel."""
        first: int | None = 1
        while first is not None:
            part = self._rules.part_as_stored(Part(first, _PAGE))
            for rule in part.items:
                evaluated = evaluated_rule(rule, self._channels)
                if rule.enabled and channel in evaluated.channels:
                    with suppress(NotEvaluatedError):
                        yield evaluated, condition(evaluated.rule_type, evaluated.conditions)
            first = None if part.looked_to is None else part.looked_to + 1
