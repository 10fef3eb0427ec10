"""Intervals and verdicts hold however often they are looked at, and still find what matters."""

import math

import numpy as np
import pytest

from gateway.analysis.comparison.verdict import judge, weigh
from gateway.analysis.report import UNKNOWN, WORSE
from gateway.analysis.sequential import change, difference, proportion, quantile
from gateway.analysis.variant import Variant
from gateway.telemetry.histogram import Histogram

ALPHA = 0.05
LOOKS = [50 * look for look in range(1, 21)]


def variant(times_ms: np.ndarray, failed: np.ndarray) -> Variant:
    """Return a variant of requests that took these times, some of which failed."""
    total = Histogram()
    for time_ms in times_ms:
        total.add(time_ms * 1000)
    return Variant(requests=len(times_ms), failures=int(failed.sum()), total=total)


def requests(
    random: np.random.Generator, count: int, median_ms: float, failing: float
) -> tuple[np.ndarray, np.ndarray]:
    return random.lognormal(math.log(median_ms), 0.5, count), random.random(count) < failing


@pytest.mark.parametrize("rate", [0.02, 0.3])
def test_a_rate_looked_at_twenty_times_leaves_its_interval_in_less_than_alpha_of_runs(
    rate: float,
) -> None:
    random, runs, left, left_wald = np.random.default_rng(1), 600, 0, 0
    for _ in range(runs):
        hits = np.cumsum(random.random(LOOKS[-1]) < rate)
        seen = [(int(hits[n - 1]), n) for n in LOOKS]
        intervals = [proportion(k, n, ALPHA) for k, n in seen]
        left += any(not one.low <= rate <= one.high for one in intervals)
        left_wald += any(
            abs(k / n - rate) > 1.96 * math.sqrt(rate * (1 - rate) / n) for k, n in seen
        )
    assert left <= ALPHA * runs
    # The same runs catch an interval that is made for one look.
    assert left_wald > 2 * ALPHA * runs


@pytest.mark.parametrize("q", [0.5, 0.95])
def test_a_percentile_looked_at_twenty_times_leaves_its_interval_in_less_than_alpha_of_runs(
    q: float,
) -> None:
    random, runs, left = np.random.default_rng(2), 400, 0
    # Exponential times of mean 10 ms; the histogram is exact to 1 %.
    truth = -10 * math.log(1 - q)
    for _ in range(runs):
        times, outside = Histogram(), False
        for n in LOOKS:
            for one in random.exponential(10, n - times.count):
                times.add(one * 1000)
            seen = quantile(times, q, ALPHA)
            outside |= not seen.low * 0.99 <= truth <= seen.high * 1.01
        left += outside
    assert left <= ALPHA * runs


def test_an_end_that_nothing_bounds_yet_is_said_to_be_unbounded() -> None:
    times = Histogram()
    assert quantile(times, 0.95, ALPHA) == quantile(Histogram(), 0.5, ALPHA)
    for _ in range(30):
        times.add(10_000)
    assert quantile(times, 0.95, ALPHA).high == math.inf
    assert quantile(times, 0.95, ALPHA).low == pytest.approx(10, rel=0.01)
    for _ in range(170):
        times.add(10_000)
    assert quantile(times, 0.95, ALPHA).high == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (0, 1), (1, 1), (0, 500), (500, 500), (7, 500)])
def test_an_interval_of_a_rate_holds_the_rate_seen_and_stays_within_what_a_rate_can_be(
    hits: int, n: int
) -> None:
    one = proportion(hits, n, ALPHA)
    assert 0 <= one.low <= one.value <= one.high <= 1
    assert one.value == (hits / n if n else 0)
    assert (one.low == 0) == (hits == 0)
    assert (one.high == 1) == (hits == n)


def test_a_difference_takes_each_end_from_the_ends_that_are_furthest_apart() -> None:
    of, less = proportion(30, 100, ALPHA), proportion(10, 100, ALPHA)
    apart = difference(of, less)
    assert (apart.low, apart.high) == (of.low - less.high, of.high - less.low)
    assert change(of, less).low == pytest.approx((of.low / less.high - 1) * 100)
    assert change(of, proportion(0, 10, ALPHA)).high == math.inf


def test_two_paths_that_do_not_differ_are_called_worse_in_less_than_alpha_of_runs() -> None:
    random, runs, alarms = np.random.default_rng(3), 150, 0
    for _ in range(runs):
        times = [requests(random, LOOKS[-1], 20, 0.02) for _ in range(2)]
        alarms += any(
            judge(weigh(*(variant(taken[:n], failed[:n]) for taken, failed in times))) == WORSE
            for n in LOOKS[1::2]
        )
    assert alarms <= ALPHA * runs


@pytest.mark.parametrize(
    ("median_ms", "failing", "enough"),
    [(26.0, 0.01, 1000), (20.0, 0.05, 2000), (200.0, 0.01, 30), (20.0, 0.5, 60)],
    ids=["+30 % time", "1 to 5 % failures", "ten times slower", "half fail"],
)
def test_a_difference_that_matters_is_found_within_so_many_requests_a_path(
    median_ms: float, failing: float, enough: int
) -> None:
    random, runs = np.random.default_rng(4), 40
    found = 0
    for _ in range(runs):
        legacy = variant(*requests(random, enough, 20, 0.01))
        domain = variant(*requests(random, enough, median_ms, failing))
        found += judge(weigh(legacy, domain)) == WORSE
    assert found >= 0.9 * runs


def test_a_change_that_nobody_notices_is_not_called_worse_however_certain_it_is() -> None:
    random = np.random.default_rng(5)
    legacy = variant(*requests(random, 20_000, 1.0, 0.0))
    domain = variant(*requests(random, 20_000, 1.3, 0.0))
    evidence = weigh(legacy, domain)
    assert evidence.times["p50"].change.low > 5
    assert judge(evidence) not in (WORSE, UNKNOWN)
