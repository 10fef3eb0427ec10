"""What a rollout does next."""

from dataclasses import replace
from datetime import time

import pytest

from gateway.analysis.criteria import Step
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding, Verdict
from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.rollout.decisions.steps import (
    ABORT_STEP_SECONDS,
    EVIDENCE_SECONDS,
    Hold,
    Move,
    Watched,
    next_step,
)
from gateway.rollout.plan.freeze import FreezeWindow
from gateway.rollout.plan.model import RolloutPlan
from gateway.vocabulary.reason import Code, Reason, because
from gateway.vocabulary.wording import text

NOW = 1_800_000_000.0
PLAN = RolloutPlan(
    name="p",
    context="camera",
    after=("alert",),
    steps=(Step(10, 60.0), Step(None, None), Step(50, 60.0), Step(None, 30.0), Step(100, 60.0)),
)
ALERT = RolloutPlan(name="a", context="alert", steps=(Step(100),), abort_together=("camera",))
DONE = RolloutState("alert", Phase.COMPLETED, 100, ALERT)


def said(words: str) -> Reason:
    return because(Code.AS_SAID, text=words)


def verdict(answer: str) -> Verdict:
    return Verdict(answer, (Finding("failures", answer, said(f"it says {answer}")),), 500, "v")


def running(step: int = 0, seconds: float = 61.0, **fields) -> RolloutState:
    begun = PLAN.steps[step]
    phase = Phase.GATE if begun.is_gate else Phase.RUNNING
    since = NOW - seconds
    return replace(
        RolloutState("camera", phase, begun.weight or 10, PLAN, step, since, since), **fields
    )


def decide(
    state: RolloutState,
    answer: str | None,
    others=None,
    now: float = NOW,
    trouble=None,
    newest=1.0,
):
    """Decide on a step that has lasted since it began, as the steady clock has it."""
    found = None if answer is None else verdict(answer)
    watched = Watched(trouble, lasted=now - state.step_since, newest=newest)
    return next_step(state, found, now, {"camera": state, "alert": DONE, **(others or {})}, watched)


def waits_for(held) -> str:
    assert isinstance(held, Hold)
    return text(held.waits_for)


def test_a_step_that_passed_and_lasted_long_enough_is_followed_by_the_next():
    moved = decide(running(2), PASS)
    assert isinstance(moved, Move) and moved.action == "step"
    assert (moved.state.phase, moved.state.step, moved.state.step_since) == (Phase.GATE, 3, NOW)
    assert moved.state.weight == 50
    assert moved.state.weight_since == running(2).weight_since
    assert (moved.state.author, moved.state.reason) == ("controller", "it says pass")


def test_a_weight_step_begins_the_count_of_evidence_anew():
    moved = decide(running(3, 31.0), None)
    assert (moved.state.phase, moved.state.weight) == (Phase.RUNNING, 100)
    assert moved.state.weight_since == moved.state.step_since == NOW


@pytest.mark.parametrize("answer", [UNKNOWN, None])
def test_without_a_pass_nothing_is_promoted_however_long_it_lasts(answer):
    held = decide(running(0, 1e7), answer)
    assert isinstance(held, Hold)
    assert held.waits_for.code is Code.WAITS_FOR_EVIDENCE


def test_a_step_lasts_at_least_its_dwell():
    assert waits_for(decide(running(0, 45.0), PASS)) == (
        "the step's time, 15 s more; the evidence is good"
    )


def test_a_gate_without_a_time_waits_for_somebody():
    assert isinstance(decide(running(1, 1e7), PASS), Hold)


def test_a_gate_with_a_time_ends_by_itself():
    assert isinstance(decide(running(3, 29.0), UNKNOWN), Hold)
    assert isinstance(decide(running(3, 31.0), UNKNOWN), Move)


@pytest.mark.parametrize("phase", [Phase.RUNNING, Phase.GATE, Phase.PAUSED, Phase.COMPLETED])
def test_a_domain_that_fails_is_rolled_back_in_every_phase_that_is_judged(phase):
    moved = decide(running(0, 1.0, phase=phase), FAIL)
    assert moved.action == "abort"
    assert (moved.state.phase, moved.state.weight) == (Phase.ABORTED, 0)
    assert moved.state.reason == "it says fail"


