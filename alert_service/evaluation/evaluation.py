"""All rules, each camera by itself: events in, states and what is told out. Pure."""

import hashlib
import heapq
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alert_service.evaluation.conditions import Condition, NotEvaluatedError, condition
from alert_service.evaluation.evaluate import (
    PUT_BACK_SECONDS,
    State,
    Transition,
    begun,
    due_at,
    evaluate,
    resumed,
)
from alert_service.evaluation.event import Event
from alert_service.evaluation.kept import restored, state_text
from alert_service.evaluation.windows import NEVER

# Nobody listened for longer than this: what was not heard then is no silence.
PAUSE_SECONDS = 30.0


class Key(NamedTuple):
    """Of a state: a rule, for one camera."""

    rule_id: int
    camera_id: str


class KeptState(NamedTuple):
    """A state as it is stored, and a digest of the conditions that it is of."""

    conditions: str
    state: str


@dataclass(frozen=True, slots=True)
class EvaluatedRule:
    """A rule that can be evaluated.

    camera_id: None for every camera by itself. channels: who is told when it fires.
    """

    rule_id: int
    name: str
    camera_id: str | None
    rule_type: str
    priority: str | None
    conditions: Any
    channels: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of all that its states depend on: with another one they begin anew."""
        asked = json.dumps([self.camera_id, self.rule_type, self.conditions], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()


class Told(NamedTuple):
    """What is told of a rule for one camera, with the event that made it, if one did."""

    rule: EvaluatedRule
    camera_id: str
    transition: Transition
    event: Event | None


@dataclass(slots=True)
class Changes:
    """What one step changed: states by key, None for those that are gone; and what is told.

    forgotten: what nobody knows the end of, since its rule was changed, disabled or deleted.
    """

    states: dict[Key, KeptState | None] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    forgotten: list[Key] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: EvaluatedRule
    condition: Condition
    digest: str


class Evaluation:
    """at: until when all is evaluated, Unix seconds.

    Whoever steps stores the changes in one transaction. If that fails, this object knows
    more than what is stored, and another one is made of it.
    """

    def __init__(self, at: float, kept: Mapping[Key, KeptState]) -> None:
        self.at = at
        self.not_evaluated: dict[int, str] = {}
        # Those of rules that were not seen yet.
        self._kept = dict(kept)
        self._rules: dict[int, _Compiled] = {}
        self._by_camera: dict[str | None, list[_Compiled]] = {}
        self._states: dict[Key, State] = {}
        # When a state changes if no event comes; what is no longer in `_due` is out of date.
        self._due: dict[Key, float] = {}
        self._heap: list[tuple[float, Key]] = []

    @property
    def next_due(self) -> float:
        """When something changes by itself; NEVER if nothing does."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else NEVER

    @property
    def channels(self) -> Mapping[int, tuple[str, ...]]:
        """Who is told, by rule."""
        return {one.rule.rule_id: one.rule.channels for one in self._rules.values()}

    def take_rules(self, rules: Iterable[EvaluatedRule]) -> Changes:
        """Go on with these rules: what changed begins anew, what is gone is forgotten."""
        changes = Changes()
        before, self._rules, self.not_evaluated = self._rules, {}, {}
        for rule in rules:
            try:
                self._rules[rule.rule_id] = _Compiled(
                    rule, condition(rule.rule_type, rule.conditions), rule.digest
                )
            except NotEvaluatedError as error:
                self.not_evaluated[rule.rule_id] = str(error)
        self._index()
        for key in [*self._states]:
            compiled = self._rules.get(key.rule_id)
            if compiled is None or compiled.digest != before[key.rule_id].digest:
                self._forget(key, changes)
        self._take_kept(changes)
        for compiled in self._by_camera_of_one():
            self._begin(compiled, str(compiled.rule.camera_id), changes)
        return changes

    def step(self, events: Sequence[Event], until: float) -> Changes:
        """Take in events, in the order in which they were stored, and let time pass."""
        changes = Changes()
        self._follow_clock(until, changes)
        about: defaultdict[Key, list[Event]] = defaultdict(list)
        for event in events:
            for compiled in self._rules_of(event.camera_id):
                if compiled.condition.is_about(event):
                    self._begin(compiled, event.camera_id, changes)
                    about[Key(compiled.rule.rule_id, event.camera_id)].append(event)
        while self.next_due <= until:
            key = heapq.heappop(self._heap)[1]
            del self._due[key]
            about.setdefault(key, [])
        for key, found in about.items():
            self._evaluate(key, sorted(found, key=lambda event: event.time), until, changes)
        self.at = until
        changes.told.sort(key=lambda told: told.transition.at)
        return changes

    def _evaluate(self, key: Key, events: Sequence[Event], until: float, changes: Changes) -> None:
        compiled, state = self._rules[key.rule_id], self._states[key]
        # Nothing was due until then, so nothing changed.
        state.at = max(state.at, self.at)
        state, told = evaluate(compiled.condition, state, events, until)
        by_id = {event.event_id: event for event in events}
        changes.told += [
            Told(compiled.rule, key.camera_id, one, by_id.get(one.event_id)) for one in told
        ]
        self._set(key, state, changes)

    def _follow_clock(self, until: float, changes: Changes) -> None:
        """Take notice of a pause, and of a clock that was put back."""
        if -PUT_BACK_SECONDS <= until - self.at <= PAUSE_SECONDS:
            return
        for key, state in self._states.items():
            state.at = max(state.at, self.at)
            self._set(key, resumed(state, until), changes)
        self.at = until

    def _index(self) -> None:
        self._by_camera = {}
        for compiled in self._rules.values():
            self._by_camera.setdefault(compiled.rule.camera_id, []).append(compiled)

    def _rules_of(self, camera_id: str) -> list[_Compiled]:
        return [*self._by_camera.get(None, ()), *self._by_camera.get(camera_id, ())]

    def _by_camera_of_one(self) -> Iterable[_Compiled]:
        return (one for one in self._rules.values() if one.rule.camera_id is not None)

    def _take_kept(self, changes: Changes) -> None:
        for key, kept in self._kept.items():
            compiled = self._rules.get(key.rule_id)
            if compiled is None or compiled.digest != kept.conditions:
                changes.states[key] = None
                changes.forgotten.append(key)
            else:
                self._states[key] = restored(compiled.condition, kept.state)
                self._expect(key, self._states[key])
        self._kept = {}

    def _begin(self, compiled: _Compiled, camera_id: str, changes: Changes) -> None:
        key = Key(compiled.rule.rule_id, camera_id)
        if key not in self._states:
            self._set(key, begun(compiled.condition, self.at), changes)

    def _set(self, key: Key, state: State, changes: Changes) -> None:
        self._states[key] = state
        self._expect(key, state)
        changes.states[key] = KeptState(self._rules[key.rule_id].digest, state_text(state))

    def _expect(self, key: Key, state: State) -> None:
        at = due_at(self._rules[key.rule_id].condition, state)
        self._due[key] = at
        if at != NEVER:
            heapq.heappush(self._heap, (at, key))

    def _forget(self, key: Key, changes: Changes) -> None:
        del self._states[key]
        self._due.pop(key, None)
        changes.states[key] = None
        changes.forgotten.append(key)
