"""A comparison of counted requests: figures, verdicts, and the sentences that say why."""

import math

import pytest

from gateway.analysis.report import Percentiles
from gateway.analysis.sample_ratio import judge
from gateway.telemetry.drawn import Drawn
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import RequestCell, RequestKey
from tests.counted import UPDATE, Traffic, both


def test_a_slow_step_makes_domain_worse_and_the_reason_names_rpc_step_and_times() -> None:
    traffic = Traffic().add(UPDATE, "legacy", 300, 12, steps={"cameras.yaml write": 0.7})
    traffic.add(UPDATE, "domain", 60, 180, steps={"camera.db write": 0.7})
    comparison = traffic.compare()
    assert comparison.verdict == comparison.rpcs[0].verdict == "worse"
    (reason,) = comparison.reasons
    assert reason.startswith(f"{UPDATE}: p95 366 ms against 25 ms (+1,388 %)")
    assert '; most of it in "camera.db write" (' in reason and reason.endswith(
        " ms a request against 0)"
    )
    first = comparison.rpcs[0].spans[0]
    assert (first.name, first.explains, first.legacy.self_ms) == ("camera.db write", True, 0)
    assert [span.explains for span in comparison.rpcs[0].spans].count(True) == 1


def test_faults_on_domain_make_it_worse_and_the_reason_names_the_code() -> None:
    traffic = both(count=200).add(UPDATE, "domain", 100, code="INTERNAL")
    assert traffic.compare().reasons == (
        f"{UPDATE} fails 33 % against 0 %: INTERNAL only on domain",
    )
    traffic.add(UPDATE, "legacy", 4, code="INTERNAL")
    assert traffic.rpc().verdict == "worse"
    assert traffic.rpc().reasons == (f"{UPDATE} fails 33 % against 2.0 %: INTERNAL on both paths",)


@pytest.mark.parametrize("chosen", ["forced", "tool"])
def test_what_was_forced_and_what_tools_asked_is_counted_apart_and_compared_with_nothing(
    chosen: str,
) -> None:
    traffic = both(count=200)
    before = traffic.compare()
    traffic.add(UPDATE, "domain", 500, code="INTERNAL", chosen=chosen)
    traffic.add(UPDATE, "legacy", 3, chosen=chosen)
    found = traffic.compare()
    assert (found.verdict, found.rpcs, found.requests) == (before.verdict, before.rpcs, 400)
    assert found.answered_by_domain == before.answered_by_domain == 50.0
    assert (found.forced, found.tools) == ((503, 0) if chosen == "forced" else (0, 503))


@pytest.mark.parametrize("chosen", ["drawn", "sticky", "pinned", ""])
def test_pinned_cameras_and_those_kept_on_a_side_are_compared(chosen: str) -> None:
    """The last is what an earlier release counted without saying more."""
    traffic = both(count=200).add(UPDATE, "domain", 100, code="INTERNAL", chosen=chosen)
    assert traffic.compare().verdict == "worse"


def test_requests_that_legacy_rescued_are_domains_failures_and_tell_what_was_lost() -> None:
    traffic = both(count=9)
    traffic.add(UPDATE, "legacy", 51)
    traffic.add(UPDATE, "domain", 51, answered="legacy", fallback="connection_refused", lost_ms=3)
    rpc = traffic.rpc()
    assert rpc.verdict == "worse"
    assert rpc.reasons == (
        f"{UPDATE}: 51 of 60 requests of domain were answered by legacy:"
        " connection_refused, 3.0 ms lost each",
    )
    assert (rpc.domain.failures, rpc.domain.answered_elsewhere, rpc.legacy.failures) == (51, 51, 0)
    (fallback,) = rpc.fallbacks
    assert (fallback.reason, fallback.count, fallback.added_ms) == ("connection_refused", 51, 3.0)
    assert traffic.compare().fallbacks == 51
    assert traffic.compare().answered_by_domain == pytest.approx(100 * 9 / 120)


def test_a_refusal_that_only_domain_answers_makes_it_worse() -> None:
    traffic = both(count=400).add(UPDATE, "domain", 60, code="FAILED_PRECONDITION")
    assert traffic.rpc().verdict == "worse"
    assert traffic.rpc().reasons == (
        f"{UPDATE}: 13 % end with FAILED_PRECONDITION, only on domain",
    )
    assert traffic.rpc().domain.failures == 0
    (code,) = [code for code in traffic.rpc().codes if code.code != "OK"]
    assert (code.legacy, code.domain, code.where, code.is_fault) == (0, 60, "only_domain", False)


