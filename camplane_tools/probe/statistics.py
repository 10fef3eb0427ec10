"""Medians, percentiles, and ratios with an interval. Pure."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_RESAMPLES = 2000
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A value and the interval that holds it with 95 % confidence."""

    value: float
    low: float
    high: float


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of `values` that at least `percent` % of them do not exceed.

    Nothing is interpolated: what is returned was measured. ValueError without values.
    """
    if not values:
        raise ValueError("there is no percentile of nothing")
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(int(rank), 1) - 1]


def paired_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """Return the median over rounds of numerator / denominator, measured in the same round.

    The interval is a bootstrap over rounds (percentile method): what slows the
    machine for a while slows both halves of a round, and falls out of its ratio.
    ValueError unless both have the same number of rounds, at least one.
    """
    ratios = [n / d for n, d in zip(numerators, denominators, strict=True)]
    return median_estimate(ratios)


def median_estimate(values: Sequence[float]) -> Estimate:
    """Return the median of `values` with its bootstrap interval.

    The same values give the same interval: the resampling is seeded.
    """
    if not values:
        raise ValueError("there is no median of nothing")
    draw = random.Random(len(values))  # noqa: S311 - resamples, guards nothing
    medians = [
        statistics.median(draw.choices(values, k=len(values)))
        for _ in range(_RESAMPLES if len(values) > 1 else 1)
    ]
    tail = (1 - _CONFIDENCE) / 2 * 100
    return Estimate(
        statistics.median(values), percentile(medians, tail), percentile(medians, 100 - tail)
    )
