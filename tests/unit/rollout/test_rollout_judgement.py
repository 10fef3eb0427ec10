"""Each criterion of a step: when it fails, when it passes, and what it says in between."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import (
    RpcCounts,
    RpcEvidence,
    StageEvidence,
    VariantEvidence,
)
from gateway.analysis.judgement.from_metrics import rpc_evidence
from gateway.analysis.judgement.judge import judge, judge_failures
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding, Verdict
from gateway.analysis.report import SampleRatio
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import RequestCell, RequestKey, TrafficMetrics
from gateway.vocabulary.reason import Code, because
from gateway.vocabulary.wording import texts

STEP, CRITERIA, BLAST_RADIUS = Step(10, 0.0, 200), Criteria(), BlastRadius()
AS_CONFIGURED = SampleRatio(expected=10, observed=10.1, requests=10_000, alarm=False)


def times(count: int, median_ms: float = 5.0, seed: int = 1) -> Histogram:
    """Return lognormal times."""
    found = Histogram()
    for one in np.random.default_rng(seed).lognormal(math.log(median_ms), 0.4, count):
        found.add(one * 1000)
    return found


def side(
    judged: int, failures: int = 0, fell_back: int = 0, refused: int = 0, ms: float = 5.0
) -> VariantEvidence:
    return VariantEvidence(judged, failures, fell_back, refused, times(judged, ms))


def evidence(*rpcs: tuple[VariantEvidence, VariantEvidence], **changes: object) -> StageEvidence:
    """Return evidence of RPCs; each: legacy's variant and domain's."""
    found = StageEvidence(
        context="alert",
        weight=10,
        since=0.0,
        until=60.0,
        rpcs=tuple(RpcEvidence(f"Rules/{i}", *both) for i, both in enumerate(rpcs)),
        ratio=AS_CONFIGURED,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def verdict(found: StageEvidence, step: Step = STEP, criteria: Criteria = CRITERIA) -> Verdict:
    return judge(found, step, criteria, BLAST_RADIUS, "v1")


def finding(criterion: str, found: StageEvidence, criteria: Criteria = CRITERIA) -> Finding:
    return next(
        one for one in verdict(found, criteria=criteria).findings if one.criterion == criterion
    )


HEALTHY = evidence((side(9000, 18), side(1000, 2)))


def test_a_healthy_domain_passes_and_every_finding_says_so() -> None:
    found = verdict(replace(HEALTHY, exemplars=("abc",)))
    assert found.answer == PASS
    assert {one.answer for one in found.findings} == {PASS}
    assert (found.requests, found.plan, found.exemplars) == (1000, "v1", ("abc",))
    assert len(found.reasons) == len(found.findings) == 9


def test_no_requests_are_not_enough_evidence() -> None:
    assert verdict(evidence()).answer == UNKNOWN
    assert verdict(evidence((side(9000), side(0))), Step(10)).answer == UNKNOWN


def test_what_was_forced_and_what_tools_asked_is_no_evidence_and_is_named_where_it_lacks() -> None:
    figures = TrafficMetrics()
    for chosen in ("drawn", "sticky", "pinned", "forced", "tool"):
        key = RequestKey("alert", "R/L", "domain", "domain", "OK", False, "", chosen)
        figures.requests[key] = RequestCell(1)
    (rpc,) = rpc_evidence(figures, "alert")
    assert rpc.domain.judged == 3
    found = finding("evidence", evidence((side(9), side(3)), forced=1200, tools=7))
    assert found.text.endswith(
        "more before it may pass (1,200 forced by force_domain and 7 of camplane's own tools"
        " do not count)"
    )
    lacks = evidence((side(9), side(0)), tools=7)
    assert StageEvidence.from_json(lacks.to_json()).tools == 7
    earlier = {name: value for name, value in lacks.to_json().items() if name != "tools"}
    assert StageEvidence.from_json(earlier).tools == 0


# Failures


@pytest.mark.parametrize("of_legacy", [1, 5, 18, 9000])
def test_two_failures_of_two_requests_stop_a_step_as_soon_as_legacy_answered_one(
    of_legacy: int,
) -> None:
    found = judge_failures(
        evidence((VariantEvidence(of_legacy), VariantEvidence(2, 2))), CRITERIA, BLAST_RADIUS, "v1"
    )
    assert found.answer == FAIL
    assert texts(found.reasons)[0].startswith("2 of 2 requests of domain failed (100 % against 0 %")


def test_one_failure_stops_nothing() -> None:
    found = finding("failures", evidence((VariantEvidence(9), VariantEvidence(1, 1))))
    assert found.answer == UNKNOWN


def test_failures_on_both_paths_alike_are_explained_and_do_not_stop_a_step() -> None:
    both = finding("failures", evidence((side(900, 180), side(100, 20))))
    assert both.answer == UNKNOWN
    assert both.values["rise"] > failure_test.UPPER
    assert finding("failures", evidence((side(900, 2), side(100, 20)))).answer == FAIL


def test_failures_that_certainly_are_legacys_too_do_not_keep_domain_back() -> None:
    assert finding("failures", evidence((side(18_000, 360), side(2000, 40)))).answer == PASS
    assert finding("failures", evidence((side(18_000, 36), side(2000, 40)))).answer == UNKNOWN


def test_nothing_passes_while_legacy_itself_fails_as_often_as_a_plan_aborts_at() -> None:
    assert finding("failures", evidence((side(18_000, 3600), side(2000, 400)))).answer == UNKNOWN


def test_a_domain_that_is_much_better_than_a_failing_legacy_is_not_stopped() -> None:
    found = finding("failures", evidence((side(9000, 1800), side(1000, 60))))
    assert found.answer != FAIL


def test_legacys_other_mix_does_not_excuse_domain() -> None:
    # Legacy fails only where domain has few requests.
    rpcs = (
        (VariantEvidence(9000, 9), VariantEvidence(90, 12)),
        (VariantEvidence(9000, 900), VariantEvidence(10)),
    )
    assert finding("failures", evidence(*rpcs)).answer == FAIL


def test_domains_mix_is_not_held_against_it() -> None:
    # Both RPCs fail as often on both paths; domain has more of the one that fails.
    rpcs = (
        (VariantEvidence(9000, 9), VariantEvidence(100)),
        (VariantEvidence(900, 90), VariantEvidence(900, 90)),
    )
    assert finding("failures", evidence(*rpcs)).answer == UNKNOWN


def test_what_is_certainly_above_the_tolerated_rate_says_by_how_much() -> None:
    found = finding("failures", evidence((side(9000, 18), side(1000, 50))))
    assert found.answer == FAIL
    assert found.text == (
        "50 of 1,000 requests of domain failed (5.0 % against 0.20 % on legacy, certainly more"
        " than 3.07 %): above the tolerated 2.24 %"
    )


def test_what_is_above_the_tolerated_rate_by_chance_alone_stops_nothing() -> None:
    found = finding("failures", evidence((side(9000, 18), side(1290, 35))))
    assert found.answer == UNKNOWN
    assert "not certainly more than the tolerated 2.24 %" in found.text


def test_a_plan_may_tolerate_more_or_less_than_the_middle() -> None:
    found = evidence((side(9000, 18), side(1000, 50)))
    strict, lenient = Criteria(failure_tolerated=1.5), Criteria(failure_tolerated=5)
    assert "above the tolerated 1.5 %" in finding("failures", found, strict).text
    assert finding("failures", found, lenient).answer == UNKNOWN


def turned(asked: int, failed: int, of_legacy: int, legacy_failed: int = 0) -> StageEvidence:
    """Return an hour of good requests, and then these."""
    before = RpcCounts("Rules/0", 135_000, 270, 45_000, 90)
    return evidence(
        (
            VariantEvidence(before.legacy + of_legacy, before.legacy_failures + legacy_failed),
            VariantEvidence(before.domain + asked, before.domain_failures + failed),
        ),
        lowest=(before,),
    )


def test_a_domain_that_turns_bad_after_an_hour_is_stopped_after_a_few_failures() -> None:
    assert finding("failures", turned(2, 2, 6)).answer == UNKNOWN
    found = finding("failures", turned(5, 5, 15))
    assert found.answer == FAIL
    assert found.text.startswith(
        "5 of the last 5 requests of domain failed (100 %, certainly more than 3.07 %), after"
        " 90 of 45,000 before: above the tolerated 2.24 %"
    )


def test_an_outage_of_both_paths_after_an_hour_is_explained() -> None:
    assert finding("failures", turned(40, 40, 120, 120)).answer == UNKNOWN


def test_two_failures_in_a_row_after_many_requests_are_chance_and_hold_a_step_for_a_while() -> None:
    found = finding("failures", turned(2, 2, 6))
    assert found.answer == UNKNOWN
    assert found.text.endswith(
        ", 2 of the last 2, not certainly more than the tolerated 2.24 %:"
        " nothing passes until that is decided"
    )


def test_too_few_requests_say_how_many_more_are_needed() -> None:
    found = finding("failures", evidence((side(900), side(100))))
    assert found.answer == UNKNOWN
    assert "needs about 15 more requests of domain without a failure" in found.text


def test_a_rate_between_target_and_abort_is_not_decided_by_more_requests() -> None:
    # 1.5 %, and legacy as much below that it is not certain.
    found = finding("failures", evidence((side(800, 8), side(1200, 18))))
    assert found.answer == UNKNOWN
    assert "nothing decides this by itself; find the cause or abort" in found.text


def test_a_step_without_legacy_is_compared_with_the_step_before() -> None:
    alone = evidence((VariantEvidence(), side(1000, 45)), weight=100)
    baseline = (RpcEvidence("Rules/0", side(9000, 405), VariantEvidence()),)
    assert finding("failures", alone).answer == FAIL
    assert finding("failures", replace(alone, baseline=baseline)).answer == PASS


# Clients that leave


def left(
    judged: int, gave_up: int, waited_ms: float = 1000.0, failures: int = 0, ms: float = 5.0
) -> VariantEvidence:
    """Return a variant some of whose requests were left after so long."""
    after = Histogram.of([waited_ms * 1000] * gave_up)
    return replace(side(judged, failures, ms=ms), left=gave_up, left_after=after)


def test_a_domain_that_keeps_all_its_clients_waiting_until_they_leave_is_stopped() -> None:
    found = evidence((side(900), left(0, 100)))
    stopped = finding("abandoned", found)
    assert stopped.answer == FAIL
    assert stopped.text == (
        "clients left 100 of 100 requests of domain (100 % against 0 % on legacy): certainly"
        " more often than is tolerated, and by at least 5 points more than explained; most of"
        " all Rules/0"
    )
    assert judge_failures(found, CRITERIA, BLAST_RADIUS, "v1").answer == FAIL
    assert finding("latency", found).answer == FAIL


def test_one_operation_that_hangs_among_many_that_answer_is_stopped_and_named() -> None:
    # What was promoted to 100 %: reads that answer, a write that nobody waits for.
    found = evidence((side(800), side(269)), (side(100), left(0, 53)))
    assert finding("failures", found).answer == PASS
    assert finding("abandoned", found).answer == FAIL
    assert finding("abandoned", found).text.endswith("most of all Rules/1")
    assert finding("success", found).text.startswith("83.54 % of 322 requests of domain were")


def test_one_rare_operation_that_hangs_never_passes_and_is_named() -> None:
    found = evidence((side(90_000), side(10_000)), (side(900), left(0, 30)))
    assert finding("abandoned", found).answer == UNKNOWN
    assert "Rules/1 likely keeps them waiting" in finding("abandoned", found).text


def test_clients_that_leave_both_paths_alike_are_no_evidence_against_domain() -> None:
    alike = evidence((left(9000, 1000), left(900, 100)))
    assert finding("abandoned", alike).answer == PASS
    assert finding("latency", alike).answer != FAIL
    assert finding("success", evidence((left(18_000, 2000), left(9000, 1000)))).answer == PASS


def test_a_few_impatient_clients_of_a_healthy_domain_stop_nothing() -> None:
    found = evidence((left(9000, 20), left(1000, 4)))
    assert finding("abandoned", found).answer == PASS


def test_clients_that_leave_a_step_without_legacy_are_compared_with_the_step_before() -> None:
    alone = evidence((VariantEvidence(), left(900, 100)), weight=100)
    baseline = (RpcEvidence("Rules/0", left(9000, 1000), VariantEvidence()),)
    assert finding("abandoned", alone).answer == FAIL
    assert finding("abandoned", replace(alone, baseline=baseline)).answer == PASS


def test_a_domain_that_begins_to_hang_after_an_hour_is_stopped_after_a_few_clients_left() -> None:
    before = RpcEvidence("Rules/0", VariantEvidence(135_000, 270), VariantEvidence(45_000, 90))
    lowest = failure_test.lowest((), [before], CRITERIA)
    turned = (VariantEvidence(135_030, 270), replace(VariantEvidence(45_000, 90), left=8))
    assert finding("abandoned", evidence(turned, lowest=lowest)).answer == FAIL
    assert "8 of the last 8 requests" in finding("abandoned", evidence(turned, lowest=lowest)).text


def test_percentiles_take_in_how_long_those_waited_who_left() -> None:
    # A tenth left after a second: p95 is longer than that, whatever the others took.
    found = finding("latency", evidence((side(9000), left(900, 100))))
    assert found.answer == FAIL
    assert "p95 of all RPCs at least 995 ms against" in found.text


def test_streams_that_began_were_answered_and_others_were_left() -> None:
    watch = "CameraService/WatchCameras"
    figures = TrafficMetrics()
    for path, never in (("legacy", 0), ("domain", 40)):
        key = RequestKey("camera", watch, path, "", "CANCELLED", False, "", "drawn")
        figures.requests[key] = RequestCell(never, total=Histogram.of([6e6] * never))
        began = key._replace(answered=path, code="OK")
        figures.requests[began] = RequestCell(50, total=Histogram.of([9e7] * 50))
    (found,) = rpc_evidence(figures, "camera")
    assert (found.legacy.judged, found.legacy.left) == (50, 0)
    assert (found.domain.judged, found.domain.left) == (50, 40)
    for path in (found.legacy, found.domain):
        assert path.times.count == path.left_after.count == 0
    stopped = finding("abandoned", replace(evidence(), rpcs=(found,)))
    assert stopped.answer == FAIL and stopped.text.endswith(
        "most of all CameraService/WatchCameras"
    )


def test_evidence_of_an_earlier_release_has_nobody_who_left() -> None:
    found = evidence((side(90), left(9, 3)))
    document = found.to_json()
    assert StageEvidence.from_json(document).to_json() == document
    for of_rpc in document["rpcs"]:
        for path in ("legacy", "domain"):
            of_rpc[path].pop("left")
            of_rpc[path].pop("left_after")
    read = StageEvidence.from_json(document).rpcs[0].domain
    assert (read.judged, read.left, read.left_after.count) == (9, 0, 0)


# Requests for one resource


def test_what_one_resource_alone_is_refused_stops_a_step_but_never_fails_it() -> None:
    # A tenth of domain's requests: one client polls one camera, or all are refused now and then.
    alone = replace(side(900, refused=90), resources=30, refused_most=88)
    found = finding("success", evidence((replace(side(9000), resources=300), alone)))
    assert found.answer == UNKNOWN
    assert found.text.endswith("; but for one resource it would not be: see what it is refused")
    all_of_them = replace(alone, refused_most=7)
    assert finding("success", evidence((side(9000), all_of_them))).answer == FAIL


def test_what_a_client_asks_wrongly_of_one_resource_does_not_stop_a_step() -> None:
    wrong = replace(side(3000, refused=900), resources=30, refused_most=898, refused_partly=898)
    legacy = replace(side(9000), resources=300)
    found = finding("success", evidence((legacy, wrong)))
    assert found.answer == PASS
    assert found.text.endswith(
        "but for one resource that is answered, too, certainly at least 95 %"
    )
    # It is all that there is: nothing is known of others.
    alone = replace(side(905, refused=900), resources=1, refused_most=900, refused_partly=900)
    assert finding("success", evidence((legacy, alone))).answer == UNKNOWN
    # Others are refused, too.
    others = replace(side(3000, refused=1500), resources=30, refused_most=898, refused_partly=898)
    assert finding("success", evidence((legacy, others))).answer == FAIL


def test_how_many_more_requests_tell_whether_domain_answers_as_asked_is_a_range() -> None:
    found = finding("success", evidence((side(900), side(150, refused=3))))
    assert found.answer == UNKNOWN
    assert re.search(
        r": not yet certain: needs (at least )?about \d+ (to \d+ )?more requests", found.text
    )


def test_an_operation_that_domain_refuses_fails_a_step_however_many_others_it_answers() -> None:
    refused = replace(side(40, refused=40), resources=8, refused_most=6)
    found = finding(
        "success", evidence((side(90_000), side(10_000)), (side(300, refused=3), refused))
    )
    assert found.answer == FAIL
    assert found.text.endswith("and certainly far fewer than on legacy of Rules/1")
    one_alone = replace(refused, refused_most=40)
    passing = evidence((side(90_000), side(10_000)), (side(300, refused=3), one_alone))
    assert finding("success", passing).answer == PASS


def test_failures_of_one_operation_that_a_plan_tolerates_are_not_taken_for_refusals() -> None:
    # Two in a hundred fail over all, most of them of one operation.
    some = evidence(
        (side(90_000), side(9_000, failures=110)),
        (side(9_000), side(1_000, failures=90)),
    )
    assert finding("success", some).answer == PASS
    most = evidence((side(90_000), side(9_900)), (side(900), side(100, failures=70)))
    assert finding("success", most).text.endswith("far fewer than on legacy of Rules/1")


def test_failures_that_clients_repeat_say_less_than_as_many_that_do_not_depend_on_each_other() -> (
    None
):
    apart = evidence((side(900), side(60, failures=9)))
    assert finding("failures", apart).answer == FAIL
    again = evidence((side(900), replace(side(60, failures=9), failed_again=5)))
    assert finding("failures", again).answer == UNKNOWN
    assert finding("failures", again).values["design_effect"] == 3
    certain = evidence((side(900), replace(side(60, failures=30), failed_again=25)))
    assert finding("failures", certain).answer == FAIL


def test_what_legacy_serves_for_one_of_many_resources_need_not_come_to_domain() -> None:
    many = replace(side(900), resources=20), side(100)
    one_alone, never = replace(side(200), resources=1), side(0)
    assert finding("coverage", evidence(many, (one_alone, never))).answer == PASS
    three = replace(one_alone, resources=3)
    assert finding("coverage", evidence(many, (three, never))).answer == UNKNOWN
    few = replace(side(900), resources=1), side(100)
    assert finding("coverage", evidence(few, (one_alone, never))).answer == UNKNOWN


def test_what_is_known_of_resources_is_in_the_decision_log_and_an_earlier_one_has_none() -> None:
    known = {"resources": 7, "refused_most": 3, "failed_again": 2, "refused_partly": 1}
    found = evidence((side(90), replace(side(9), **known)))
    document = found.to_json()
    assert StageEvidence.from_json(document).to_json() == document
    read = StageEvidence.from_json(document).rpcs[0].domain
    assert {name: getattr(read, name) for name in known} == known
    for name in known:
        del document["rpcs"][0]["domain"][name]
    read = StageEvidence.from_json(document).rpcs[0].domain
    assert {name: getattr(read, name) for name in known} == dict.fromkeys(known, 0)


# Rescues and the blast radius


def test_rescues_certainly_above_the_cap_open_the_circuit() -> None:
    found = finding("fallback", evidence((side(900), side(100, 25, 25))))
    assert found.answer == FAIL
    assert found.text.endswith("certainly more than 5 %: the circuit opens")


def test_rescues_that_seem_above_the_cap_are_not_enough_evidence() -> None:
    assert finding("fallback", evidence((side(90), side(10, 1, 1)))).answer == UNKNOWN
    assert finding("fallback", evidence((side(900), side(100, 2, 2)))).answer == PASS


def test_the_blast_radius_counts_failures_that_legacy_does_not_explain() -> None:
    def at(failures: int, of_legacy: int) -> str:
        found = evidence((VariantEvidence(90_000, of_legacy), VariantEvidence(10_000, failures)))
        return finding("blast_radius", found).answer

    assert at(50, 0) == PASS
    assert at(70, 0) == FAIL
    assert at(70, 540) == PASS
    assert at(200, 540) == FAIL


def test_without_legacy_nothing_explains_what_exceeds_the_blast_radius() -> None:
    assert finding("blast_radius", evidence((side(0), VariantEvidence(900_000, 50)))).answer == PASS
    assert finding("blast_radius", evidence((side(0), VariantEvidence(900_000, 51)))).answer == FAIL


# Success


def test_refusals_that_only_domain_answers_stop_a_step() -> None:
    found = finding("success", evidence((side(900), side(100, refused=20))))
    assert found.answer == FAIL
    assert found.text.startswith("80 % of 100 requests of domain were answered as asked against")


def test_refusals_on_both_paths_alike_pass() -> None:
    assert (
        finding(
            "success", evidence((side(90_000, refused=18_000), side(10_000, refused=2000)))
        ).answer
        == PASS
    )


def test_refusals_are_compared_on_domains_mix() -> None:
    rpcs = (side(9000), side(100)), (side(900, refused=450), side(900, refused=450))
    assert finding("success", evidence(*rpcs)).answer != FAIL


def test_few_requests_say_nothing_of_success() -> None:
    assert finding("success", evidence((side(90), side(10, refused=1)))).answer == UNKNOWN


def test_refusals_with_nothing_to_compare_neither_pass_nor_fail() -> None:
    assert finding("success", evidence((side(0), side(1000, refused=200)))).answer == UNKNOWN


# Times


def test_twice_the_time_stops_a_step_within_a_thousand_requests_a_path() -> None:
    found = finding("latency", evidence((side(1000), side(1000, ms=10))))
    assert found.answer == FAIL
    assert found.values["change_low"] > 5


def test_a_difference_that_is_certain_but_small_stops_nothing() -> None:
    assert finding("latency", evidence((side(20_000), side(20_000, ms=6)))).answer == PASS


def test_a_difference_below_the_least_milliseconds_stops_nothing() -> None:
    found = finding("latency", evidence((side(5000, ms=0.2), side(5000, ms=0.4))))
    assert found.answer == PASS
    assert found.text.endswith("certainly less than 1.0 ms longer")


def as_slow(of_legacy: int, of_domain: int, ms: float) -> str:
    """Return what is said of domain's times, drawn by other chances than legacy's."""
    domain = replace(side(of_domain), times=times(of_domain, ms, seed=2))
    return finding("latency", evidence((side(of_legacy), domain))).text


def test_what_is_not_ruled_out_says_about_how_many_more_requests_do_it() -> None:
    assert as_slow(540, 60, 5).endswith("too few yet to say how many")
    assert as_slow(400, 310, 5).endswith("needs about 71 to 1,100 more requests of domain")
    assert as_slow(9000, 600, 6.9).endswith("needs up to about 3,100 more requests of domain")
    assert as_slow(9000, 600, 7.2).endswith("is not ruled out: needs more requests of domain")


def test_one_slow_rpc_among_many_stops_a_step() -> None:
    rpcs = [(side(2000, ms=20), side(1000, ms=20))] + [(side(500), side(250))] * 4
    slow = (side(500, ms=2), side(250, ms=5))
    assert finding("latency", evidence(*rpcs, slow)).answer == FAIL
    assert finding("latency", evidence(*rpcs)).answer == PASS


def test_another_mix_alone_does_not_make_domain_slow() -> None:
    rpcs = (side(9000, ms=2), side(200, ms=2)), (side(900, ms=40), side(900, ms=40))
    assert finding("latency", evidence(*rpcs)).answer == PASS


def test_times_of_a_step_without_legacy_are_compared_with_the_step_before() -> None:
    alone = evidence((VariantEvidence(), side(1000, ms=10)), weight=100)
    baseline = (RpcEvidence("Rules/0", side(1000), VariantEvidence()),)
    assert finding("latency", alone).answer == UNKNOWN
    assert finding("latency", replace(alone, baseline=baseline)).answer == FAIL


# Coverage


def test_an_operation_that_disappears_from_domain_keeps_a_step_waiting_and_is_named() -> None:
    found = finding("coverage", evidence((side(900), side(100)), (side(200), side(2))))
    assert found.answer == UNKNOWN
    assert found.text == (
        "legacy serves what was hardly judged on domain: needs requests of Rules/1 (3 more)"
    )
    assert verdict(evidence((side(9000), side(1000)), (side(2000), side(0)))).answer == UNKNOWN


def test_requests_that_clients_left_are_no_judgement_of_an_operation() -> None:
    assert finding("coverage", evidence((side(900), left(0, 100)))).answer == UNKNOWN


def test_a_trace_of_legacys_requests_need_not_be_judged() -> None:
    few, rare = (
        evidence((side(900), side(100)), (side(19), side(0))),
        (side(90), side(0)),
    )
    assert finding("coverage", few).answer == PASS
    assert finding("coverage", evidence((side(9500), side(1000)), rare)).answer == PASS
    strict = Criteria(coverage_share=0.5)
    assert finding("coverage", evidence((side(9500), side(1000)), rare), strict).answer == UNKNOWN


def test_an_operation_that_a_plan_leaves_out_need_not_be_judged() -> None:
    found = evidence((side(900), side(100)), (side(200), side(0)))
    assert finding("coverage", found, Criteria(coverage_except=("Rules/1",))).answer == PASS


def test_at_100_percent_what_legacy_served_in_the_step_before_must_be_judged() -> None:
    baseline = (
        RpcEvidence("Rules/0", side(900), side(100)),
        RpcEvidence("Rules/1", side(200), side(20)),
    )
    alone = evidence((VariantEvidence(), side(1000)), weight=100, baseline=baseline)
    assert "Rules/1 (5 more)" in finding("coverage", alone).text
    both = evidence((VariantEvidence(), side(900)), (VariantEvidence(), side(50)), weight=100)
    assert finding("coverage", replace(both, baseline=baseline)).answer == PASS


# Use and evidence


def test_more_use_than_configured_fails_and_less_is_not_enough_evidence() -> None:
    more = SampleRatio(expected=10, observed=30, requests=1000, alarm=True)
    found = verdict(replace(HEALTHY, ratio=more))
    assert found.answer == FAIL
    assert found.findings[0].criterion == "use"
    less = SampleRatio(expected=10, observed=1, requests=1000, alarm=True)
    assert verdict(replace(HEALTHY, ratio=less)).answer == UNKNOWN


def test_doubts_block_a_pass_and_never_a_failure() -> None:
    assert verdict(replace(HEALTHY, warnings=(because(Code.SPANS_DISAGREE),))).answer == UNKNOWN
    failing = evidence((side(900), side(100, 60)), warnings=(because(Code.SPANS_DISAGREE),))
    found = verdict(failing)
    assert found.answer == FAIL
    assert any("spans agree with" in one.text for one in found.findings)


def test_fewer_requests_than_the_step_asks_for_do_not_pass() -> None:
    assert verdict(HEALTHY, Step(10, 0.0, 1000)).answer == PASS
    found = verdict(HEALTHY, Step(10, 0.0, 1001))
    assert found.answer == UNKNOWN
    assert texts(found.reasons) == ("1,000 requests of domain: needs 1 more before it may pass",)


# The cheap part


def test_the_cheap_part_never_passes_and_fails_when_the_whole_does() -> None:
    assert judge_failures(HEALTHY, CRITERIA, BLAST_RADIUS, "v1").answer == UNKNOWN
    bad = evidence((side(900), side(100, 20)))
    assert judge_failures(bad, CRITERIA, BLAST_RADIUS, "v1").answer == FAIL
    assert verdict(bad).answer == FAIL


def test_the_weightiest_findings_come_first() -> None:
    found = verdict(evidence((side(900), side(100, 20))))
    order = [one.answer for one in found.findings]
    assert order == sorted(order, key=(FAIL, UNKNOWN, PASS).index)


def test_a_step_does_not_pass_while_one_rpc_seems_to_be_refused_more_than_on_legacy() -> None:
    """All together are answered often enough: nine in ten of a tenth of the requests are."""
    some = replace(side(50, refused=6), resources=40, refused_most=1)
    found = finding("success", evidence((side(9000), side(1000)), (side(450), some)))
    assert (found.answer, found.reason.values["rpcs"]) == (UNKNOWN, ("Rules/1",))
    # What is refused on legacy, too, is its clients' doing, and so is what one resource is.
    alike = evidence((side(9000), side(1000)), (side(450, refused=40), some))
    assert finding("success", alike).answer == PASS
    one_alone = evidence((side(9000), side(1000)), (side(450), replace(some, refused_most=5)))
    assert finding("success", one_alone).answer == PASS