@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.WAITING, Phase.ABORTED])
def test_what_is_not_judged_is_not_rolled_back(phase):
    others = {"alert": RolloutState("alert")}
    assert isinstance(decide(running(0, 1.0, phase=phase), FAIL, others), Hold)


def test_a_paused_rollout_is_not_promoted():
    assert isinstance(decide(running(0, 1e7, phase=Phase.PAUSED), PASS), Hold)


def test_it_waits_for_the_contexts_that_come_first():
    waiting = running(0, 1.0, phase=Phase.WAITING, weight=0)
    before = {"alert": replace(DONE, phase=Phase.RUNNING)}
    held = decide(waiting, None, before)
    assert waits_for(held) == "the rollout of alert to be complete"
    moved = decide(waiting, None)
    assert (moved.action, moved.state.weight, moved.state.phase) == ("begin", 10, Phase.RUNNING)


def test_the_last_step_completes_the_rollout_and_keeps_its_weight():
    moved = decide(running(4), PASS)
    assert (moved.action, moved.state.phase, moved.state.weight) == (
        "complete",
        Phase.COMPLETED,
        100,
    )


def test_a_context_is_aborted_with_the_one_that_takes_it_along():
    gone = replace(DONE, phase=Phase.ABORTED, weight=0, reason="it failed", changed_at=NOW)
    moved = decide(running(0), PASS, {"alert": gone})
    assert (moved.action, moved.state.reason) == ("abort", "alert was aborted: it failed")


def test_an_abort_of_long_ago_takes_nobody_along():
    gone = replace(DONE, phase=Phase.ABORTED, changed_at=NOW - 100)
    assert isinstance(decide(running(0, changed_at=NOW - 50), UNKNOWN, {"alert": gone}), Hold)


def test_no_step_begins_in_a_freeze_window_but_a_rollback_does():
    plan = replace(PLAN, freeze=(FreezeWindow(begins=time(0), ends=time(0), reason="holiday"),))
    state = running(0, plan=plan)
    assert waits_for(decide(state, PASS)) == "the end of a freeze window (holiday)"
    assert decide(state, FAIL).action == "abort"


def test_a_gradual_abort_goes_down_the_plans_weights_one_by_one():
    state = running(4, phase=Phase.ABORTING, weight=50)
    state = replace(state, step_since=NOW)
    assert isinstance(decide(state, None), Hold)
    later = NOW + ABORT_STEP_SECONDS
    moved = decide(state, None, now=later)
    assert (moved.action, moved.state.weight, moved.state.phase) == (
        "abort_step",
        10,
        Phase.ABORTING,
    )
    ended = decide(replace(moved.state, step_since=NOW), None, now=later)
    assert (ended.state.weight, ended.state.phase) == (0, Phase.ABORTED)


@pytest.mark.parametrize(
    "state",
    [running(2), running(3, 31.0), running(0, 1.0, phase=Phase.WAITING, weight=0), running(4)],
    ids=["a step", "a gate", "the first step", "the last step"],
)
def test_nothing_advances_while_domain_does_not_serve_however_good_the_evidence(state):
    assert isinstance(decide(state, PASS), Move)
    held = decide(state, PASS, trouble=because(Code.DOMAIN_SILENT, seconds=12.0))
    assert waits_for(held) == "camera/domain to serve: it answers no health check, for 12 s"


def test_a_domain_that_fails_is_rolled_back_also_while_it_does_not_serve():
    assert decide(running(2), FAIL, trouble=said("it is gone")).action == "abort"


@pytest.mark.parametrize(
    ("newest", "why"),
    [
        (EVIDENCE_SECONDS + 30, "the last one was judged 90 s ago, more than 60 s"),
        (None, "none was judged since the controller began"),
    ],
)
def test_evidence_of_long_ago_passes_no_step(newest, why):
    held = decide(running(2), PASS, newest=newest)
    assert waits_for(held) == f"a new request of domain: {why}"
    assert isinstance(decide(running(2), PASS, newest=EVIDENCE_SECONDS), Move)
