"""The comparison, the truth checks and live figures as the API tells them."""

from dataclasses import fields

import pytest
from camplane.gateway.v1 import traffic_service_pb2 as pb

from gateway.comparison import report
from gateway.comparison.figures import Figures, RequestCell, RequestKey
from gateway.envoy.access_logs import ANSWER_TAGS
from gateway.monitoring import envoy_counts, live, truth_watch
from gateway.monitoring.answers import METRIC
from gateway.monitoring.encoding import encode
from gateway.monitoring.envoy_counts import EnvoyCounts
from gateway.monitoring.live import ContextRates, PathRates
from gateway.monitoring.truth_watch import TruthChecks, _Sample
from gateway.traces.receiver import ReceiverCounts

# What the servicer adds.
ADDED = {"exemplars", "weight", "verdict", "reasons"}
LIST = "CameraRestService/ListCameras"


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (report.ContextComparison, pb.ContextComparison),
        (report.RpcComparison, pb.RpcComparison),
        (report.PathFigures, pb.PathFigures),
        (report.SampleRatio, pb.SampleRatio),
        (report.SpanDifference, pb.SpanDifference),
        (report.FallbackFigures, pb.FallbackFigures),
        (report.CodeCount, pb.CodeCount),
        (report.Percentiles, pb.Percentiles),
        (report.Truth, pb.Truth),
        (TruthChecks, pb.TruthChecks),
        (ReceiverCounts, pb.ReceiverFigures),
        (ContextRates, pb.ContextRates),
        (PathRates, pb.PathRates),
    ],
)
def test_every_field_of_the_contract_is_filled(kind: type, message: type) -> None:
    """Fields go by their names: one that is missing would be silently zero."""
    missing = {field.name for field in message.DESCRIPTOR.fields} - {f.name for f in fields(kind)}
    assert missing <= ADDED


def test_what_is_none_stays_unset_and_lists_and_maps_are_taken_over() -> None:
    counts = ReceiverCounts(3, {"queue_full": 2}, 0, 0, 0, 0)
    assert encode(counts, pb.ReceiverFigures()).dropped == {"queue_full": 2}
    truth = report.Truth(5, 4, 80.0, True, ("one is missing",))
    assert list(encode(truth, pb.Truth()).differences) == ["one is missing"]
    empty = report.PathFigures(0, 0, 0, None, None, 0, 0, 0, 0, ())
    assert not encode(empty, pb.PathFigures()).HasField("time")


def counter(count: int, **said: str) -> str:
    said = dict.fromkeys(ANSWER_TAGS, "-") | said
    labels = ",".join(f'{name}="{value}"' for name, value in said.items())
    return f"{METRIC}{{{labels}}} {count}"


def test_envoys_counters_are_read_by_cluster_rpc_and_status() -> None:
    gauges = {"downstream_rq_total": 10, "downstream_rq_active": 2, "other": 9}
    stats = [{"name": f"http.gateway.{name}", "value": value} for name, value in gauges.items()]
    assert envoy_counts.ended(stats) == 8
    asked = {"route": f"{LIST} drawn", "attempts": "1", "cluster": "camera_domain"}
    old = asked | {"cluster": "old_http"}
    counters = [
        counter(5, status="200", grpc_status="0", **asked),
        counter(1, status="503", refusal="14", **asked),
        counter(2, status="200", grpc_status="0", flags="DC", **asked),
        counter(7, status="200", **old),
        counter(3, status="404", **old),
        counter(4, status="503", flags="UC", **old),
        counter(8, status="400", **asked | {"attempts": "0", "cluster": ""}),
        counter(9, status="200", **asked | {"route": "Unheard/Of drawn"}),
        counter(9, status="200", **old | {"route": "old server"}),
    ]
    assert envoy_counts.by_code("\n".join(counters), {LIST: "camera"}) == {
        ("camera_domain", LIST, "OK"): 5,
        ("camera_domain", LIST, "UNAVAILABLE"): 1,
        ("camera_domain", LIST, "CANCELLED"): 2,
        ("old_http", LIST, "OK"): 7,
        ("old_http", LIST, "HTTP 404"): 3,
        ("old_http", LIST, "HTTP 503"): 4,
        ("", LIST, "HTTP 400"): 8,
    }


def sample(second: int, ended: int, spans: int, code: str = "OK", envoy: int = -1) -> _Sample:
    key = ("camera_domain", LIST, code)
    counted = {key: spans if envoy < 0 else envoy}
    return _Sample(second, EnvoyCounts(ended, counted), {key: spans})


def test_only_what_came_between_two_looks_is_compared() -> None:
    """The receiver may have begun long after Envoy."""
    found = truth_watch.checked(sample(0, 100_000, 10), sample(600, 101_000, 1010))
    assert (found.completeness.expected, found.completeness.observed) == (1000, 1000)
    assert found.sufficient


def test_another_envoy_and_a_clock_that_was_put_back_begin_the_comparison_anew() -> None:
    last = sample(3600, 500, 500)
    assert truth_watch.follows(last, sample(3605, 500, 500))
    assert not truth_watch.follows(last, sample(3605, 499, 499))
    assert not truth_watch.follows(last, sample(5, 600, 600))


def test_spans_that_miss_are_an_alarm_and_no_evidence() -> None:
    found = truth_watch.checked(sample(0, 0, 0), sample(600, 1000, 900))
    assert found.completeness.alarm
    assert not found.sufficient


def test_rates_are_of_the_path_assigned_and_a_rescued_request_failed() -> None:
    figures = Figures()

    def add(
        assigned: str, answered: str, count: int, fallback: str = "", chosen: str = "drawn"
    ) -> None:
        key = RequestKey("camera", LIST, assigned, answered, "OK", False, fallback, chosen)
        cell = figures.requests[key] = RequestCell(count)
        for _ in range(count):
            cell.total.add(2000)

    add("legacy", "legacy", 10)
    add("domain", "domain", 15)
    add("domain", "legacy", 5, "unhealthy")
    found = live.rates(figures, "camera", 10)
    assert (found.legacy.requests_per_second, found.domain.requests_per_second) == (1.0, 2.0)
    assert found.domain.failure_rate == 25.0
    assert found.fallbacks_per_second == 0.5
    assert found.answered_by_domain == 50.0
    assert found.domain.p50_ms == pytest.approx(2.0, rel=0.01)
    assert live.rates(figures, "alert", 10).domain.p95_ms == 0.0
    add("domain", "domain", 40, chosen="forced")
    add("domain", "domain", 7, chosen="tool")
    found = live.rates(figures, "camera", 10)
    assert found.answered_by_domain == 50.0
    assert (found.forced_per_second, found.tools_per_second) == (4.0, 0.7)
    assert found.domain.requests_per_second == 6.7
