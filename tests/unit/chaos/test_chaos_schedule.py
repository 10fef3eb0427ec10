"""Which fault comes when."""

from collections import Counter

from camplane_tools.chaos.faults import FAULTS
from camplane_tools.chaos.promises import PROMISES
from camplane_tools.chaos.schedule import schedule

SHARES = {name: promise.share for name, promise in PROMISES.items()}


def test_every_fault_has_a_promise_and_every_promise_a_fault() -> None:
    assert set(PROMISES) == set(FAULTS)


def test_the_seed_fixes_the_order() -> None:
    assert schedule(SHARES, 200, 7) == schedule(SHARES, 200, 7) != schedule(SHARES, 200, 8)


def test_a_drill_has_as_many_rounds_as_asked_for_each_fault_by_its_share() -> None:
    for rounds in (len(SHARES), 100, 1000):
        counts = Counter(schedule(SHARES, rounds, 1))
        assert sum(counts.values()) == rounds
        assert set(counts) == set(SHARES)
    assert counts["kill launcher"] > counts["stream freezes"]


def test_the_rounds_of_a_fault_are_spread_over_the_drill() -> None:
    order = schedule({"a": 1, "b": 9}, 1000, 1)
    first, second = order[:500].count("a"), order[500:].count("a")
    assert abs(first - second) <= 2


def test_fewer_rounds_than_faults_are_different_faults() -> None:
    assert len(schedule({"a": 1, "b": 1, "c": 1}, 2, 1)) == 2
