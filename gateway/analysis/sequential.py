"""Intervals that hold however often they are looked at. Pure.

All rest on one e-value: how much better a mixture of all rates (a beta
distribution's) predicted what was counted than one rate p did. If p is the true
rate, it ever exceeds 1 / alpha with a chance of at most alpha (Ville), so what
has not been refuted yet is an interval for all times at once (Robbins 1970).
A percentile is a rate too: a share q of all times lies below the q-quantile
(Howard and Ramdas, "Sequential estimation of quantiles", Bernoulli 28(3), 2022,
whose closed form is 1.4 to 2.6 times as wide up to 1,000 requests).

What they take for granted: requests do not depend on each other, and counting
began at a moment that was not chosen by what was seen. A window that slides
begins anew all the time; for it the promise holds for each beginning, not for
all together.
"""

import math
from functools import lru_cache

from gateway.analysis.report import Interval
from gateway.telemetry.histogram import Histogram

# Weight of the mixture, in requests: it makes the intervals narrowest at some hundred.
_MIXTURE = 10.0
_BISECTIONS = 40


def log_evidence(hits: float, n: float, p: float, mixture: tuple[float, float]) -> float:
    """Return the log of the e-value against `p` being the rate of `hits` among `n`.

    mixture: both parameters of the beta distribution, chosen before counting.
    """
    return log_mixture(hits, n, mixture) - log_likelihood(hits, n, p)


def log_mixture(hits: float, n: float, mixture: tuple[float, float]) -> float:
    """Return how likely (a log) a mixture of all rates makes `hits` among `n`, in one order."""
    a, b = mixture
    return _log_beta(a + hits, b + n - hits) - _log_beta(a, b)


def log_likelihood(hits: float, n: float, p: float) -> float:
    """Return how likely (a log) the rate `p` makes `hits` among `n`, in one order."""
    misses = n - hits
    if (p <= 0 and hits > 0) or (p >= 1 and misses > 0):
        return -math.inf
    return (hits * math.log(p) if hits else 0.0) + (misses * math.log1p(-p) if misses else 0.0)


def proportion(hits: float, n: float, alpha: float) -> Interval:
    """Return the rate of `hits` among `n`, 0 to 1, and what holds it with 1 - alpha."""
    if n <= 0:
        return Interval(0.0, 0.0, 1.0)
    borne = log_mixture(hits, n, (0.5, 0.5)) - math.log(1 / alpha)
    return Interval(hits / n, lowest_rate(hits, n, borne), _end(hits, n, borne, 1.0))


def lowest_rate(hits: float, n: float, borne: float) -> float:
    """Return the lowest rate that makes `hits` among `n` as likely (a log) as `borne`."""
    return _end(hits, n, borne, 0.0)


def _end(hits: float, n: float, borne: float, outside: float) -> float:
    """Return where, from the rate itself towards `outside` (0 or 1), it is too unlikely."""
    inside = hits / n if n > 0 else 0.0
    if inside == outside:
        return outside
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        if log_likelihood(hits, n, middle) > borne:
            inside = middle
        else:
            outside = middle
    return outside


def quantile(times: Histogram, q: float, alpha: float, n: int | None = None) -> Interval:
    """Return the q-quantile and what holds it with 1 - alpha, in milliseconds.

    An end that nothing bounds yet is 0 or infinity. The ends are as exact as the
    histogram, 1 %. n: as if so many times had been counted, alike these: how
    narrow it would be then.
    """
    count = times.count
    if not count:
        return Interval(0.0, 0.0, math.inf)
    n = count if n is None else n
    low, high = _ranks(n, q, alpha)

    ranks = math.ceil(q * count), round(low * count / n), round(high * count / n)
    value, at_low, at_high = (found / 1000 for found in times.at_ranks(ranks))
    return Interval(
        value=value,
        low=at_low if low >= 1 else 0.0,
        high=at_high if high <= n else math.inf,
    )


@lru_cache(maxsize=8192)
def _ranks(n: int, q: float, alpha: float) -> tuple[int, int]:
    """Return between which two of n sorted times the q-quantile lies; 0 and n + 1 are no times.

    How many of n lie below the quantile is binomial; the numbers that do not
    refute q are the ranks. With equal times among them it only gets safer.
    """
    mixture = (_MIXTURE * q, _MIXTURE * (1 - q))
    refuted = math.log(1 / alpha)

    def borne(below: int) -> bool:
        return log_evidence(below, n, q, mixture) < refuted

    inside = math.floor(n * q)
    low, outside = inside, -1
    while low - outside > 1:
        middle = (low + outside) // 2
        low, outside = (middle, outside) if borne(middle) else (low, middle)
    high, outside = inside, n + 1
    while outside - high > 1:
        middle = (high + outside) // 2
        high, outside = (middle, outside) if borne(middle) else (high, middle)
    return low, high + 1


def difference(of: Interval, less: Interval) -> Interval:
    """Return of - less: each end from both intervals' ends.

    Where each holds with 1 - alpha / 2, this one holds with 1 - alpha. It is
    wider than the field's approximations and, unlike them, always holds.
    """
    return Interval(of.value - less.value, of.low - less.high, of.high - less.low)


def change(of: Interval, against: Interval) -> Interval:
    """Return by how many percent `of` exceeds `against`; as safe as `difference`."""
    return Interval(
        _percent(of.value, against.value),
        _percent(of.low, against.high),
        _percent(of.high, against.low),
    )


def _percent(of: float, against: float) -> float:
    if math.isinf(against):
        return -100.0
    if against <= 0:
        return math.inf if of > 0 else 0.0
    return (of / against - 1) * 100


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
