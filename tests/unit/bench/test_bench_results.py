"""Verdicts: a target is met or missed, and what is doubtful is marked."""

import pytest

from camplane_tools.bench.results import at_least, at_most
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import Estimate


@pytest.mark.parametrize(
    ("low", "value", "high", "verdict"),
    [
        (0.86, 0.90, 0.94, "met"),
        (0.80, 0.90, 0.94, "met?"),
        (0.80, 0.84, 0.90, "missed?"),
        (0.70, 0.75, 0.80, "missed"),
        (0.85, 0.85, 0.85, "met"),
    ],
)
def test_the_median_decides_and_the_interval_says_how_sure(
    low: float, value: float, high: float, verdict: str
) -> None:
    assert at_least("share", Estimate(value, low, high), 0.85).verdict == verdict


@pytest.mark.parametrize(
    ("low", "value", "high", "verdict"),
    [
        (10, 12, 14, "met"),
        (10, 19, 21, "met?"),
        (10, 20, 20, "met"),
        (19, 21, 25, "missed?"),
        (21, 22, 25, "missed"),
    ],
)
def test_a_limit_is_met_from_below(low: float, value: float, high: float, verdict: str) -> None:
    assert at_most("latency", Estimate(value, low, high), 20, "ms").verdict == verdict


def test_a_single_figure_is_never_doubtful() -> None:
    assert at_most("memory", 12.0, 12.0, "MiB").verdict == "met"
    assert at_most("memory", 12.1, 12.0, "MiB").verdict == "missed"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1234, "0.123"), (9.876, "9.88"), (12.34, "12.3"), (99.96, "100.0"), (1234.5, "1,234")],
)
def test_numbers_are_printed_with_three_digits(value: float, text: str) -> None:
    assert number(value) == text
