"""The sequential test of failures: its bounds, its stretch, and what legacy explains."""

import math

import pytest

from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import RpcCounts, RpcEvidence, VariantEvidence
from gateway.analysis.judgement.predicted import explain

CRITERIA = Criteria()


def rpc(domain: tuple[int, int], legacy: tuple[int, int] = (0, 0)) -> RpcEvidence:
    """Return one RPC; each side: requests and failures."""
    return RpcEvidence("Rules/List", VariantEvidence(*legacy), VariantEvidence(*domain))


def test_two_failures_in_a_row_reach_the_upper_bound_and_one_does_not() -> None:
    assert failure_test.statistic(2, 2, CRITERIA) >= failure_test.UPPER
    assert failure_test.statistic(1, 1, CRITERIA) < failure_test.UPPER


def test_about_115_requests_without_a_failure_reach_the_lower_bound() -> None:
    assert failure_test.statistic(0, 114, CRITERIA) > failure_test.LOWER
    assert failure_test.statistic(0, 115, CRITERIA) <= failure_test.LOWER


def test_what_is_excused_raises_both_rates() -> None:
    assert failure_test.rates(CRITERIA) == (0.005, 0.05)
    assert failure_test.rates(CRITERIA, 0.02) == pytest.approx((0.025, 0.07))
    assert failure_test.statistic(2, 2, CRITERIA, 0.02) < failure_test.statistic(2, 2, CRITERIA)


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(failure_target=0, failure_abort=0),
        Criteria(failure_target=100, failure_abort=100),
        Criteria(failure_target=9, failure_abort=1),
    ],
)
def test_no_criteria_make_the_statistic_anything_but_a_number(criteria: Criteria) -> None:
    for failures, judged in [(0, 0), (0, 10**9), (10**9, 10**9)]:
        assert math.isfinite(failure_test.statistic(failures, judged, criteria))
    good, bad = failure_test.rates(criteria)
    assert 0 < good < bad < 1


def test_the_lowest_look_is_kept_until_there_is_a_lower_one() -> None:
    first = failure_test.lowest((), [rpc((10, 0), (90, 1))], CRITERIA)
    assert first == (
        RpcCounts("Rules/List", 90, 1, 10, 0),
        RpcCounts("Rules/List", 90, 0, 10, 0, "left"),
    )
    assert failure_test.lowest(first, [rpc((12, 2), (110, 1))], CRITERIA)[0] == first[0]
    assert failure_test.lowest(first, [rpc((11, 0), (99, 1))], CRITERIA)[0] != first[0]


def test_the_lowest_look_of_requests_left_is_one_of_its_own() -> None:
    first = failure_test.lowest((), [rpc((10, 0))], CRITERIA)
    failing = failure_test.lowest(first, [rpc((14, 3))], CRITERIA)
    assert [(one.of, one.domain) for one in failing] == [("failures", 10), ("left", 14)]


def test_failures_at_once_leave_the_beginning_the_lowest_look() -> None:
    kept = failure_test.lowest((), [rpc((2, 2))], CRITERIA)
    assert [one for one in kept if one.of == "failures"] == []


def test_the_stretch_is_what_came_after_the_lowest_look_on_both_paths() -> None:
    lowest = (RpcCounts("Rules/List", 90, 1, 10, 0),)
    stretch = failure_test.since(lowest, failure_test.counted([rpc((12, 2), (110, 3))]), CRITERIA)
    assert stretch == (RpcCounts("Rules/List", 20, 2, 2, 2),)


def test_there_is_no_stretch_when_the_statistic_is_at_its_lowest() -> None:
    assert failure_test.since((), failure_test.counted([rpc((12, 0))]), CRITERIA) == ()


def test_impossible_counts_are_moved_within() -> None:
    assert failure_test.counted([rpc((3, 7), (-1, 2))]) == (RpcCounts("Rules/List", 0, 0, 3, 3),)


def test_a_legacy_that_fails_as_often_explains_domain_and_a_sound_one_does_not() -> None:
    domain = [RpcCounts("Rules/List", 0, 0, 100, 20)]
    sound = explain(domain, [[RpcCounts("Rules/List", 900, 2)]], CRITERIA)
    failing = explain(domain, [[RpcCounts("Rules/List", 900, 180)]], CRITERIA)
    assert sound.against > 20 > 1 > failing.against
    assert failing.failures == pytest.approx(20, rel=0.05)
    assert sound.failures == pytest.approx(0.5, rel=0.05)


def test_the_better_of_two_explanations_counts() -> None:
    domain = [RpcCounts("Rules/List", 0, 0, 100, 20)]
    sides = [[RpcCounts("Rules/List", 900, 2)], [RpcCounts("Rules/List", 100, 20)]]
    assert explain(domain, sides, CRITERIA) == explain(domain, sides[1:], CRITERIA)
    assert explain(domain, sides, CRITERIA).against < explain(domain, sides[:1], CRITERIA).against


def test_failures_of_one_rpc_on_legacy_do_not_explain_those_of_another() -> None:
    domain = [RpcCounts("Rules/List", 0, 0, 50, 20), RpcCounts("Rules/Create", 0, 0, 50, 0)]
    legacy = [RpcCounts("Rules/List", 450, 1), RpcCounts("Rules/Create", 450, 90)]
    assert explain(domain, [legacy], CRITERIA).against > 10


def test_an_operation_that_never_works_is_not_explained_by_many_others_that_do() -> None:
    domain = [RpcCounts("Rules/List", 0, 0, 269, 0), RpcCounts("Rules/Update", 0, 0, 53, 53)]
    legacy = [RpcCounts("Rules/List", 800, 0), RpcCounts("Rules/Update", 100, 0)]
    assert explain(domain, [legacy], CRITERIA).against > 50


def test_an_operation_that_works_better_than_on_legacy_is_no_evidence_against_domain() -> None:
    domain = [RpcCounts("Rules/List", 0, 0, 900, 30), RpcCounts("Rules/Update", 0, 0, 900, 0)]
    legacy = [RpcCounts("Rules/List", 9000, 290), RpcCounts("Rules/Update", 9000, 900)]
    assert explain(domain, [legacy], CRITERIA).against < 1


def test_an_rpc_that_legacy_never_had_has_nothing_that_excuses_it() -> None:
    domain = [RpcCounts("Rules/New", 0, 0, 2, 2)]
    legacy = [RpcCounts("Rules/List", 900, 450)]
    assert explain(domain, [legacy], CRITERIA) == explain(domain, [], CRITERIA)
    assert explain(domain, [], CRITERIA).against > math.log(1 / failure_test.ALPHA)


def test_an_rpc_that_legacy_had_but_not_lately_is_taken_to_fail_like_the_rest_of_it_lately() -> (
    None
):
    domain = [RpcCounts("Rules/List", 0, 0, 20, 6), RpcCounts("Rules/Create", 0, 0, 3, 3)]
    whole = [RpcCounts("Rules/List", 4000, 40), RpcCounts("Rules/Create", 200, 3)]
    lately = [RpcCounts("Rules/List", 40, 20), RpcCounts("Rules/Create", 0, 0)]
    assert explain(domain, [whole], CRITERIA).against > 15
    assert explain(domain, [whole, lately], CRITERIA).against < 5
