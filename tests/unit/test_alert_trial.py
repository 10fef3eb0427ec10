"""What a rule would have fired for in the past is what it does fire for."""

import random
from typing import Any

import pytest

from alert_service.evaluation.evaluation import EvaluatedRule, Evaluation
from alert_service.evaluation.event import Event
from alert_service.evaluation.trial import MAX_FIRINGS, Firing, tried
from gateway.cli.alerts.rules import rule_findings

START, HOUR = 1_764_000_000.0, 3600.0


def rule(rule_type: str, **conditions: Any) -> EvaluatedRule:
    return EvaluatedRule(1, "R", None, rule_type, None, conditions)


def event(at: float, kind: str, camera_id: str = "gate") -> Event:
    return Event(f"{kind}-{at:g}", camera_id, kind, START + at)


@pytest.mark.parametrize(
    "one",
    [
        rule("violation_threshold", threshold=2, duration_seconds=60),
        rule("no_detection", minutes=5),
        rule("camera_offline", for_seconds=90, cooldown_seconds=600),
        rule("continuous_violation", duration_seconds=5, max_gap_seconds=30),
    ],
)
def test_it_is_what_somebody_who_looks_four_times_a_second_would_tell(one: EvaluatedRule) -> None:
    draw = random.Random(3)
    kinds = ("source_failed", "source_recovered", "no_hairnet", "detection")
    gaps = [draw.choice((1.0, 1.0, 5.0, 5.0, 70.0, 400.0)) for _ in range(200)]
    times = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    events = [event(at, draw.choice(kinds), draw.choice("ab")) for at in times]
    live, told, left, end = Evaluation(START, {}), [], list(events), times[-1] + HOUR
    live.take_rules([one])
    for quarter in range(int(end * 4) + 1):
        now, some = START + quarter / 4, []
        while left and left[0].time <= now:
            some.append(left.pop(0))
        told += live.step(some, now).told
    firings = [one for one in told if one.transition.change == "fired"]
    found = tried(one, events, START, START + end)
    assert found.count == len(firings) > 1
    assert [(f.camera_id, f.fired_at, f.event_id) for f in found.firings] == [
        (t.camera_id, t.transition.at, t.transition.event_id) for t in firings
    ]


def test_each_firing_says_when_it_was_over() -> None:
    events = [event(10, "source_failed"), event(70, "source_recovered"), event(90, "crash_loop")]
    found = tried(rule("camera_offline"), events, START, START + HOUR)
    assert found.firings == [
        Firing("gate", START + 10, "source_failed-10", START + 70),
        Firing("gate", START + 90, "crash_loop-90", None),
    ]


def test_what_fires_too_often_is_counted_and_what_cannot_be_evaluated_says_why() -> None:
    events = [
        event(n, "source_failed" if n % 2 else "source_recovered")
        for n in range(1, 2 * MAX_FIRINGS + 100)
    ]
    found = tried(rule("camera_offline"), events, START, START + HOUR)
    assert (found.count, len(found.firings)) == (MAX_FIRINGS + 50, MAX_FIRINGS)
    assert (
        "threshold is missing"
        in tried(rule("violation_threshold"), events, START, START + HOUR).not_evaluated
    )


def test_lint_tells_what_is_wrong_with_a_rule_once() -> None:
    known = {"rule_id": 1, "unknown_channels": 0}
    states = [
        {**known, "camera_id": "a"},
        {**known, "rule_id": 2, "unknown_channels": 2, "camera_id": "a"},
        {**known, "rule_id": 2, "unknown_channels": 2, "camera_id": "b"},
        {**known, "rule_id": 3, "not_evaluated": "the conditions are no object"},
    ]
    assert list(rule_findings(states)) == [
        {
            "rule_id": 2,
            "finding": "2 of its notification_channels are none of alerts.channels",
        },
        {"rule_id": 3, "finding": "is not evaluated: the conditions are no object"},
    ]
