"""When a webhook that failed is tried again. Pure."""

from servicekit.backoff import Schedule

LONGEST_PAUSE_SECONDS = 300.0
_PAUSES = Schedule(first=2.0, longest=LONGEST_PAUSE_SECONDS, sooner=0.5)
GIVEN_UP_AFTER_SECONDS = 24 * 3600.0


def pause_seconds(failures: int, chance: float) -> float:
    """Return how long to wait after that many failures in a row, twice as long each time.

    chance: from 0 to 1, so that receivers that were down are not met by all at once.
    """
    return _PAUSES.delay(failures, 1 - chance)


def is_due(next_at: float, now: float) -> bool:
    """Is it time for the next try? Also when it is further away than any pause: a clock was put."""
    return not now < next_at <= now + LONGEST_PAUSE_SECONDS
