"""What a rollout does next, given the evidence: hold, go on, or roll back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.analysis.judgement.verdict import FAIL, PASS, Verdict
from gateway.rollout.decisions.state import JUDGED, Phase, RolloutState, Why
from gateway.rollout.plan.freeze import frozen
from gateway.rollout.plan.model import RolloutPlan
from gateway.vocabulary.reason import Code, Reason, Reasons, because

CONTROLLER = "controller"
# A gradual abort goes down a step of the plan that often.
ABORT_STEP_SECONDS = 2.0
# No step passes on evidence whose newest request of domain is older.
EVIDENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a step and of domain besides the verdict.

    trouble: why domain does not serve; None when it does. lasted: seconds that the step
    has lasted, without those in which domain did not serve. newest: seconds since
    a request of domain was judged last; None: none since this process began.
    """

    trouble: Reason | None
    lasted: float
    newest: float | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing moves; `waits_for` says what must happen first."""

    waits_for: Reason


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
        return _nothing(Code.NO_PLAN)
    if state.phase in JUDGED:
        if verdict is not None and verdict.answer == FAIL:
            return Move("abort", aborted(state, CONTROLLER, verdict.reasons, now))
        for name in _aborted_with(state, others):
            reason = because(Code.CONTEXT_ABORTED, context=name, why=others[name].why)
            return Move("abort", aborted(state, CONTROLLER, (reason,), now))
    if state.phase is Phase.COMPLETED:
        return _nothing(Code.ROLLOUT_COMPLETE)
    if state.phase is Phase.PAUSED:
        return Hold(because(Code.WAITS_FOR_RESUME))
    if state.phase is Phase.WAITING:
        waiting = [name for name in plan.after if others[name].phase is not Phase.COMPLETED]
        if waiting:
            return Hold(because(Code.WAITS_FOR_CONTEXTS, contexts=tuple(waiting)))
    if watched.trouble:
        trouble = (watched.trouble,)
        return Hold(because(Code.WAITS_FOR_DOMAIN, context=state.context, why=trouble))
    if state.phase is not Phase.WAITING:
        held = _held(state, verdict, watched)
        if held is not None:
            return held
    if window := frozen(plan.freeze, now):
        return Hold(because(Code.WAITS_FOR_THAW, reason=window.reason or None))
    if state.phase is Phase.WAITING:
        return Move(
            "begin", entered(state, state.step, CONTROLLER, (because(Code.TURN_CAME),), now)
        )
    why = verdict.reasons if verdict is not None else (because(Code.GATE_OVER),)
    return _onward(state, plan, CONTROLLER, why, now)


def _held(state: RolloutState, verdict: Verdict | None, watched: Watched) -> Hold | None:
    """Return what a step or a gate still waits for, None when nothing."""
    step = state.current
    assert step is not None
    left = None
    if step.min_dwell_seconds is not None:
        left = step.min_dwell_seconds - watched.lasted
    if step.is_gate:
        if left is None:
            return Hold(because(Code.WAITS_FOR_PROMOTION))
        return Hold(because(Code.WAITS_FOR_GATE, seconds=left)) if left > 0 else None
    if verdict is None or verdict.answer != PASS:
        why = verdict.reasons if verdict is not None else (because(Code.NOT_JUDGED),)
        return Hold(because(Code.WAITS_FOR_EVIDENCE, why=why))
    if left is not None and left > 0:
        return Hold(because(Code.WAITS_FOR_STEP, seconds=left))
    return _held_by_age(watched.newest)


def _held_by_age(newest: float | None) -> Hold | None:
    """Hold when good evidence says nothing of domain as it is now."""
    if newest is None:
        return Hold(because(Code.WAITS_FOR_FIRST_REQUEST))
    if newest > EVIDENCE_SECONDS:
        limit = EVIDENCE_SECONDS
        return Hold(because(Code.WAITS_FOR_NEW_REQUEST, seconds=newest, limit=limit))
    return None


def _nothing(code: Code) -> Hold:
    return Hold(because(Code.WAITS_FOR_NOTHING, why=(because(code),)))


def _onward(state: RolloutState, plan: RolloutPlan, author: str, why: Reasons, now: float) -> Move:
    following = state.step + 1
    if following >= len(plan.steps):
        return Move("complete", completed(state, author, why, now))
    return Move("step", entered(state, following, author, why, now))


def entered(state: RolloutState, step: int, author: str, why: Why, now: float) -> RolloutState:
    """Return the state at the beginning of a step of the plan; a gate keeps the weight."""
    assert state.plan is not None
    begun = state.plan.steps[step]
    common = {"step": step, "step_since": now, "resume_to": None}
    if begun.weight is None:
        return state.changed(author, why, now, phase=Phase.GATE, **common)
    return state.changed(
        author, why, now, phase=Phase.RUNNING, weight=begun.weight, weight_since=now, **common
    )


def completed(state: RolloutState, author: str, why: Why, now: float) -> RolloutState:
    """Return the state after the last step: its weight stays."""
    return state.changed(author, why, now, phase=Phase.COMPLETED, resume_to=None)


def aborted(
    state: RolloutState, author: str, why: Why, now: float, gradual: bool = False
) -> RolloutState:
    """Return the state that gives all back: at once, or with the plan's steps downwards."""
    if gradual and _below(state):
        weight, phase = _below(state), Phase.ABORTING
    else:
        weight, phase = 0, Phase.ABORTED
    return state.changed(
        author,
        why,
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
        return Hold(because(Code.WAITS_FOR_STEP_DOWN, seconds=left))
    return Move("abort_step", aborted(state, state.author, state.why, now, gradual=True))


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