def test_a_refusal_that_both_answer_or_that_legacy_words_otherwise_changes_nothing() -> None:
    for on_legacy in ("NOT_FOUND", "HTTP 404"):
        traffic = both().add(UPDATE, "domain", 60, code="NOT_FOUND")
        traffic.add(UPDATE, "legacy", 60, code=on_legacy)
        assert traffic.rpc().verdict == "same"
        assert {code.where for code in traffic.rpc().codes} == {"both"}


def test_a_rare_refusal_on_domain_is_no_evidence_while_legacy_has_few_requests() -> None:
    traffic = Traffic().add(UPDATE, "legacy", 20).add(UPDATE, "domain", 1000)
    traffic.add(UPDATE, "domain", 30, code="NOT_FOUND")
    assert traffic.rpc().verdict == "unknown"


def test_clients_that_leave_domain_more_often_make_it_worse_but_are_no_failures() -> None:
    traffic = both(count=300)
    traffic.add(UPDATE, "domain", 100, 400, code="CANCELLED", answered="")
    rpc = traffic.rpc()
    assert rpc.verdict == "worse"
    assert rpc.reasons[0] == f"{UPDATE}: clients left 25 % of requests unanswered against 0 %"
    assert (rpc.domain.requests, rpc.domain.failures, rpc.domain.failure_rate.value) == (400, 0, 0)


def test_clients_that_leave_sooner_than_legacy_answers_say_nothing_of_domain() -> None:
    traffic = both().add(UPDATE, "domain", 400, 1, code="CANCELLED", answered="")
    rpc = traffic.rpc()
    assert (rpc.verdict, rpc.domain.left, rpc.left_rate_difference.value) == ("same", 400, 0)


def test_streams_have_no_times_and_are_held_against_each_other_by_how_they_end() -> None:
    watch = "CameraService/WatchCameras"
    traffic = Traffic().add(watch, "legacy", 1000, 400).add(watch, "domain", 1000, 9000)
    assert (traffic.rpc().verdict, traffic.rpc().legacy.time) == ("same", None)
    # Of a stream that never began its client left, as of any other request.
    never = Traffic().add(watch, "legacy", 300, 400)
    never.add(watch, "domain", 40, 9000, code="CANCELLED", answered="")
    assert never.rpc().verdict == "worse"
    assert never.rpc().reasons == (
        f"{watch}: clients left 100 % of requests unanswered against 0 %",
    )
    both_never = Traffic()
    for path in ("legacy", "domain"):
        both_never.add(watch, path, 40, 9000, code="CANCELLED", answered="")
    assert both_never.rpc().verdict == "unknown"
    assert both_never.rpc().reasons == (f"{watch}: every request ended by its client leaving",)


def test_domain_that_is_faster_is_better_and_the_reason_names_the_step_that_went() -> None:
    traffic = Traffic().add(UPDATE, "legacy", 1000, 40, steps={"cameras.yaml write": 0.8})
    traffic.add(UPDATE, "domain", 1000, 8)
    rpc = traffic.rpc()
    assert rpc.verdict == "better"
    assert "(-80 %)" in rpc.reasons[0] and 'most of it in "cameras.yaml write"' in rpc.reasons[0]
    assert rpc.p95_change.high < -5 and rpc.difference.p95.high < 0


def test_domain_that_fails_less_is_better() -> None:
    traffic = both().add(UPDATE, "legacy", 200, code="UNAVAILABLE")
    assert traffic.rpc().verdict == "better"
    assert traffic.rpc().reasons == (f"{UPDATE} fails 0 % against 17 %",)


def test_domain_that_is_faster_and_fails_is_worse() -> None:
    traffic = Traffic().add(UPDATE, "legacy", 1000, 40).add(UPDATE, "domain", 800, 8)
    traffic.add(UPDATE, "domain", 200, 1, code="INTERNAL")
    assert traffic.rpc().verdict == "worse"


