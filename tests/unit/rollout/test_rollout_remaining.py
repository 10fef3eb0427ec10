"""About how many more requests are needed, as a range."""

import math

import pytest

from gateway.analysis.judgement.remaining import Remaining, remaining, sooner
from gateway.analysis.report import Interval

LIMIT = 50


def seen(percent: float, n: int = 1000) -> Remaining:
    """Return what is said of n requests, whose interval is as wide as so many make it."""
    width = 60 * math.sqrt(1000 / n)
    return remaining(n, Interval(percent, percent - width, percent + width), LIMIT)


def test_the_nearer_to_the_limit_the_more_requests() -> None:
    far, near = seen(0), seen(20)
    assert far.least <= near.least and far.most < near.most
    assert far == sooner(far, near) == sooner(near, far)


def test_the_number_in_all_stays_while_what_is_seen_stays() -> None:
    early, late = seen(10, 500), seen(10, 1000)
    assert late.least + 1000 <= early.most + 500
    assert early.least + 500 <= late.most + 1000


def test_at_the_most_it_is_enough() -> None:
    more = seen(0).most
    assert 60 * math.sqrt(1000 / (1000 + more)) < LIMIT


def test_what_lies_beyond_the_limit_is_ruled_out_by_no_number() -> None:
    assert not seen(90).is_enough
    assert seen(48).is_enough and seen(48).told.keys() == {"least"}


@pytest.mark.parametrize(
    ("least", "most", "told"),
    [
        (312.0, 948.0, {"least": 310, "most": 950}),
        (1.0, 12_345.0, {"most": 12_000}),
        (1234.0, math.inf, {"least": 1200}),
        (1.0, math.inf, {}),
        (7.4, 9.6, {"least": 7, "most": 10}),
    ],
)
def test_numbers_are_said_with_two_digits(least: float, most: float, told: dict[str, int]) -> None:
    assert Remaining(least, most).told == told
