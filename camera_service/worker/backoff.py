"""How long to leave a failing source alone, and how often to speak of it."""

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0
# A source that held this long has recovered: the next failure starts anew. A
# shorter run does not count, or a camera that falls over after 2 s is asked for ever.
RECOVERED_SECONDS = 60.0
SILENT_SECONDS = 60.0


def failures_in_row(before: int, good_seconds: float) -> int:
    """Return the number of failures in a row, now that one more happened.

    good_seconds: how long pictures came before this failure.
    """
    return 1 if good_seconds >= RECOVERED_SECONDS else before + 1


def delay(failures: int, chance: float) -> float:
    """Return seconds to wait after the `failures`-th failure in a row (from 1).

    Doubles up to the longest; `chance`, 0 to 1, takes up to half of it away,
    so that cameras that failed together do not come back together.
    """
    # 2 ** 1000 would be computed, slowly; nothing changes after a few doublings.
    full = min(FIRST_SECONDS * 2 ** min(failures - 1, 30), LONGEST_SECONDS)
    return full * (1 - chance / 2)


def worth_a_line(cause: str, last_cause: str | None, seconds_since_line: float) -> bool:
    """Should this failure be logged? At each change of cause, and once a minute."""
    return cause != last_cause or seconds_since_line >= SILENT_SECONDS
