"""What clients that leave before the answer say of a path. Pure.

One who leaves after a second tells that the answer would have taken longer than a
second, and no more: the time is censored. What is left out would make a path that
hangs look fast, since its slow requests are the ones that are left.

Kaplan and Meier's estimator (1958) takes such times in. It is equal to giving the
weight of each request that was left, in equal parts, to all that lasted longer
(Efron's redistribution to the right, 1967), bucket by bucket. Weight that finds
nothing to its right lies beyond all that was seen.

How often clients leave is another question. One who leaves sooner than legacy mostly
answers would have left any path: only those who waited longer count as left.
"""

import math
from dataclasses import dataclass

from gateway.analysis import sequential
from gateway.analysis.report import Interval
from gateway.telemetry.histogram import BEYOND, Histogram, middle

# Who waited longer than legacy does for this share of its requests left because of the wait;
# while fewer are known, only if that was so many microseconds, too.
MOSTLY, FEWEST, LONG_US = 0.95, 20, 100_000.0
# Weights become whole numbers; so many make rounding invisible.
SCALE = 10**9


@dataclass(frozen=True, slots=True)
class Survival:
    """Times as they would be if nobody had left.

    least: what nobody waited for lies where it was last seen, so that percentiles are
    at least these; most: it lies beyond every time. n: of how many requests without any
    that were left one would know as much; at most as many as there are.
    """

    least: Histogram
    most: Histogram
    n: float


def telling(left_after: Histogram, of_legacy: Histogram) -> int:
    """Return how many clients had waited longer than legacy mostly takes when they left.

    of_legacy: the times of legacy's requests.
    """
    if not left_after.counts:
        return 0
    mostly = of_legacy.quantile(MOSTLY)
    if of_legacy.count < FEWEST:
        mostly = max(mostly, LONG_US)
    return sum(n for bucket, n in left_after.counts.items() if middle(bucket) > mostly)


def survival(times: Histogram, left_after: Histogram, q: float) -> Survival:
    """Return the times of requests that ended, and of those left after so long.

    q: the percentile, 0 to 1, that `n` is about. With nobody left it is the times.
    """
    if not left_after.counts:
        return Survival(times, times, times.count)
    at_risk = times.count + left_after.count
    remaining, known = 1.0, float(at_risk)
    ended: dict[int, int] = {}
    buckets = sorted(times.counts.keys() | left_after.counts.keys())
    last = max(times.counts, default=-1)
    for bucket in buckets:
        if here := times.counts.get(bucket, 0):
            # Peto's number: those still there, as if nobody who is gone had left.
            if remaining > 1 - q:
                known = at_risk / remaining
            ended[bucket] = round(SCALE * remaining * here / at_risk)
            remaining *= 1 - here / at_risk
            at_risk -= here
        if bucket >= last:
            break
        at_risk -= left_after.counts.get(bucket, 0)
    if not at_risk:
        return Survival(Histogram(ended), Histogram(ended), known)
    if remaining > 1 - q:
        known = at_risk / remaining
    least = dict(ended)
    for bucket in (one for one in buckets if one >= last):
        share = left_after.counts.get(bucket, 0) / at_risk
        least[bucket] = least.get(bucket, 0) + round(SCALE * remaining * share)
    most = ended | {BEYOND: round(SCALE * remaining)}
    return Survival(Histogram(least), Histogram(most), known)


def quantile(
    times: Histogram, left_after: Histogram, q: float, alpha: float, n: int | None = None
) -> Interval:
    """Return the q-quantile, in milliseconds, as `sequential.quantile` does."""
    found = survival(times, left_after, q)
    return within(found.least, found.most, q, alpha, max(int(found.n), 1) if n is None else n)


def within(least: Histogram, most: Histogram, q: float, alpha: float, n: int) -> Interval:
    """Return the q-quantile of times known to lie between the two; its value: at least that."""
    low = sequential.quantile(least, q, alpha, n)
    if least is most:
        return low
    return Interval(low.value, low.low, sequential.quantile(most, q, alpha, n).high)


def is_open(most: Histogram, q: float) -> bool:
    """Has nobody waited long enough for the q-quantile to be known?"""
    return math.isinf(most.quantile(q))


def excess(legacy: tuple[float, float], domain: tuple[float, float], alpha: float) -> Interval:
    """Return by how many percentage points more of domain's requests were left than of legacy's.

    legacy, domain: how many were left, and of how many.
    """
    rates = [sequential.proportion(left, asked, alpha / 2) for left, asked in (domain, legacy)]
    apart = sequential.difference(*rates)
    return Interval(100 * apart.value, 100 * apart.low, 100 * apart.high)