def test_paths_that_are_alike_are_the_same_once_a_difference_that_matters_is_ruled_out() -> None:
    assert both(count=50).rpc().verdict == "unknown"
    rpc = both(count=1000).rpc()
    assert rpc.verdict == "same"
    assert rpc.reasons == (
        f"{UPDATE}: no difference that matters; domain's p50 is less than 25 % longer,"
        " its p95 less than 50 %, its failures less than 2 points more",
    )


def test_what_is_missing_for_a_verdict_is_predicted_and_the_forecast_is_enough() -> None:
    traffic = Traffic().add(UPDATE, "legacy", 2000).add(UPDATE, "domain", 40)
    (reason,) = traffic.rpc().reasons
    assert reason.startswith(f"{UPDATE} needs about ") and reason.endswith(
        " more requests on domain"
    )
    more = int(reason.split()[3].replace(",", ""))
    assert 50 < more < 2000
    assert traffic.add(UPDATE, "domain", more).rpc().verdict == "same"


def test_requests_that_clients_left_do_not_count_as_evidence_that_is_there() -> None:
    traffic = both(count=40)
    for path in ("legacy", "domain"):
        traffic.add(UPDATE, path, 20_000, code="CANCELLED", answered="")
    rpc = traffic.rpc()
    assert rpc.verdict == "unknown"
    assert [reason.rsplit(" ", 1)[1] for reason in rpc.reasons] == ["domain", "legacy"]


def test_a_path_that_hangs_is_slow_though_its_slow_requests_were_left() -> None:
    traffic = both(count=300)
    key = RequestKey("camera", UPDATE, "domain", "", "CANCELLED", False, "", True)
    traffic.metrics.requests[key] = RequestCell(100, total=Histogram.of([1e6] * 100))
    rpc = traffic.rpc()
    assert rpc.verdict == "worse"
    assert rpc.reasons[0].startswith(f"{UPDATE}: clients left 25 % of requests")
    assert f"{UPDATE}: p95 at least 995 ms against" in rpc.reasons[1]
    assert rpc.domain.time.p95.value > 900 > 100 > rpc.legacy.time.p95.value


def test_an_rpc_without_requests_on_one_path_is_unknown_and_not_compared() -> None:
    rpc = Traffic().add(UPDATE, "legacy", 2000).rpc()
    assert rpc.verdict == "unknown"
    assert (rpc.domain.time, rpc.domain.failure_rate) == (None, None)
    assert (rpc.difference, rpc.p95_change, rpc.failure_rate_difference) == (None, None, None)
    assert rpc.reasons[0].endswith(" more requests on domain")


def test_many_good_requests_on_domain_alone_are_not_called_the_same() -> None:
    """However many they are: with nothing on legacy, nothing was compared."""
    one = Traffic().add(UPDATE, "domain", 5000).rpc()
    assert one.verdict == "unknown"
    assert any("more requests on legacy" in reason for reason in one.reasons), one.reasons


def test_domain_that_fails_with_nothing_to_compare_is_worse_all_the_same() -> None:
    traffic = Traffic().add(UPDATE, "domain", 200).add(UPDATE, "domain", 100, code="INTERNAL")
    assert traffic.rpc().verdict == "worse"
    assert traffic.rpc().reasons == (f"{UPDATE} fails 33 % with nothing to compare: INTERNAL",)


def test_figures_that_cannot_be_trusted_give_no_verdict() -> None:
    traffic = both().add(UPDATE, "domain", 500, code="INTERNAL")
    comparison = traffic.compare(sufficient=False)
    assert (comparison.verdict, comparison.rpcs[0].verdict) == ("unknown", "unknown")
    for reasons in (comparison.reasons, comparison.rpcs[0].reasons):
        assert "not certain that the spans agree with Envoy's own counters" in reasons[0]


def test_a_wrong_split_puts_every_verdict_but_worse_in_doubt() -> None:
    wrong = judge(50, [Drawn(50, 700, 300)])
    comparison = both().compare(wrong)
    assert (comparison.verdict, comparison.rpcs[0].verdict) == ("unknown", "same")
    assert comparison.reasons == (
        "camera: 30 % of 1,000 requests were assigned to domain, and 50 % should have been",
    )
    worse = both().add(UPDATE, "domain", 500, code="INTERNAL").compare(wrong)
    assert worse.verdict == "worse" and worse.reasons[-1] == comparison.reasons[0]


