"""Medians, percentiles and intervals say what they are said to say."""

import pytest

from camplane_tools.probe.statistics import median_estimate, paired_ratio, percentile


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile(values, 100) == 100
    assert percentile([7.0], 99) == 7
    assert percentile([1.0, 2.0, 3.0], 0) == 1


def test_the_99th_percentile_of_few_values_is_their_largest() -> None:
    assert percentile([1.0, 2.0, 3.0, 50.0], 99) == 50


def test_nothing_has_no_percentile_and_no_median() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)
    with pytest.raises(ValueError, match="nothing"):
        median_estimate([])


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    # The machine was twice as fast in the second round: no ratio shows it.
    found = paired_ratio([50, 100, 50], [100, 200, 100])
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)


def test_the_interval_holds_the_median_and_lies_within_the_rounds() -> None:
    found = paired_ratio([80, 90, 100, 85, 95], [100] * 5)
    assert 0.8 <= found.low < found.value < found.high <= 1.0
    assert found.value == 0.9


def test_rounds_that_differ_more_give_a_wider_interval() -> None:
    steady = median_estimate([10, 10.1, 9.9, 10, 10.1])
    shaky = median_estimate([10, 14, 6, 10, 13])
    assert shaky.high - shaky.low > steady.high - steady.low


def test_the_same_figures_give_the_same_interval() -> None:
    assert median_estimate([3, 1, 2]) == median_estimate([3, 1, 2])


def test_one_round_gives_no_interval() -> None:
    found = median_estimate([3.0])
    assert (found.low, found.high) == (3.0, 3.0)


def test_rounds_that_have_no_partner_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired_ratio([1.0, 2.0], [1.0])
