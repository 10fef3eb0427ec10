"""What a rollout does next, given the evidence: hold, go on, or roll back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.analysis.judgement.verdict import FAIL, PASS, Verdict
from gateway.rollout.decisions.state import JUDGED, Phase, RolloutState
from gateway.rollout.plan.freeze import frozen
from gateway.rollout.plan.model import RolloutPlan

CONTROLLER = "controller"
# A gradual abort goes down a step of the plan that often.
ABORT_STEP_SECONDS = 2.0
# No step passes on evidence whose newest request of domain is older.
EVIDENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a step and of domain besides the verdict.

    trouble: why domain does not serve; "" when it does. lasted: seconds that the step
    has lasted, without those in which domain did not serve. newest: seconds since
    a request of domain was judged last; None: none since this process began.
    """

    trouble: str
    lasted: float
    newest: float | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing moves; `waits_for` says what must happen first."""

    waits_for: str


@dataclass(frozen=True, slots=True)
class Move:
    """The rollout becomes `state`; action: as in Decision.action of the API."""

    action: str
    state: RolloutState


Decision = Hold | Move


def next_step(
    state: RolloutState,
    verdict: Verdict | None,
    now: float,
    others: Mapping[str, RolloutState],
    watched: Watched,
) -> Decision:
    """Return what the controller does now.

    verdict: on the current weight; None when nothing is judged. others: the
    rollouts of all contexts, by name. Never promotes without a verdict "pass",
    nor while domain does not serve.
    """
    plan = state.plan
    if state.phase is Phase.ABORTING:
        return _abort_further(state, watched.lasted, now)
    if plan is None or state.phase not in JUDGED | {Phase.WAITING}:
        return Hold("nothing: no plan is under way")
    if state.phase in JUDGED:
        if verdict is not None and verdict.answer == FAIL:
            return Move("abort", aborted(state, CONTROLLER, "; ".join(verdict.reasons), now))
        for name in _aborted_with(state, others):
            reason = f"{name} was aborted: {others[name].reason}"
            return Move("abort", aborted(state, CONTROLLER, reason, now))
    if state.phase is Phase.COMPLETED:
        return Hold("nothing: the rollout is complete; a domain that fails is rolled back")
    if state.phase is Phase.PAUSED:
        return Hold("`camplane rollout resume`: it is paused")
    if state.phase is Phase.WAITING:
        waiting = [name for name in plan.after if others[name].phase is not Phase.COMPLETED]
        if waiting:
            return Hold(f"the rollout of {' and '.join(waiting)} to be complete")
    if watched.trouble:
        return Hold(f"{state.context}/domain to serve: {watched.trouble}")
    if state.phase is not Phase.WAITING:
        held = _held(state, verdict, watched)
        if held is not None:
            return held
    if window := frozen(plan.freeze, now):
        return Hold(f"the end of a freeze window{f' ({window.reason})' if window.reason else ''}")
    if state.phase is Phase.WAITING:
        return Move("begin", entered(state, state.step, CONTROLLER, "it was its turn", now))
    reason = "; ".join(verdict.reasons) if verdict is not None else "the gate's time is over"
    return _onward(state, plan, CONTROLLER, reason, now)


def _held(state: RolloutState, verdict: Verdict | None, watched: Watched) -> Hold | None:
    """Return what a step or a gate still waits for, None when nothing."""
    step = state.current
    assert step is not None
    left = None
    if step.min_dwell_seconds is not None:
        left = step.min_dwell_seconds - watched.lasted
    if step.is_gate:
        if left is None:
            return Hold("`camplane rollout promote`: the plan has a gate here")
        return Hold(f"the gate's time, {duration(left)} more") if left > 0 else None
    if verdict is None or verdict.answer != PASS:
        why = "; ".join(verdict.reasons) if verdict is not None else "nothing was judged yet"
        return Hold(f"evidence: {why}")
    if left is not None and left > 0:
        return Hold(f"the step's time, {duration(left)} more; the evidence is good")
    return _held_by_age(watched.newest)


def _held_by_age(newest: float | None) -> Hold | None:
    """Hold when good evidence says nothing of domain as it is now."""
    if newest is None:
        return Hold("a new request of domain: none was judged since the controller began")
    if newest > EVIDENCE_SECONDS:
        return Hold(
            f"a new request of domain: the last one was judged {duration(newest)} ago,"
            f" more than {duration(EVIDENCE_SECONDS)}"
        )
    return None


def _onward(state: RolloutState, plan: RolloutPlan, author: str, reason: str, now: float) -> Move:
    following = state.step + 1
    if following >= len(plan.steps):
        return Move("complete", completed(state, author, reason, now))
    return Move("step", entered(state, following, author, reason, now))


def entered(state: RolloutState, step: int, author: str, reason: str, now: float) -> RolloutState:
    """Return the state at the beginning of a step of the plan; a gate keeps the weight."""
    assert state.plan is not None
    begun = state.plan.steps[step]
    common = {"step": step, "step_since": now, "resume_to": None}
    if begun.weight is None:
        return state.changed(author, reason, now, phase=Phase.GATE, **common)
    return state.changed(
        author, reason, now, phase=Phase.RUNNING, weight=begun.weight, weight_since=now, **common
    )


def completed(state: RolloutState, author: str, reason: str, now: float) -> RolloutState:
    """Return the state after the last step: its weight stays."""
    return state.changed(author, reason, now, phase=Phase.COMPLETED, resume_to=None)


def aborted(
    state: RolloutState, author: str, reason: str, now: float, gradual: bool = False
) -> RolloutState:
    """Return the state that gives all back: at once, or with the plan's steps downwards."""
    if gradual and _below(state):
        weight, phase = _below(state), Phase.ABORTING
    else:
        weight, phase = 0, Phase.ABORTED
    return state.changed(
        author,
        reason,
        now,
        phase=phase,
        weight=weight,
        weight_since=now,
        step_since=now,
        resume_to=None,
    )


def _abort_further(state: RolloutState, lasted: float, now: float) -> Decision:
    left = ABORT_STEP_SECONDS - lasted
    if left > 0:
        return Hold(f"the next step down in {left:.0f} s")
    return Move("abort_step", aborted(state, state.author, state.reason, now, gradual=True))


def _below(state: RolloutState) -> int:
    """Return the plan's next weight below the present one, 0 when there is none."""
    if state.plan is None:
        return 0
    weights = [step.weight for step in state.plan.steps if step.weight is not None]
    return max((weight for weight in weights if weight < state.weight), default=0)


def _aborted_with(state: RolloutState, others: Mapping[str, RolloutState]) -> list[str]:
    """Return the contexts that were aborted after this rollout's last change, and take it along."""
    return [
        name
        for name, other in others.items()
        if name != state.context
        and other.phase in (Phase.ABORTING, Phase.ABORTED)
        and other.plan is not None
        and state.context in other.plan.abort_together
        and other.changed_at >= state.changed_at
    ]


def duration(seconds: float) -> str:
    """Return a time as people say it: 90 s, 12 min, 3 h 5 min."""
    whole = max(round(seconds), 0)
    if whole < 120:
        return f"{whole} s"
    minutes = -(-whole // 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