def test_one_worse_rpc_makes_the_context_worse_and_stands_first() -> None:
    traffic = both("CameraService/ListCameras", 3000)
    traffic.add(UPDATE, "legacy", 60).add(UPDATE, "domain", 60, code="INTERNAL")
    comparison = traffic.compare()
    assert comparison.verdict == "worse"
    assert [one.verdict for one in comparison.rpcs] == ["worse", "same"]
    assert all(UPDATE in reason for reason in comparison.reasons)


def test_a_rare_unknown_rpc_does_not_keep_back_the_verdict_and_a_frequent_one_does() -> None:
    traffic = both("CameraService/ListCameras", 3000)
    traffic.add(UPDATE, "legacy", 20).add(UPDATE, "domain", 20)
    assert traffic.compare().verdict == "same"
    assert traffic.compare().rpcs[0].verdict == "unknown"
    traffic.add(UPDATE, "legacy", 1000)
    assert traffic.compare().verdict == "unknown"
    assert all(reason.startswith(UPDATE) for reason in traffic.compare().reasons)


def test_failures_too_rare_in_each_rpc_are_found_in_all_together() -> None:
    traffic = Traffic()
    for number in range(20):
        rpc = f"CameraService/Rpc{number:02}"
        traffic.add(rpc, "legacy", 30).add(rpc, "domain", 27)
        traffic.add(rpc, "domain", 3, code="INTERNAL")
    comparison = traffic.compare()
    assert {one.verdict for one in comparison.rpcs} == {"unknown"}
    assert comparison.verdict == "worse"
    assert comparison.reasons == ("camera fails 10 % against 0 %: INTERNAL only on domain",)


def test_domain_is_not_worse_for_having_more_requests_of_an_rpc_that_fails_on_both() -> None:
    traffic = Traffic()
    for path, good, bad in (("legacy", 950, 50), ("domain", 50, 950)):
        traffic.add("C/Good", path, good)
        traffic.add("C/Bad", path, bad * 8 // 10).add("C/Bad", path, bad * 2 // 10, code="INTERNAL")
    comparison = traffic.compare()
    assert comparison.verdict != "worse"


def test_other_contexts_unassigned_requests_and_no_operations_are_left_out() -> None:
    traffic = both(count=100)
    plain = traffic.compare()
    for key in [*traffic.metrics.requests]:
        cell = traffic.metrics.requests[key]
        for other in (
            key._replace(context="alert"),
            key._replace(rpc=""),
            key._replace(assigned=""),
        ):
            traffic.metrics.requests[other] = cell
    assert traffic.compare() == plain


def test_no_requests_at_all_are_unknown_and_no_failure_of_the_comparison() -> None:
    comparison = Traffic().compare()
    assert (comparison.verdict, comparison.reasons) == ("unknown", ("camera: no requests",))
    assert (comparison.requests, comparison.answered_by_domain, comparison.rpcs) == (0, 0.0, ())


@pytest.mark.parametrize("count", [1, 2, 5, 37, 400])
def test_every_interval_holds_its_value_and_every_end_is_a_number(count: int) -> None:
    rpc = both(count=count).add(UPDATE, "domain", 1, code="INTERNAL").rpc()
    intervals = [rpc.p95_change, rpc.failure_rate_difference, rpc.legacy.failure_rate]
    for percentiles in (rpc.legacy.time, rpc.domain.time, rpc.difference):
        assert isinstance(percentiles, Percentiles)
        intervals += [percentiles.p50, percentiles.p90, percentiles.p95, percentiles.p99]
    for one in intervals:
        assert one.low <= one.value <= one.high
        assert math.isfinite(one.low) and math.isfinite(one.high)


def test_the_figures_of_a_path_are_those_of_its_requests() -> None:
    rpc = both(count=1000).rpc()
    path = rpc.legacy
    assert path.requests == sum(bucket.count for bucket in path.distribution) == 1000
    assert path.time.p50.value == pytest.approx(12, rel=0.02)
    assert path.time.p95.value == pytest.approx(12 * 5**0.45, rel=0.02)
    assert path.attempt_p50_ms == pytest.approx(12 * 0.95, rel=0.02)
    assert path.gateway_p50_ms == pytest.approx(12 * 0.05, rel=0.02)
    assert path.service_p50_ms == pytest.approx(12 * 0.9, rel=0.02)
