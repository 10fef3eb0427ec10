"""The histogram is within 1 % of exact, merges by addition, and survives being packed."""

import math
from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import (
    RequestCell,
    RequestKey,
    SpanCell,
    SpanKey,
    TrafficMetrics,
    merged,
)

times_us = st.lists(st.floats(1, 3.6e9), min_size=1, max_size=300)


def counted(times: list[float]) -> Histogram:
    histogram = Histogram()
    for one in times:
        histogram.add(one)
    return histogram


@given(times_us, st.floats(0.001, 1))
def test_every_percentile_is_within_one_percent_of_the_exact_one(
    times: list[float], q: float
) -> None:
    exact = sorted(times)[math.ceil(q * len(times)) - 1]
    assert counted(times).quantile(q) == pytest.approx(exact, rel=0.0101)


@given(st.lists(st.floats(-1e9, 1e13), max_size=300))
def test_many_times_at_once_are_counted_as_one_by_one(times: list[float]) -> None:
    """Whatever a clock may say: none, less than none, and years."""
    assert Histogram.of(times).counts == counted(times).counts


@given(times_us)
def test_the_mean_is_within_one_percent_of_the_exact_one(times: list[float]) -> None:
    assert counted(times).mean() == pytest.approx(np.mean(times), rel=0.0101)


@given(times_us, times_us)
def test_two_histograms_merged_are_that_of_all_their_times(
    times: list[float], others: list[float]
) -> None:
    whole, other = counted(times), counted(others)
    before = dict(other.counts)
    whole.merge(other)
    assert whole.counts == counted(times + others).counts
    assert other.counts == before


@given(times_us)
def test_a_histogram_that_was_packed_is_the_same_when_unpacked(times: list[float]) -> None:
    assert Histogram.unpack(counted(times).pack()).counts == counted(times).counts


def test_bytes_that_are_no_histogram_are_refused() -> None:
    with pytest.raises(ValueError, match="no packed histogram"):
        Histogram.unpack(b"12345")


@pytest.mark.parametrize(("time", "shown"), [(-5.0, 0.0), (0.0, 0.0), (1e12, 3.6e9)])
def test_a_time_that_cannot_be_is_counted_at_the_nearest_that_can(
    time: float, shown: float
) -> None:
    assert counted([time]).quantile(0.5) == pytest.approx(shown, rel=0.0101)


def test_no_times_have_no_percentile_and_no_mean() -> None:
    assert (Histogram().quantile(0.5), Histogram().mean(), list(Histogram())) == (0.0, 0.0, [])


def test_the_buckets_of_a_histogram_hold_every_time_below_their_bound() -> None:
    bounds = list(counted([100.0, 100.0, 5000.0]))
    assert [count for _, count in bounds] == [2, 1]
    assert bounds[0][0] == pytest.approx(100, rel=0.0204) and bounds[0][0] >= 100


def test_figures_merged_count_each_request_and_span_once_and_leave_the_parts_as_they_were() -> None:
    key = RequestKey("camera", "C/Get", "legacy", "legacy", "OK", False, "", "drawn")
    span = SpanKey("camera", "C/Get", "legacy", "db read")
    parts = []
    for count in (2, 3):
        cell = RequestCell(count, 10.0 * count, *(counted([1000.0] * count) for _ in range(3)))
        spans = SpanCell(count, 5.0 * count, counted([500.0] * count))
        parts.append(TrafficMetrics({key: cell}, {span: spans}))
    before = deepcopy([part.requests[key].total.counts for part in parts])
    whole = merged(parts)
    cell, calls = whole.requests[key], whole.spans[span]
    assert (cell.count, cell.added_us, calls.calls, calls.self_us) == (5, 50.0, 5, 25.0)
    assert (cell.total.count, cell.attempt.count, cell.gateway.count, calls.time.count) == (5,) * 4
    assert [part.requests[key].total.counts for part in parts] == before
