"""How a camera stands, in one word, and why: the same for whoever asks, by whatever way. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from camera_service.domain.model import Observed, State
from camera_service.domain.results import Restarts, WorkerReport, WorkerStatus


@dataclass(frozen=True)
class Condition:
    """A camera's state.

    cause: of SOURCE_FAILED, RESTARTING and CRASH_LOOP, as the worker contract names them. message:
    the same for a person; any program may have written it. since: when the worker came into this
    state. failures: in a row. next_retry_at: None while it is being tried. Times: Unix seconds.
    """

    state: State
    cause: str | None = None
    message: str | None = None
    since: float | None = None
    failures: int = 0
    next_retry_at: float | None = None


# How the camera with this id stands.
Conditions = Callable[[str], Condition]


def condition_of(
    status: WorkerStatus, report: WorkerReport, restarts: Restarts | None
) -> Condition:
    """Return the condition that these make. A dead worker's last words do not count."""
    state = Observed(status.running, report.state, restarts).state()
    if state is State.SOURCE_FAILED:
        return Condition(
            *(state, report.cause or "other", report.message, report.since),
            failures=report.failures,
            next_retry_at=report.next_retry_at,
        )
    if not status.running and restarts is not None:
        return Condition(
            *(state, restarts.cause, restarts.detail),
            failures=restarts.failures,
            next_retry_at=restarts.next_retry_at,
        )
    return Condition(state, since=report.since if status.running else None)
