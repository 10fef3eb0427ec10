"""How rules stand with cameras, as they were evaluated last."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from alert_service.application.channels import named_channels
from alert_service.application.evaluated import evaluated_rule, json_value
from alert_service.application.ports import StateStore
from alert_service.application.scoped import ScopedAlertRules
from alert_service.domain.model import Part, Rule
from alert_service.evaluation.conditions import Condition, NotEvaluatedError, condition
from alert_service.evaluation.evaluate import State
from alert_service.evaluation.evaluation import KeptState, Key
from alert_service.evaluation.kept import restored
from servicekit import readers, scopes
from servicekit.harmless import harmless_text

# No camera's id stands behind it.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule, for a camera or for none; state: None without one. not_evaluated: "" if it is."""

    rule_id: int
    rule_name: str
    not_evaluated: str
    unknown_channels: int
    camera_id: str = ""
    state: State | None = None

    @property
    def key(self) -> Key:
        """Where it stands among all."""
        return Key(self.rule_id, self.camera_id)


@dataclass(frozen=True, slots=True)
class FoundStates:
    """looked_to: there may be more behind it; None: there is none."""

    items: Sequence[RuleState]
    looked_to: Key | None


class RuleStates:
    """Every method blocks; channels: names of those that can be told."""

    def __init__(
        self, rules: ScopedAlertRules, states: StateStore, channels: Container[str]
    ) -> None:
        self._rules = rules
        self._states = states
        self._channels = channels

    def behind(self, after: Key, most: int) -> FoundStates:
        """Return what the caller may see behind a key: states, and rules that have none.

        It looks at so many states and rules at most, and may so find fewer, or none.
        """
        rules = self._rules.part_as_stored(Part(max(after.rule_id, 1), most))
        states = self._states.behind(after, most)
        # What is behind the end of one list may be missing in the other.
        ends = [Key(rules.looked_to, _LAST)] if rules.looked_to else []
        ends += [states[-1][0]] if len(states) == most else []
        end = min(ends, default=None)
        by_rule: dict[int, dict[str, KeptState]] = {}
        for key, kept in states:
            by_rule.setdefault(key.rule_id, {})[key.camera_id] = kept
        items = [
            one
            for rule in rules.items
            for one in self._of(rule, by_rule.get(rule.id, {}))
            if one.key > after and (end is None or one.key <= end)
        ]
        return FoundStates(items, end)

    def _of(self, rule: Rule, kept: Mapping[str, KeptState]) -> Iterator[RuleState]:
        """Yield a rule's states, or that it has none; those of other conditions do not count."""
        evaluated = evaluated_rule(rule)
        unknown = named_channels(json_value(rule.notification_channels), self._channels).unknown
        asked, why = _condition(rule)
        name = rule.name if readers.reads_secrets() else harmless_text(rule.name)
        why = why if readers.reads_secrets() else harmless_text(why)
        digest, scope, has_any = evaluated.digest, scopes.current(), False
        for camera_id, one in kept.items():
            if asked and one.conditions == digest and (scope.is_all or scope.holds(camera_id)):
                has_any = True
                state = restored(asked, one.state)
                yield RuleState(rule.id, name, "", unknown, camera_id, state)
        if not has_any:
            yield RuleState(rule.id, name, why, unknown)


def _condition(rule: Rule) -> tuple[Condition | None, str]:
    if not rule.enabled:
        return None, "the rule is not enabled"
    try:
        return condition(rule.rule_type, json_value(rule.conditions)), ""
    except NotEvaluatedError as error:
        return None, str(error)
