"""What is told to Prometheus, made of known calls and known figures."""

import grpc
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from gateway.analysis.report import ContextComparison, SampleRatio
from gateway.analysis.shadow import ContextShadow
from gateway.control.consistency import Finding
from gateway.control.prometheus import Facts, families
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.kept import TraceSummary
from gateway.telemetry.receiver import ReceiverCounts
from gateway.telemetry.reconciliation import Reconciliation
from gateway.telemetry.reconciliation_watch import ReconciliationChecks
from gateway.telemetry.requests import Request, Said
from gateway.telemetry.time_buckets import KEPT_SECONDS, TimeBuckets
from gateway.telemetry.traffic_metrics import (
    RequestCell,
    RequestKey,
    ShadowCell,
    ShadowKey,
    TrafficMetrics,
)
from servicekit.metrics import RpcMetrics

METHOD = "/camplane.camera.v1.CameraService/GetCamera"
RPC = "CameraService/GetCamera"
WHOLE = Reconciliation(expected=10, observed=10, percent=100.0, alarm=False, coded_differences=())
SHORT = Reconciliation(expected=10, observed=8, percent=80.0, alarm=True, coded_differences=())
RATIO = SampleRatio(expected=25, observed=26, requests=100, alarm=False)
CAMERA = ContextComparison("camera", 25, 26, 100, 0, 0, 0, RATIO, "worse", (), ())
COUNTS = ReceiverCounts(50, {"queue_full": 3}, 0, 1024, 2, 1)


def samples(metrics: list[Metric]) -> dict[str, dict[frozenset[str], float]]:
    """Return the values by name and by the values of their labels, as text tells them."""

    class Told:
        def collect(self) -> list[Metric]:
            return metrics

    registry = CollectorRegistry()
    registry.register(Told())
    found: dict[str, dict[frozenset[str], float]] = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for one in family.samples:
            found.setdefault(one.name, {})[frozenset(one.labels.values())] = one.value
    return found


def key(assigned: str, answered: str, code: str = "OK", **more: object) -> RequestKey:
    fields = {"fault": False, "fallback": "", "chosen": "drawn"} | more
    return RequestKey("camera", RPC, assigned, answered, code, **fields)  # type: ignore[arg-type]


def cell(*milliseconds: float) -> RequestCell:
    total = Histogram()
    for one in milliseconds:
        total.add(one * 1000)
    return RequestCell(count=len(milliseconds), total=total)


def facts(**changed: object) -> Facts:
    fields: dict[str, object] = {
        "metrics": TrafficMetrics(),
        "comparisons": [CAMERA],
        "shadows": [ContextShadow("camera", "differs", ("it differs",), 3)],
        "reconciliation": ReconciliationChecks(
            WHOLE, WHOLE, sufficient=True, refused={"HTTP 408": 3}
        ),
        "counts": COUNTS,
        "finding": Finding((), 3, 3, "now"),
        "exemplars": [],
    }
    return Facts(**(fields | changed))  # type: ignore[arg-type]


def told(**changed: object) -> dict[str, dict[frozenset[str], float]]:
    return samples(list(families(facts(**changed))))


def test_what_was_refused_at_the_door_is_told_by_code() -> None:
    found = told()["camplane_refused_at_the_door_total"]
    assert found == {frozenset({"HTTP 408"}): 3}


def test_calls_are_counted_by_method_and_code_and_their_times_by_method() -> None:
    metrics = RpcMetrics("domain")
    for code, milliseconds in ((grpc.StatusCode.OK, 3), (grpc.StatusCode.NOT_FOUND, 30)):
        metrics.count(METHOD, code, milliseconds * 1_000_000)
    found = samples(list(metrics.collect()))
    labels = {"camplane.camera.v1.CameraService", "GetCamera", "domain"}
    handled = found["grpc_server_handled_total"]
    assert handled == {frozenset({*labels, "OK"}): 1, frozenset({*labels, "NOT_FOUND"}): 1}
    buckets = found["grpc_server_handling_seconds_bucket"]
    for bound, count in (("0.0025", 0), ("0.005", 1), ("0.025", 1), ("0.05", 2), ("+Inf", 2)):
        assert buckets[frozenset({*labels, bound})] == count
    assert found["grpc_server_handling_seconds_sum"] == {frozenset(labels): 0.033}


def test_a_call_whose_trace_was_kept_is_the_example_of_its_bucket_alone() -> None:
    metrics = RpcMetrics("domain")
    metrics.count(METHOD, grpc.StatusCode.OK, 3_000_000, "ab" * 16)
    _, handling = metrics.collect()
    examples = {one.labels["le"]: one.exemplar for one in handling.samples if one.exemplar}
    assert {le: one.labels for le, one in examples.items()} == {"0.005": {"trace_id": "ab" * 16}}


def test_a_rescued_request_is_a_failure_of_the_path_that_was_assigned() -> None:
    figures = TrafficMetrics(
        {
            key("domain", "domain"): cell(1, 1),
            key("domain", "legacy", fallback="unhealthy"): cell(2),
            key("domain", "domain", "INTERNAL", fault=True): cell(3),
            key("legacy", "legacy", "NOT_FOUND"): cell(4),
        }
    )
    found = told(metrics=figures)
    failures = found["camplane_request_failures_total"]
    assert failures == {
        frozenset({"camera", RPC, "domain"}): 2,
        frozenset({"camera", RPC, "legacy"}): 0,
    }
    assert found["camplane_fallbacks_total"] == {frozenset({"camera", RPC, "unhealthy"}): 1}
    assert sum(found["camplane_requests_total"].values()) == 5


