"""What operators may do to a rollout, and when it is refused. Pure."""

from dataclasses import dataclass

from gateway.rollout.decisions import steps
from gateway.rollout.decisions.state import UNDER_WAY, Phase, RolloutState
from gateway.rollout.decisions.steps import Move
from gateway.rollout.plan.freeze import frozen
from gateway.rollout.plan.model import RolloutPlan
from gateway.vocabulary.reason import Reason
from gateway.vocabulary.routing import MAX_PINS, check_pin
from gateway.vocabulary.wording import text
from servicekit.masking import mask

MAX_AUTHOR, MAX_REASON = 200, 1000
UNNAMED = "unnamed"


class RefusedError(Exception):
    """The command does not fit where the rollout stands; the message says what would."""


class InvalidCommandError(Exception):
    """The command means nothing; the message says what it takes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a change, why, and when (Unix time)."""

    author: str
    reason: str
    now: float


def asked(author: str, reason: str, now: float) -> Asked:
    """Return who asks and why, as they said it; InvalidCommandError for a text that is too long.

    Credentials are masked: what is decided is hashed, shown to all readers, and sent to webhooks.
    """
    author, reason = author.strip() or UNNAMED, reason.strip()
    if len(author) > MAX_AUTHOR:
        raise InvalidCommandError(f"author: at most {MAX_AUTHOR} characters")
    if len(reason) > MAX_REASON:
        raise InvalidCommandError(f"reason: at most {MAX_REASON} characters")
    return Asked(author, mask(reason), now)


def start(state: RolloutState, asked: Asked, plan: RolloutPlan) -> Move:
    """Begin a plan, at the first step that does not lower the weight.

    It waits in the phase "waiting" until the controller sees that its turn has come.
    """
    if state.phase in UNDER_WAY | {Phase.ABORTING}:
        raise RefusedError(
            f"a rollout of {state.context} is under way ({state.phase}); "
            "`camplane rollout abort` ends it"
        )
    if plan.context != state.context:
        raise InvalidCommandError(f"the plan {plan.name} is for {plan.context}")
    first = next(
        (
            place
            for place, step in enumerate(plan.steps)
            if step.weight is not None and step.weight >= state.weight
        ),
        None,
    )
    if first is None:
        raise RefusedError(
            f"{state.weight} % go to domain already, more than any step of the plan; "
            f"`camplane rollout set --{state.context} 0` first"
        )
    return Move(
        "start",
        state.changed(
            asked.author,
            asked.reason,
            asked.now,
            phase=Phase.WAITING,
            plan=plan,
            step=first,
            step_since=asked.now,
            resume_to=None,
        ),
    )


def promote(
    state: RolloutState, asked: Asked, full: bool, force: bool, trouble: Reason | None = None
) -> Move:
    """Go on to the next step, or to the last one, whatever the evidence.

    trouble: why domain does not serve; None when it does.
    """
    plan = state.plan
    if plan is None or state.phase not in UNDER_WAY:
        raise RefusedError(f"no rollout of {state.context} is under way ({state.phase})")
    if not force and (window := frozen(plan.freeze, asked.now)):
        why = f" ({window.reason})" if window.reason else ""
        raise RefusedError(f"the plan does not allow it in this freeze window{why}; --force does")
    if trouble and not force:
        raise RefusedError(
            f"{state.context}/domain does not serve: {text(trouble)}; --force does it"
        )
    following = state.step if state.phase is Phase.WAITING else state.step + 1
    if full:
        following = max(following, len(plan.steps) - 1)
    if following >= len(plan.steps):
        return Move("complete", steps.completed(state, asked.author, asked.reason, asked.now))
    weight = plan.steps[following].weight
    most = plan.blast_radius.max_weight_increase
    if weight is not None and weight - state.weight > most and not force:
        raise RefusedError(
            f"from {state.weight} to {weight} % is more than the {most} points that the plan "
            "allows at a time; --force does it all the same"
        )
    promoted = steps.entered(state, following, asked.author, asked.reason, asked.now)
    return Move("promote", promoted)


def pause(state: RolloutState, asked: Asked) -> Move | None:
    """Keep the weight until `resume`; None when it is paused already."""
    if state.phase is Phase.PAUSED:
        return None
    if state.phase not in UNDER_WAY:
        raise RefusedError(f"no rollout of {state.context} is under way ({state.phase})")
    return Move(
        "pause",
        state.changed(
            asked.author, asked.reason, asked.now, phase=Phase.PAUSED, resume_to=state.phase
        ),
    )


def resume(state: RolloutState, asked: Asked) -> Move:
    """Go on where a pause began."""
    if state.phase is not Phase.PAUSED or state.resume_to is None:
        raise RefusedError(f"the rollout of {state.context} is not paused ({state.phase})")
    resumed = state.changed(
        asked.author, asked.reason, asked.now, phase=state.resume_to, resume_to=None
    )
    return Move("resume", resumed)


def abort(state: RolloutState, asked: Asked, gradual: bool) -> Move | None:
    """Give all requests back to legacy, from any phase; None when that was done already."""
    if state.phase is Phase.ABORTED and not state.weight:
        return None
    if state.phase is Phase.ABORTING and gradual:
        return None
    return Move("abort", steps.aborted(state, asked.author, asked.reason, asked.now, gradual))


def set_weight(state: RolloutState, asked: Asked, weight: int) -> Move | None:
    """Set the weight by hand, which ends a plan; None when it is set so already."""
    if not 0 <= weight <= 100:
        raise InvalidCommandError(f"weight={weight}: give a whole percentage from 0 to 100")
    if state.phase in UNDER_WAY - {Phase.PAUSED} | {Phase.ABORTING}:
        raise RefusedError(
            f"a rollout of {state.context} is under way ({state.phase}); "
            "pause it first (`camplane rollout pause`), or abort it"
        )
    if state.phase is Phase.IDLE and state.weight == weight:
        return None
    return Move(
        "set",
        state.changed(
            asked.author,
            asked.reason,
            asked.now,
            phase=Phase.IDLE,
            plan=None,
            step=0,
            weight=weight,
            weight_since=asked.now,
            step_since=asked.now,
            resume_to=None,
        ),
    )


def mirror(state: RolloutState, asked: Asked, percent: int) -> Move | None:
    """Mirror a share of the reads; None when it is that share already."""
    if not 0 <= percent <= 100:
        raise InvalidCommandError(f"percent={percent}: give a whole percentage from 0 to 100")
    if state.mirrored == percent:
        return None
    return Move("mirror", state.changed(asked.author, asked.reason, asked.now, mirrored=percent))


def pin(state: RolloutState, asked: Asked, camera_id: str, path: str) -> Move | None:
    """Send a camera to one path; None when it is pinned there already."""
    try:
        check_pin(camera_id, path)
    except ValueError as error:
        raise InvalidCommandError(str(error)) from error
    if state.pins.get(camera_id) == path:
        return None
    pins = {**state.pins, camera_id: path}
    if len(pins) > MAX_PINS:
        raise InvalidCommandError(
            f"{MAX_PINS} cameras are pinned already, the most there may be; unpin some"
        )
    return Move("pin", state.changed(asked.author, asked.reason, asked.now, pins=pins))


def unpin(state: RolloutState, asked: Asked, camera_id: str) -> Move | None:
    """Let the weight decide again; None when the camera is not pinned."""
    if camera_id not in state.pins:
        return None
    pins = {known: path for known, path in state.pins.items() if known != camera_id}
    return Move("unpin", state.changed(asked.author, asked.reason, asked.now, pins=pins))
