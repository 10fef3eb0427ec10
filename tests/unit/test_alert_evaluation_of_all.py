"""All rules at once: whoever goes on from what is stored tells what one who never stopped does."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alert_service.application.alerts import alert_of
from alert_service.evaluation.evaluate import LATE_SECONDS
from alert_service.evaluation.evaluation import (
    PAUSE_SECONDS,
    EvaluatedRule,
    Evaluation,
    KeptState,
    Key,
)
from alert_service.evaluation.event import FPS, SOURCE_FAILED, SOURCE_RECOVERED, Event

BEGAN = 1000.0
KINDS = ("no_hairnet", FPS, SOURCE_FAILED, SOURCE_RECOVERED)
ASKED: Sequence[tuple[str, str | None, Mapping[str, Any]]] = (
    ("violation_threshold", None, {"threshold": 2, "duration_seconds": 5, "for_seconds": 1}),
    ("continuous_violation", "c1", {"duration_seconds": 3, "max_gap_seconds": 4}),
    ("no_detection", "c0", {"minutes": 0.1}),
    ("camera_offline", None, {"keep_firing_seconds": 2}),
    ("low_fps", None, {"below": 5, "no_data": "alert", "no_data_seconds": 6}),
    ("custom", None, {"threshold": 2}),
)
RULES = [
    EvaluatedRule(n, f"rule {n}", camera, kind, "high", dict(conditions))
    for n, (kind, camera, conditions) in enumerate(ASKED, 1)
]
REPORTS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.floats(0, 2), st.booleans()),
    max_size=25,
)


def events(reports: Sequence[tuple[str, int, float, bool]]) -> list[Event]:
    at, found = BEGAN, []
    for number, (kind, camera, pause, _) in enumerate(reports):
        at += pause
        found.append(Event(f"e{number}", f"c{camera}", kind, at, 3.0 if camera else 9.0))
    return found


def rules_taken(at: float, kept: Mapping[Key, KeptState] | None = None) -> Evaluation:
    evaluation = Evaluation(at, kept or {})
    evaluation.take_rules(RULES)
    return evaluation


def shown(changes: Any) -> list[tuple[Any, ...]]:
    return [(told.rule.rule_id, told.camera_id, *_of(told.transition)) for told in changes.told]


def _of(transition: Any) -> tuple[str, float, str, float, int]:
    change, at, event_id = transition.change.value, transition.at, transition.event_id
    return change, at, event_id, transition.since, transition.count


@settings(deadline=None)
@given(REPORTS)
def test_killed_anywhere_it_goes_on_from_what_is_stored(
    reports: Sequence[tuple[str, int, float, bool]],
) -> None:
    """A process that dies before a step, or after it, is followed by one that reads the states."""
    one, kept, told = rules_taken(BEGAN), dict[Key, KeptState](), []
    expected: list[tuple[Any, ...]] = []
    other = Evaluation(BEGAN, {})
    changes = other.take_rules(RULES)
    for event, (*_, dies) in zip(events(reports), reports, strict=True):
        expected += shown(one.step([event], event.time))
        step = other.step([event], event.time)
        told += shown(step)
        changes.states |= step.states
        kept |= {key: state for key, state in changes.states.items() if state}
        if dies:
            other = Evaluation(other.at, kept)
            changes = other.take_rules(RULES)
            # What it only thought of, and did not store, is thought of again.
            Evaluation(other.at, kept).step([event], event.time + 1)
    assert told == expected


def test_what_was_kept_before_counts_were_known_goes_on() -> None:
    """A rule that fired for an earlier version is over, and does not say since when it was so."""
    rule = RULES[3]
    window = {"window": [1.0, BEGAN, BEGAN], "at": BEGAN, "phase": "firing"}
    kept = json.dumps({**window, "since": None, "fired": BEGAN, "late": 0})
    evaluation = rules_taken(BEGAN, {Key(4, "c1"): KeptState(rule.digest, kept)})
    step = evaluation.step([Event("e", "c1", SOURCE_RECOVERED, BEGAN + 1)], BEGAN + 4)
    (told,) = step.told
    assert (told.transition.change, told.transition.at) == ("resolved", BEGAN + 3)
    assert "since" not in alert_of(told).details


def test_rules_that_cannot_be_evaluated_say_why_and_stop_no_other() -> None:
    assert rules_taken(BEGAN).not_evaluated == {6: "no rule of type custom is evaluated"}


def test_after_a_pause_nothing_fires_for_what_nobody_could_hear() -> None:
    """Neither silence nor late events; what comes from then on counts."""
    evaluation = rules_taken(BEGAN)
    back = BEGAN + PAUSE_SECONDS + 3600
    late = [Event(f"l{n}", "c1", "no_hairnet", back - LATE_SECONDS - 9 + n / 9) for n in range(50)]
    assert evaluation.step(late, back).told == []
    now = [Event(f"n{n}", "c1", "no_hairnet", back + 1) for n in range(2)]
    assert [told.rule.rule_id for told in evaluation.step(now, back + 2.5).told] == [1]


def test_a_clock_that_is_put_back_is_followed() -> None:
    evaluation = rules_taken(BEGAN + 7200)
    evaluation.step([], BEGAN)
    now = [Event(f"n{n}", "c1", "no_hairnet", BEGAN + 1) for n in range(2)]
    assert [told.transition.at for told in evaluation.step(now, BEGAN + 3).told] == [BEGAN + 2]


def test_what_is_gone_is_no_longer_stored() -> None:
    """A rule that is deleted or not enabled, and one whose conditions are others."""
    evaluation = rules_taken(BEGAN)
    first = evaluation.step([Event("a", "c1", "no_hairnet", BEGAN)], BEGAN)
    assert Key(1, "c1") in first.states
    changes = evaluation.take_rules(RULES[1:])
    assert changes.states == {Key(1, "c1"): None}
    stale = rules_taken(BEGAN, {Key(2, "c1"): KeptState("another", "{}")})
    assert stale.step([], BEGAN + 1).told == []
