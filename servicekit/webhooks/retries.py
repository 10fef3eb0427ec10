"""When a webhook that failed is tried again. Pure."""

SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 300.0
GIVEN_UP_AFTER_SECONDS = 24 * 3600.0


def pause_seconds(failures: int, chance: float) -> float:
    """Return how long to wait after that many failures in a row, twice as long each time.

    chance: from 0 to 1, so that receivers that were down are not met by all at once.
    """
    longest = min(SHORTEST_PAUSE_SECONDS * 2.0 ** min(failures, 60), LONGEST_PAUSE_SECONDS)
    return longest * (1 + chance) / 2


def is_due(next_at: float, now: float) -> bool:
    """Is it time for the next try? Also when it is further away than any pause: a clock was put."""
    return not now < next_at <= now + LONGEST_PAUSE_SECONDS
