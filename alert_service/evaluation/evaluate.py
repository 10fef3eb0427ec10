"""One rule, one camera: from what is known and what comes, to what is known and what is told.

Pure, and the same for what happens now and for the past: what a rule fires, and when, depends
on the times of events alone, not on how often anybody looked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from alert_service.evaluation.conditions import Condition
from alert_service.evaluation.event import Event
from alert_service.evaluation.windows import NEVER, Window

# Events that are older than this, against what came before, only count.
LATE_SECONDS = 60.0
# A clock that is put back by more than this was wrong before.
PUT_BACK_SECONDS = 60.0


class Phase(StrEnum):
    """Of a rule, for one camera."""

    INACTIVE = "inactive"
    # The condition is true, and has not been for long enough.
    PENDING = "pending"
    FIRING = "firing"


class Change(StrEnum):
    """What is told."""

    FIRED = "fired"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of a rule's state. at: when, Unix seconds; event_id: of the event that made it.

    since: since when the condition was true; count: how many events spoke for it until now.
    """

    change: Change
    at: float
    event_id: str = ""
    since: float = NEVER
    count: int = 0


@dataclass(slots=True)
class State:
    """All that is known of a rule for one camera. Times are Unix seconds.

    at: until when it was evaluated. since: since when it is in its phase, or, of one that
    fires, since when its condition is false; NEVER: it is not. fired: when it last fired.
    late: how many events were too late to be evaluated. began: since when the condition is true
    that it is pending or fires for; count: how many events spoke for it.
    """

    window: Window
    at: float
    phase: Phase = Phase.INACTIVE
    since: float = NEVER
    fired: float = -NEVER
    late: int = 0
    began: float = NEVER
    count: int = 0

    def copy(self) -> "State":
        """Return one that changes by itself."""
        return replace(self, window=self.window.copy())


def begun(condition: Condition, at: float) -> State:
    """Return the state of a rule that nothing was reported for yet."""
    window = condition.window()
    window.resume(at)
    return State(window, at)


def resumed(state: State, at: float) -> State:
    """Return the state after nobody listened from `state.at` until `at`.

    What was not heard is not silence: nothing fires for it. A clock that was put back is
    followed.
    """
    found = state.copy()
    found.at = at if at < found.at - PUT_BACK_SECONDS else max(found.at, at)
    found.window.resume(at)
    return found


def evaluate(
    condition: Condition, state: State, events: Iterable[Event], now: float
) -> tuple[State, list[Transition]]:
    """Return what is known at `now`, and what there is to tell, in the order in which it was.

    events: since the last evaluation, in the order of their times, or nearly.
    """
    found = state.copy()
    told: list[Transition] = []
    for event in events:
        if event.time < found.at - LATE_SECONDS:
            found.late += condition.is_about(event)
        elif condition.is_about(event):
            _advance(condition, found, event.time, told)
            speaks_for_it = found.window.observe(event)
            # The first ones are known to the window.
            found.count += speaks_for_it and found.phase is not Phase.INACTIVE
            _settle(condition, found, told, event.event_id)
    _advance(condition, found, now, told)
    return found, told


def _advance(condition: Condition, state: State, until: float, told: list[Transition]) -> None:
    """Let time pass, from one moment at which something changes by itself to the next."""
    while (due := due_at(condition, state)) <= until:
        state.at = due
        _settle(condition, state, told)
    state.at = max(state.at, until)


def due_at(condition: Condition, state: State) -> float:
    """Return when something changes if no event comes; NEVER if nothing does."""
    due = state.window.changes_after(state.at)
    if state.phase is Phase.PENDING:
        due = min(due, _fires(condition, state))
    elif state.phase is Phase.FIRING and state.since != NEVER:
        due = min(due, state.since + condition.keep_seconds)
    return due


def _fires(condition: Condition, state: State) -> float:
    """Return when one whose condition is true fires, if it stays so."""
    return max(state.since + condition.hold_seconds, state.fired + condition.cooldown_seconds)


def _settle(condition: Condition, state: State, told: list[Transition], by: str = "") -> None:
    """Bring the phase in line with the condition, as of `state.at`."""
    at, holds = state.at, state.window.holds(state.at)
    if state.phase is Phase.FIRING:
        if holds:
            state.since = NEVER
        elif state.since == NEVER:
            state.since = at
        if at >= state.since + condition.keep_seconds:
            told.append(Transition(Change.RESOLVED, at, by, state.began, state.count))
            _rest(state)
        return
    if not holds:
        _rest(state)
        return
    if state.phase is Phase.INACTIVE:
        state.phase, state.since, state.began = Phase.PENDING, at, at
        state.count = state.window.counted(at)
    if at >= _fires(condition, state):
        state.phase, state.since, state.fired = Phase.FIRING, NEVER, at
        told.append(Transition(Change.FIRED, at, by, state.began, state.count))


def _rest(state: State) -> None:
    state.phase, state.since, state.began, state.count = Phase.INACTIVE, NEVER, NEVER, 0
