"""Requests that clients left tell how long they waited, and nothing that is left out looks fast."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.analysis import abandonment, sequential
from gateway.telemetry.histogram import BEYOND, Histogram, middle

HISTOGRAMS = st.dictionaries(st.integers(0, 60), st.integers(1, 40), max_size=12).map(Histogram)


def shares(histogram: Histogram) -> dict[int, float]:
    total = histogram.count
    return {bucket: count / total for bucket, count in histogram.counts.items()}


def test_with_nobody_left_the_times_are_what_they_are() -> None:
    times = Histogram({3: 5, 9: 2})
    found = abandonment.survival(times, Histogram(), 0.95)
    assert (found.least, found.most, found.n) == (times, times, 7)
    alone = sequential.quantile(times, 0.95, 0.05)
    assert abandonment.quantile(times, Histogram(), 0.95, 0.05) == alone


def test_it_is_kaplan_and_meiers_estimate() -> None:
    # Ended after 1, 3 and 4, left after 2 and 4: S falls to 4/5, 4/5 * 2/3 and half of that.
    found = abandonment.survival(Histogram({1: 1, 3: 1, 4: 1}), Histogram({2: 1, 4: 1}), 0.95)
    expected = {1: 0.2, 3: 0.8 / 3, 4: 0.8 / 3, BEYOND: 0.8 / 3}
    assert shares(found.most) == pytest.approx(expected)
    assert shares(found.least) == pytest.approx({1: 0.2, 3: 0.8 / 3, 4: 2 * 0.8 / 3})


def test_only_who_waited_longer_than_legacy_mostly_takes_tells_of_a_path() -> None:
    legacy = Histogram.of([1000.0] * 95 + [5000.0] * 5)
    left = Histogram.of([10.0] * 7 + [900.0] * 8 + [2000.0] * 3 + [9000.0] * 2)
    assert abandonment.telling(left, legacy) == 5
    assert abandonment.telling(Histogram(), legacy) == 0
    # With little to compare it takes a tenth of a second, too.
    for known in (Histogram(), Histogram.of([1000.0] * 19)):
        assert abandonment.telling(Histogram.of([90e3] * 3 + [110e3] * 2), known) == 2


def test_where_all_left_a_percentile_is_at_least_as_long_as_they_waited() -> None:
    left = Histogram.of([1e6] * 40)
    found = abandonment.quantile(Histogram(), left, 0.95, 0.05)
    assert found.value == pytest.approx(1000, rel=0.01)
    assert found.low == pytest.approx(1000, rel=0.01)
    assert math.isinf(found.high)
    assert abandonment.is_open(abandonment.survival(Histogram(), left, 0.95).most, 0.95)


def test_one_who_waited_long_does_not_speak_for_those_who_left_at_once() -> None:
    left = Histogram({10: 900, 500: 1})
    assert abandonment.quantile(Histogram(), left, 0.95, 0.05).value * 1000 == middle(10)


def test_slow_requests_do_not_vanish_by_being_left() -> None:
    random = np.random.default_rng(3)
    whole = random.lognormal(math.log(50_000), 1.0, 20_000)
    patience = random.exponential(100_000, whole.size)
    ended = Histogram.of(whole[whole <= patience].tolist())
    left = Histogram.of(patience[whole > patience].tolist())
    true = float(np.quantile(whole, 0.8)) / 1000
    assert ended.quantile(0.8) / 1000 < 0.75 * true
    found = abandonment.quantile(ended, left, 0.8, 0.05)
    assert found.value == pytest.approx(true, rel=0.05)
    assert found.low < true < found.high


@given(HISTOGRAMS, HISTOGRAMS, st.sampled_from([0.5, 0.95, 0.99]))
def test_whatever_was_counted_the_bounds_are_in_order_and_nobody_is_counted_twice(
    times: Histogram, left: Histogram, q: float
) -> None:
    total = times.count + left.count
    found = abandonment.survival(times, left, q)
    assert 0 <= found.n <= total * (1 + 1e-9)
    if not total:
        return
    assert found.least.quantile(q) <= found.most.quantile(q)
    # Those who left waited no longer than they would have.
    together = Histogram(dict(times.counts))
    together.merge(left)
    assert together.quantile(q) <= found.least.quantile(q) * (1 + 1e-9)


def test_how_much_more_often_clients_leave_has_an_interval() -> None:
    found = abandonment.excess((1, 1000), (50, 500), 0.05)
    assert found.value == pytest.approx(9.9)
    assert 4 < found.low < found.value < found.high < 20
