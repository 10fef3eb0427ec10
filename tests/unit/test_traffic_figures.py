"""The comparison, the truth checks and live figures as the API tells them."""

from collections import Counter
from dataclasses import fields

import pytest
from camplane.gateway.v1 import traffic_service_pb2 as pb

from gateway.analysis import report
from gateway.control import live
from gateway.control.encoding import encode
from gateway.control.live import ContextRates, PathRates
from gateway.proxy.access_logs import ANSWER_TAGS
from gateway.proxy.admin import Admin
from gateway.telemetry import envoy_counts
from gateway.telemetry.answers import METRIC
from gateway.telemetry.receiver import ReceiverCounts
from gateway.telemetry.reconciliation import CounterKey, Reconciliation
from gateway.telemetry.reconciliation_watch import ReconciliationChecks, ReconciliationWatch
from gateway.telemetry.traffic_metrics import RequestCell, RequestKey, TrafficMetrics
from gateway.vocabulary.reason import Code, because
from gateway.vocabulary.wording import text

# What the servicer adds.
ADDED = {"exemplars", "weight", "verdict", "reasons", "coded_reasons"}
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
        (Reconciliation, pb.Truth),
        (ReconciliationChecks, pb.TruthChecks),
        (ReceiverCounts, pb.ReceiverFigures),
        (ContextRates, pb.ContextRates),
        (PathRates, pb.PathRates),
    ],
)
def test_every_field_of_the_contract_is_filled(kind: type, message: type) -> None:
    """Fields go by their names: one that is missing would be silently zero."""
    told = {field.name for field in fields(kind)} | {
        name for name, value in vars(kind).items() if isinstance(value, property)
    }
    assert {field.name for field in message.DESCRIPTOR.fields} - told <= ADDED


def test_what_is_none_stays_unset_and_lists_and_maps_are_taken_over() -> None:
    counts = ReceiverCounts(3, {"queue_full": 2}, 0, 0, 0, 0)
    assert encode(counts, pb.ReceiverFigures()).dropped == {"queue_full": 2}
    missing = because(Code.SPANS_MISSING, expected=5, observed=4, off=1)
    truth = encode(Reconciliation(5, 4, 80.0, True, (missing,)), pb.Truth())
    assert list(truth.differences) == [text(missing)]
    assert truth.coded_differences[0].numbers == {"expected": 5, "observed": 4, "off": 1}
    empty = report.PathFigures(0, 0, 0, None, None, 0, 0, 0, 0, (), 0)
    assert not encode(empty, pb.PathFigures()).HasField("time")


def counter(count: int, **said: str) -> str:
    said = dict.fromkeys(ANSWER_TAGS, "-") | said
    labels = ",".join(f'{name}="{value}"' for name, value in said.items())
    return f"{METRIC}{{{labels}}} {count}"


ASKED = {"route": f"{LIST} drawn", "attempts": "1", "cluster": "camera_domain"}
NOBODY = ASKED | {"attempts": "0"}
OLD = ASKED | {"cluster": "old_http"}
# What Envoy's access log says of requests for which no service was asked.
AT_THE_DOOR = [
    counter(1, status="408"),
    counter(2, status="400", flags="DPE"),
    counter(3, status="431", flags="DPE"),
    counter(4, status="404", route="not found"),
    counter(5, status="200", grpc_status="12", route="not found"),
    # Of an upgrade that is not offered there is no span, of a body that is too large there is.
    counter(6, status="403", **NOBODY),
    counter(7, status="413", **NOBODY),
]
REFUSED = {
    "HTTP 408": 1,
    "HTTP 400": 2,
    "HTTP 431": 3,
    "HTTP 404": 4,
    "UNIMPLEMENTED": 5,
    "HTTP 403": 6,
    "HTTP 413": 7,
}


def test_envoys_counters_are_read_by_cluster_rpc_and_status() -> None:
    counters = [
        counter(5, status="200", grpc_status="0", **ASKED),
        counter(1, status="503", refusal="14", **ASKED),
        counter(2, status="200", grpc_status="0", flags="DC", **ASKED),
        counter(7, status="200", **OLD),
        counter(3, status="404", **OLD),
        counter(4, status="503", flags="UC", **OLD),
        counter(8, status="400", **NOBODY),
        counter(9, status="200", **ASKED | {"route": "Unheard/Of drawn"}),
        counter(9, status="200", **OLD | {"route": "old server"}),
    ]
    found = envoy_counts.read("\n".join(counters), {LIST: "camera"})
    assert found.by_code == {
        ("camera_domain", LIST, "OK"): 5,
        ("camera_domain", LIST, "UNAVAILABLE"): 1,
        ("camera_domain", LIST, "CANCELLED"): 2,
        ("old_http", LIST, "OK"): 7,
        ("old_http", LIST, "HTTP 404"): 3,
        ("old_http", LIST, "HTTP 503"): 4,
        ("", LIST, "HTTP 400"): 8,
    }
    assert found.answered == 48


