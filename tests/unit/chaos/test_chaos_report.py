"""What counts as promised, and how the table shows it."""

from camplane_tools.chaos.ledger import Finding
from camplane_tools.chaos.promises import Allowed, Promise
from camplane_tools.chaos.report import Round, breaches, line, table

PROMISE = Promise(1, 10.0, {"camera/domain *": Allowed.UNDER_WAY, "* write": Allowed.ANY})
READ, WRITE = "camera/domain read", "camera/domain write"


def seen(failed: dict[str, int] | None = None, seconds: float | None = 1.0, *findings) -> Round:
    return Round("f", {READ: 50, "alert/legacy read": 50}, failed or {}, seconds, findings)


def test_a_kind_that_no_pattern_names_may_not_fail() -> None:
    assert breaches(PROMISE, 4, seen({"alert/legacy write": 40})) == []
    assert breaches(PROMISE, 4, seen({"alert/legacy read": 1})) == [
        "1 of 50 failed: alert/legacy read"
    ]


def test_requests_under_way_are_at_most_one_for_each_client_over_all_kinds() -> None:
    assert breaches(PROMISE, 4, seen({READ: 3, WRITE: 1})) == []
    assert breaches(PROMISE, 4, seen({READ: 3, WRITE: 2})) == [
        "5 failed, though at most 4 were under way"
    ]


def test_a_repair_that_is_late_or_never_comes_is_not_as_promised() -> None:
    assert breaches(PROMISE, 4, seen(None, 10.0)) == []
    for seconds in (10.1, None):
        assert breaches(PROMISE, 4, seen(None, seconds)) == ["not repaired within 10 s"]


def test_any_finding_is_a_breach_and_is_counted_by_kind() -> None:
    found = (Finding("lost", "x"), Finding("double", "y"), Finding("torn", "z"))
    one = line("f", PROMISE, 4, [seen(None, 1.0, *found), seen(None, 3.0)])
    assert (one.rounds, one.requests, one.lost, one.doubles) == (2, 200, 1, 1)
    assert one.breaches == ("lost: x", "double: y", "torn: z")


def test_the_table_names_median_95th_percentile_and_maximum() -> None:
    rounds = [seen(None, float(number)) for number in range(1, 102)]
    promise = Promise(1, 200.0)
    last = table([line("f", promise, 4, rounds)]).splitlines()[2]
    assert last == "| f | 101 | 10,100 | 0 | 0 | 0 | 0 | 51.00 | 96.00 | 101.00 | yes |"


def test_a_fault_that_could_not_be_brought_about_is_not_called_promised() -> None:
    skipped = Round("f", skipped="no right to mount")
    one = line("f", PROMISE, 4, [skipped])
    assert (one.rounds, one.breaches) == (0, ())
    assert "not done: no right to mount" in table([one])
