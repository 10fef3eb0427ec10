"""When a worker that ended is started again, and what its deaths are called."""

from dataclasses import dataclass
from signal import SIGINT, SIGTERM

from camera_service.domain.results import Restarts

FIRST_SECONDS = 1.0
# A camera's account may be locked by too many tries with a wrong password.
FIRST_SECONDS_AFTER = {"auth": 60.0}
LONGEST_SECONDS = 300.0
# A worker that lived this long is well: its next death is the first of a row. A
# shorter life does not count, or one that falls over after 2 s is restarted for ever.
STEADY_SECONDS = 600.0
# From this many deaths in a row on it is a crash loop.
LOOP_FAILURES = 3
# What looks like a stop by an old server is one if the pid file goes. That may take so
# long: one that does not wait for its children sees a dead one as alive, until its
# patience ends.
STOP_SECONDS = 10.0
# How a process ends that was told to: by itself, by the signal, or as shells say it.
_TOLD_TO = frozenset({0, *(code for s in (SIGTERM, SIGINT) for code in (-s, 128 + s))})


@dataclass(frozen=True)
class Death:
    """The end of a worker that was wanted alive, or a start that failed.

    cause, detail: see results.Restarts. lived_seconds: 0 when it is not known.
    may_be_a_stop: is somebody who knows no record perhaps stopping the camera?
    """

    cause: str
    detail: str
    lived_seconds: float
    may_be_a_stop: bool = False


def looks_like_a_stop(exit_code: int) -> bool:
    """Does a process that was told to end, end like this? Negative codes are signals."""
    return exit_code in _TOLD_TO


def after_death(before: Restarts | None, death: Death, now: float, chance: float) -> Restarts:
    """Return when to start the camera again, after one more death.

    Twice as long after each in a row, up to LONGEST_SECONDS; `chance`, 0 to 1,
    takes up to half of it away, so that workers that died together do not come
    back together. At least STOP_SECONDS where it may be a stop.
    """
    in_a_row = before is not None and death.lived_seconds < STEADY_SECONDS
    failures = before.failures + 1 if before is not None and in_a_row else 1
    first = FIRST_SECONDS_AFTER.get(death.cause, FIRST_SECONDS)
    # 2 ** 1000 would be computed, slowly; nothing changes after a few doublings.
    full = min(first * 2 ** min(failures - 1, 30), LONGEST_SECONDS)
    wait = max(full * (1 - chance / 2), STOP_SECONDS if death.may_be_a_stop else 0.0)
    looping = failures >= LOOP_FAILURES
    return Restarts(failures, death.cause, death.detail, now + wait, looping)


def is_due(restarts: Restarts, now: float) -> bool:
    """Is it time? A clock that was set back makes nobody wait longer than ever."""
    return not now < restarts.next_retry_at <= now + LONGEST_SECONDS
