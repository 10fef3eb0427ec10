"""The figures against Envoy's counters, and the split against the configured one."""

import numpy as np
import pytest

from gateway.analysis.sample_ratio import ALPHA, judge
from gateway.telemetry.drawn import Drawn
from gateway.telemetry.reconciliation import agreement, completeness

START = ("camera_domain", "CameraRestService/StartCamera")


def test_nothing_expected_and_nothing_seen_agrees() -> None:
    truth = completeness({}, {}, 0)
    assert (truth.percent, truth.alarm, truth.differences) == (100.0, False, ())


@pytest.mark.parametrize(
    ("observed", "in_flight", "alarm"),
    [(1000, 0, False), (991, 0, False), (980, 0, True), (980, 20, False), (1020, 0, True)],
)
def test_spans_below_99_percent_are_an_alarm_unless_they_may_still_come(
    observed: int, in_flight: int, alarm: bool
) -> None:
    truth = completeness({("", "", ""): 1000}, {(*START, "OK"): observed}, in_flight)
    assert (truth.expected, truth.observed, truth.alarm) == (1000, observed, alarm)
    assert bool(truth.differences) == (observed != 1000)


def test_missing_spans_are_told_in_one_sentence() -> None:
    truth = completeness({("", "", ""): 1000}, {("", "", ""): 900}, 0)
    assert truth.differences == ("Envoy answered 1,000 requests, spans tell of 900: 100 missing",)
    assert truth.percent == pytest.approx(90)


def test_requests_of_the_wrong_rpc_are_an_alarm_though_their_sum_is_right() -> None:
    other = ("camera_legacy", START[1])
    truth = agreement({(*START, "OK"): 100}, {(*other, "OK"): 100}, 10)
    assert (truth.expected, truth.observed, truth.percent, truth.alarm) == (100, 100, 0.0, True)
    assert truth.differences == (
        f"{START[0]} {START[1]}: Envoy counted 100 requests and 0 faults, spans 0 and 0",
        f"{other[0]} {START[1]}: Envoy counted 0 requests and 0 faults, spans 100 and 0",
    )


def test_faults_that_spans_take_for_successes_are_an_alarm() -> None:
    truth = agreement({(*START, "OK"): 90, (*START, "INTERNAL"): 10}, {(*START, "OK"): 100}, 2)
    assert (truth.percent, truth.alarm) == (pytest.approx(90), True)
    assert truth.differences[0].endswith("100 requests and 10 faults, spans 100 and 0")


def test_codes_that_are_no_faults_need_not_agree_one_by_one() -> None:
    truth = agreement({(*START, "OK"): 100}, {(*START, "NOT_FOUND"): 100}, 0)
    assert (truth.percent, truth.alarm, truth.differences) == (100.0, False, ())


def test_at_most_ten_differences_are_told_the_largest_first() -> None:
    expected = {("camera_domain", f"C/Rpc{number}", "OK"): number for number in range(1, 15)}
    truth = agreement(expected, {}, 0)
    assert len(truth.differences) == 10
    assert truth.differences[0].startswith("camera_domain C/Rpc14:")


@pytest.mark.parametrize(
    ("weight", "to_legacy", "to_domain", "alarm"),
    [
        (50, 0, 0, False),
        (50, 0, 19, False),
        (50, 0, 25, True),
        (50, 500, 500, False),
        (50, 600, 400, True),
        (10, 900, 100, False),
        (10, 700, 300, True),
        (0, 10_000, 3, False),
        (0, 10_000, 4, True),
        (100, 3, 50, False),
        (100, 4, 50, True),
    ],
)
def test_a_split_that_contradicts_the_weight_is_an_alarm(
    weight: int, to_legacy: int, to_domain: int, alarm: bool
) -> None:
    ratio = judge(weight, [Drawn(weight, to_legacy, to_domain)])
    assert (ratio.expected, ratio.requests) == (weight, to_legacy + to_domain)
    assert ratio.alarm is alarm


@pytest.mark.parametrize("weight", [1, 25, 50])
def test_a_right_split_judged_after_each_request_hardly_ever_alarms(weight: int) -> None:
    random = np.random.default_rng(6)
    alarms = 0
    for _ in range(300):
        domain = np.cumsum(random.random(600) < weight / 100)
        alarms += any(
            judge(weight, [Drawn(weight, n - int(domain[n - 1]), int(domain[n - 1]))]).alarm
            for n in range(20, 601, 20)
        )
    assert alarms <= 300 * ALPHA + 1


def test_each_request_is_held_against_the_weight_that_was_in_force_for_it() -> None:
    """A split that was 50 %, nothing for a while, and 50 % again."""
    turns = [Drawn(50, 20, 20), Drawn(0, 60, 0), Drawn(50, 10, 10)]
    ratio = judge(50, turns)
    assert (ratio.requests, ratio.expected, ratio.observed) == (120, 25.0, 25.0)
    assert not ratio.alarm
    # The same counts under one weight alone would be an alarm.
    assert judge(50, [Drawn(50, 90, 30)]).alarm
    assert judge(50, [Drawn(50, 20, 20), Drawn(0, 60, 4)]).alarm
    assert judge(50, [Drawn(50, 40, 0), Drawn(0, 60, 0)]).alarm


def test_without_requests_the_weight_of_now_is_expected() -> None:
    assert judge(25, []).expected == 25
    assert not judge(25, [Drawn(50, 0, 0)]).alarm