def test_times_lie_in_the_bucket_that_holds_them_and_sum_up_within_a_percent() -> None:
    figures = TrafficMetrics({key("domain", "domain"): cell(1.2, 1.2, 60, 90_000)})
    found = told(metrics=figures)
    path = {"camera", RPC, "domain"}
    buckets = found["camplane_request_duration_seconds_bucket"]
    for bound, count in (("0.001", 0), ("0.0015", 2), ("0.05", 2), ("0.07", 3), ("+Inf", 4)):
        assert buckets[frozenset({*path, bound})] == count
    total = found["camplane_request_duration_seconds_sum"][frozenset(path)]
    assert abs(total / 90.0624 - 1) < 0.01


def test_an_exemplar_stands_only_where_requests_are_counted() -> None:
    def summary(trace_id: str, milliseconds: float) -> TraceSummary:
        where = ("camera", RPC, "domain", "domain", "OK", "")
        return TraceSummary(trace_id, "ef" * 8, 1.0, *where, milliseconds, "slow", False, 1)

    figures = TrafficMetrics({key("domain", "domain"): cell(60)})
    exemplars = [summary("ab" * 16, 60), summary("cd" * 16, 5000)]
    examples = [
        one.exemplar.labels["trace_id"]
        for family in families(facts(metrics=figures, exemplars=exemplars))
        for one in family.samples
        if one.exemplar
    ]
    assert examples == ["ab" * 16]


def test_one_verdict_is_1_and_the_others_are_0() -> None:
    found = told()["camplane_comparison_verdict"]
    assert {min(labels - {"camera"}): value for labels, value in found.items()} == {
        "better": 0,
        "worse": 1,
        "same": 0,
        "unknown": 0,
    }


def test_a_check_that_could_not_be_made_says_nothing_rather_than_that_all_is_well() -> None:
    assert "camplane_data_consistent" in told()
    assert "camplane_data_consistent" not in told(finding=None)
    assert set(told(finding=Finding(("a",), 1, 1, ""))["camplane_data_consistent"].values()) == {0}


def test_disagreements_are_counted_by_kind_and_notes_apart() -> None:
    found = Finding(("a", "b"), 1, 1, "", {"ROW_EXTRA": 2}, {"LOG_LEFT": 3})
    counts = told(finding=found)
    assert counts["camplane_data_consistency_issues"] == {frozenset(): 2}
    assert counts["camplane_data_consistency_findings"] == {
        frozenset({"ROW_EXTRA", "issue"}): 2,
        frozenset({"LOG_LEFT", "note"}): 3,
    }
    only_notes = told(finding=Finding((), 1, 1, "", {}, {"LOG_LEFT": 3}))
    assert only_notes["camplane_data_consistent"] == {frozenset(): 1}


def test_traces_that_are_missing_are_a_ratio_and_an_alarm() -> None:
    found = told(reconciliation=ReconciliationChecks(SHORT, WHOLE, sufficient=False))
    assert found["camplane_trace_completeness_ratio"] == {frozenset(): 0.8}
    assert found["camplane_trace_alarm"] == {frozenset(): 1}
    assert told()["camplane_trace_alarm"] == {frozenset(): 0}


def test_every_reason_of_a_drop_is_there_before_the_first() -> None:
    assert told()["camplane_receiver_dropped_total"] == {
        frozenset({"queue_full"}): 3,
        frozenset({"malformed"}): 0,
        frozenset({"duplicate"}): 0,
        frozenset({"unknown_rpc"}): 0,
    }


def test_what_was_counted_since_the_start_only_grows_while_seconds_are_forgotten() -> None:
    minutes, begin, seen = TimeBuckets(), 1_000_000, []
    for at in range(begin, begin + 3 * KEPT_SECONDS):
        minutes.count([(request(at), "")], at + 0.5)
        minutes.tidy(at + 0.5)
        (cell_,) = minutes.since_start().requests.values()
        seen.append((cell_.count, cell_.total.count))
    assert seen == [(count, count) for count in range(1, 3 * KEPT_SECONDS + 1)]


def request(second: int) -> Request:
    return Request(
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        start_ns=second * 10**9,
        end_ns=second * 10**9 + 5_000_000,
        said=Said(
            RequestKey("camera", RPC, "domain", "domain", "OK", False, "", "drawn"),
            counter=("camera_domain", RPC, "OK"),
            attempts=1,
            client_left=False,
            is_fallback=False,
        ),
        before_us=100.0,
        attempt_us=4000.0,
    )


def test_replies_to_copies_are_counted_by_how_they_compared_and_the_verdict_is_told() -> None:
    cross = ShadowCell(pairs=5, differing=2, uncompared=1)
    found = told(metrics=TrafficMetrics(shadows={ShadowKey("camera", RPC, "cross"): cross}))
    replies = found["camplane_shadow_replies_total"]
    for result, count in (("alike", 3), ("differing", 2), ("uncompared", 1)):
        assert replies[frozenset({"camera", RPC, "cross", result})] == count
    assert found["camplane_shadow_verdict"] == {
        frozenset({"camera", "differs"}): 1,
        frozenset({"camera", "alike"}): 0,
        frozenset({"camera", "unknown"}): 0,
    }