def test_what_the_gateway_refuses_by_itself_is_told_by_status_and_pages_are_not() -> None:
    others = [
        counter(1, status="200", route="page"),
        counter(1, status="307", route="trailing slash"),
        counter(1, status="0", flags="DC"),
        counter(1, status="503", **ASKED),
    ]
    assert envoy_counts.read("\n".join([*AT_THE_DOOR, *others]), {}).refused == REFUSED


class Spans:
    """What the receiver has counted, by the second in which it ended."""

    def __init__(self) -> None:
        self.ended: Counter[int] = Counter()
        self.key = ("camera_domain", LIST, "OK")

    def until(self, second: int) -> dict[CounterKey, int]:
        return {self.key: sum(count for at, count in self.ended.items() if at < second)}


class Watched:
    """A watch that is told what Envoy counted, second by second."""

    def __init__(self) -> None:
        self.spans = Spans()
        self.watch = ReconciliationWatch(Admin("/nowhere"), self.spans.until)

    def look(self, second: int, requests: int, *others: str, took: int = 0) -> ReconciliationChecks:
        """Look when Envoy had counted so many requests; return what holds then."""
        text = "\n".join([counter(requests, status="200", grpc_status="0", **ASKED), *others])
        counted = envoy_counts.read(text, {LIST: "camera"})
        self.watch.add(second, second + took, counted)
        return self.watch.checks()


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_nothing_is_certain_before_the_second_look(watched: Watched) -> None:
    assert not watched.look(0, 0).sufficient
    assert watched.look(5, 0).sufficient


def test_only_what_came_between_two_looks_is_compared(watched: Watched) -> None:
    """The receiver may have begun long after Envoy."""
    watched.look(0, 100_000)
    watched.spans.ended[3] = 1000
    found = watched.look(5, 101_000)
    assert (found.completeness.expected, found.completeness.observed) == (1000, 1000)
    assert found.sufficient


def test_a_clock_that_was_put_back_begins_the_comparison_anew(watched: Watched) -> None:
    watched.look(3600, 0)
    watched.spans.ended[3603] = 500
    assert watched.look(3605, 500).sufficient
    assert not watched.look(5, 600).sufficient  # it is the first look


def test_spans_that_miss_are_an_alarm_and_no_evidence(watched: Watched) -> None:
    watched.look(0, 0)
    watched.spans.ended[3] = 900
    found = watched.look(5, 1000)
    assert found.completeness.alarm
    assert not found.sufficient


def test_strangers_at_the_door_change_nothing_however_many(watched: Watched) -> None:
    """An hour with one a second beside one real request a second, and a flood at its end."""
    watched.look(0, 0)
    for second in range(1, 3601):
        watched.spans.ended[second - 1] = 1
        if second % 5 == 0:
            strangers = [counter(second, status="408"), counter(second, status="403", **NOBODY)]
            found = watched.look(second, second, *strangers)
            assert found.sufficient
            assert found.completeness.percent == found.agreement.percent == 100.0
    assert watched.look(3605, 3600, counter(10**6, status="400", flags="DPE")).sufficient


def test_strangers_do_not_hide_that_spans_miss(watched: Watched) -> None:
    watched.look(0, 0)
    watched.spans.ended[3] = 95
    found = watched.look(5, 100, counter(10**6, status="400", flags="DPE"))
    assert found.completeness.percent == pytest.approx(95)
    watched.spans.ended[8] = 880
    assert not watched.look(10, 1000, counter(10**6, status="400", flags="DPE")).sufficient


def test_what_ended_while_envoy_was_asked_is_no_disagreement(watched: Watched) -> None:
    """Its counters may have it or not: in the first look, of a burst, for ten minutes."""
    watched.spans.ended[0] = 40
    watched.look(0, 35, took=1)
    for second in range(5, 600, 5):
        found = watched.look(second, 40)
        assert found.sufficient
    watched.spans.ended[600] = 1000
    assert not watched.look(605, 2000).sufficient


def test_spans_that_come_late_are_waited_for_in_the_first_look_too(watched: Watched) -> None:
    """A receiver that starts on a busy machine may be seconds behind."""
    watched.spans.ended[-1] = 10
    watched.look(0, 50)
    watched.spans.ended[-1] = 50
    assert watched.look(5, 50).sufficient


def test_another_envoy_counts_from_nothing(watched: Watched) -> None:
    watched.look(0, 100)
    watched.spans.ended[3] = 100
    watched.look(5, 200)
    assert not watched.look(10, 3).sufficient
    assert watched.look(15, 3).sufficient


def test_rates_are_of_the_path_assigned_and_a_rescued_request_failed() -> None:
    figures = TrafficMetrics()

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
