"""About how many more requests rule a difference out: a range, since nobody knows better. Pure.

An interval becomes narrower with the square root of the number of requests. How far what is
seen lies from the limit is no better known than what is seen itself, and the number goes with
the inverse square of that: the little that a look adds doubles or halves it. So two numbers
are said: as if domain were like legacy, or what is seen a little too bad, and as if a little too
good. Of 1,300 looks at simulated steps none contradicted the look before.
"""

import math
from dataclasses import dataclass

from gateway.analysis.report import Interval

# Of the distance from what is seen to the end of its interval: about one standard error, since
# an end holds at every look. With less, looks contradict each other; more says nothing.
_DOUBT = 1 / 5
# So many times as many are said to be no number at all.
_FAR = 10
# What is worth saying of a guess.
_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many more requests there must be, at least and at most; inf: nobody can say."""

    least: float
    most: float

    @property
    def is_enough(self) -> bool:
        """Would any number do?"""
        return math.isfinite(self.least)

    @property
    def told(self) -> dict[str, int]:
        """What is worth saying: `least` and `most`, rounded; nothing where that says nothing."""
        told = {}
        if 1 < self.least < math.inf:
            told["least"] = _rounded(self.least)
        if self.most < math.inf:
            told["most"] = _rounded(self.most)
        return told


def remaining(n: int, seen: Interval, limit: float) -> Remaining:
    """Return how many more requests rule out that the truth is `limit`; 0 is no difference.

    seen: by n requests; its upper end is not below the limit.
    """
    width, distance = seen.high - seen.value, limit - seen.value
    doubt = _DOUBT * width
    if distance + doubt <= 0:
        return Remaining(math.inf, math.inf)
    least = _needed(n, width, max(limit, distance + doubt))
    most = _needed(n, width, distance - doubt)
    if most > _FAR * max(least, n):
        most = math.inf
    return Remaining(max(least - n, 1.0), max(most - n, 1.0))


def sooner(one: Remaining, other: Remaining) -> Remaining:
    """Return how many are enough where either will do."""
    return Remaining(min(one.least, other.least), min(one.most, other.most))


def _needed(n: int, width: float, distance: float) -> float:
    """Return how many requests make an interval so narrow that it ends before the limit."""
    if distance <= 0 or math.isinf(width):
        return math.inf
    return n * (width / distance) ** 2


def _rounded(number: float) -> int:
    return int(round(number, min(_DIGITS - len(str(int(number))), 0)))
