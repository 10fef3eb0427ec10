"""Spans put together by the request that they are part of, whatever trace it is in."""

from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.proxy import request_tag
from gateway.telemetry import joining
from gateway.telemetry.intake import Intake
from gateway.telemetry.joining import JOIN_SECONDS, Joined, Joining
from gateway.telemetry.kept import KeptTrace
from gateway.telemetry.time_buckets import TimeBuckets
from gateway.telemetry.traffic_metrics import ShadowKey
from tests.unit.traces.otlp_batches import (
    CONTEXTS,
    INTERNAL,
    LIST_RULES,
    SERVER,
    Batch,
    new_id,
    read_request,
)

NOW = 600_030.0
SERVICE = "camplane-alert"
TRACE = b"t" * 16


def served(batch: Batch, asked: Span, start: float, **tags: str) -> Span:
    """Add a service's span of a request, and one step within, which comes first."""
    ids = {"trace_id": asked.trace_id, "parent_span_id": asked.span_id}
    given = {name.replace("__", "."): value for name, value in tags.items()}
    name = f"camplane.alert.v1.{LIST_RULES}"
    span = batch.span(SERVICE, SERVER, start, 0.004, given, name=name, span_id=new_id(8), **ids)
    ids["parent_span_id"] = span.span_id
    batch.span(SERVICE, INTERNAL, start, 0.002, {}, name="alert.db read", **ids)
    return span


def intake() -> Intake:
    return Intake(CONTEXTS, TimeBuckets(), keeps=True)


def read(taken: Intake, batch: Batch, now: float) -> None:
    taken.read(batch.message, now)
    taken.settle(now)


def finished(taken: Intake) -> list[KeptTrace]:
    taken.settle(NOW + 100, all_of_them=True)
    return taken.kept


def begun(joined: Joining, span: Span, now: float) -> None:
    request = read_request(span)
    assert request is not None
    joined.begin(request, "", span, now)


def names(one: Joined) -> list[str]:
    return [span.name for _, span in one.spans]


def test_requests_of_one_trace_are_kept_each_with_its_own_spans_and_time() -> None:
    batch = Batch()
    taken = intake()
    asked = []
    for number in range(16):
        request = batch.request(NOW - 1, 0.01 + number / 100, grpc_status="13")
        request.trace_id = TRACE
        asked.append(request)
        served(batch, request, NOW - 1)
    read(taken, batch, NOW)
    kept = finished(taken)
    assert [one.summary.span_id for one in kept] == [one.span_id.hex() for one in asked]
    assert {one.summary.trace_id for one in kept} == {TRACE.hex()}
    assert [one.summary.duration_ms for one in kept] == [10.0 * (1 + n) for n in range(16)]
    for one in kept:
        request, *below = one.spans
        assert request.span_id == one.summary.span_id
        assert len(below) == one.summary.spans - 1 == 3  # the attempt, the service, its step
        assert {span.name for span in below if span.service == SERVICE} == {
            f"camplane.alert.v1.{LIST_RULES}",
            "alert.db read",
        }


def test_a_trace_of_minutes_is_not_closed_at_its_first_request() -> None:
    """Each request waits for its own spans, however long ago the trace began."""
    taken = intake()
    for minute in range(3):
        now = NOW + 60 * minute
        batch, later = Batch(), Batch()
        request = batch.request(now - 0.1, grpc_status="13")
        request.trace_id = TRACE
        served(later, request, now - 0.1)
        read(taken, batch, now)
        read(taken, later, now + 0.9 * JOIN_SECONDS)
    assert [one.summary.spans for one in finished(taken)] == [4, 4, 4]


def test_one_request_of_a_trace_that_is_sampled_says_nothing_of_the_others() -> None:
    batch = Batch()
    taken = intake()
    sampled, other = batch.request(NOW - 1), batch.request(NOW - 1)
    sampled.trace_id = other.trace_id = TRACE
    served(batch, sampled, NOW - 1, camplane__kept="share")
    read(taken, batch, NOW)
    kept = finished(taken)
    assert [(one.summary.kind, one.summary.span_id) for one in kept] == [
        ("typical", sampled.span_id.hex())
    ]


def test_each_request_of_a_trace_has_the_reason_of_its_own_attempt() -> None:
    batch = Batch()
    taken = intake()
    for flag in ("UF", "UT"):
        request = batch.request(NOW - 1, cluster="alert_domain", attempts="2")
        request.trace_id = TRACE
        batch.attempt(request, NOW - 1, 0.001, response_flags=flag)
    read(taken, batch, NOW)
    assert [one.summary.fallback_reason for one in finished(taken)] == [
        "connection_refused",
        "timeout",
    ]


def test_a_request_that_was_asked_within_another_is_no_part_of_it() -> None:
    """An old server may ask the gateway, too, in the trace of what it is asked itself."""
    batch = Batch()
    taken = intake()
    outer = batch.request(NOW - 1, 0.5, grpc_status="13")
    inner = batch.request(NOW - 0.9, 0.1, grpc_status="13")
    outer.trace_id = inner.trace_id = TRACE
    inner.parent_span_id = outer.span_id
    read(taken, batch, NOW)
    assert [one.summary.spans for one in finished(taken)] == [2, 2]


def test_what_came_long_before_its_request_still_belongs_to_it() -> None:
    """An attempt may fail at once and the request go on for as long as it is allowed to."""
    batch = Batch()
    joined = Joining()
    span = batch.request(NOW, 14.0)
    attempt = batch.attempt(span, NOW, 0.001)
    joined.add("camplane-gateway", attempt, NOW)
    assert not list(joined.finished(NOW + 14))
    begun(joined, span, NOW + 14)
    (one,) = joined.finished(NOW + 14 + JOIN_SECONDS)
    assert [span for _, span in one.spans] == [span, attempt]


def test_spans_that_no_request_asks_for_and_parts_of_themselves_do_not_stay() -> None:
    batch = Batch()
    joined = Joining()
    for number in range(joining.MAX_GROUPS + 5):
        ids = {"trace_id": TRACE, "parent_span_id": number.to_bytes(8, "big")}
        joined.add(SERVICE, batch.span(SERVICE, INTERNAL, NOW, 0.1, {}, **ids), NOW)
    assert not list(joined.finished(NOW))
    assert len(joined._parts._groups) == joining.MAX_GROUPS
    assert not list(joined.finished(NOW + joining.EARLY_SECONDS))
    assert not joined._parts._groups
    span = batch.request(NOW)
    ids = {"trace_id": span.trace_id, "span_id": span.span_id, "parent_span_id": span.span_id}
    joined.add(SERVICE, batch.span(SERVICE, INTERNAL, NOW, 0.1, {}, name="loop", **ids), NOW)
    begun(joined, span, NOW)
    (one,) = joined.finished(NOW + JOIN_SECONDS)
    assert names(one) == ["", "loop"]


def test_of_a_request_with_too_many_spans_no_more_are_kept_than_there_is_room_for() -> None:
    batch = Batch()
    joined = Joining()
    span = batch.request(NOW)
    begun(joined, span, NOW)
    for _ in range(2 * joining.MAX_SPANS):
        ids = {"trace_id": span.trace_id, "parent_span_id": span.span_id}
        joined.add(SERVICE, batch.span(SERVICE, INTERNAL, NOW, 0.1, {}, **ids), NOW)
    (one,) = joined.finished(NOW + JOIN_SECONDS)
    assert len(one.spans) == joining.MAX_SPANS


def copied(batch: Batch, asked: Span, reply: str, copy: str, pair: str) -> None:
    """Add what a service answered to a request, and to its copy, of whose parent nobody tells."""

    def tags(part: str, text: str) -> dict[str, Any]:
        said = {"camplane.part": part, "camplane.pair": pair, "camplane.reply": text}
        shadow = {"app.shadow": str(part != "answer").lower(), "camplane.reply.whole": "true"}
        return {**said, **shadow, "camplane.reply.digest": text}

    name = f"camplane.alert.v1.{LIST_RULES}"
    for part, text, parent in (("answer", reply, asked.span_id), ("cross", copy, new_id(8))):
        ids = {"trace_id": asked.trace_id, "parent_span_id": parent}
        batch.span(SERVICE, SERVER, NOW - 1, 0.004, tags(part, text), name=name, **ids)


def test_a_copy_belongs_to_its_request_by_their_pair_and_is_counted_without_one() -> None:
    batch, lost = Batch(), ExportTraceServiceRequest()
    minutes = TimeBuckets()
    taken = Intake(CONTEXTS, minutes, keeps=True)
    alike, differs = batch.request(NOW - 1), batch.request(NOW - 1)
    alike.trace_id = differs.trace_id = TRACE
    copied(batch, alike, "[1]", "[1]", "p")
    copied(batch, differs, "[1]", "[2]", "q")
    unanswered = Batch()
    copied(unanswered, alike, "[1]", "[1]", "r")
    lost.resource_spans.append(unanswered.message.resource_spans[1])  # the copy alone
    taken.read(lost, NOW)
    read(taken, batch, NOW)
    (kept,) = finished(taken)
    assert (kept.summary.kind, kept.summary.span_id) == ("difference", differs.span_id.hex())
    replies = [one.attributes.get("camplane.reply") for one in kept.spans]
    assert sorted(filter(None, replies)) == ["[1]", "[2]"]
    cell = minutes.metrics(1, NOW)[0].shadows[ShadowKey("alert", LIST_RULES, "cross")]
    assert (cell.pairs, cell.differing, cell.uncompared) == (2, 1, 1)


def test_which_token_a_request_had_is_noted_and_in_no_trace_that_is_kept() -> None:
    """Where tokens are looked at; Envoy says "-" of a request without one of ours."""
    batch = Batch()
    for token in ("a1", "-", "a1", "b2"):
        batch.request(NOW - 1, grpc_status="13", **{request_tag.TOKEN: token})
    looks = Intake(CONTEXTS, TimeBuckets(), keeps=True, notes_tokens=True)
    looks_not = intake()
    for taken in (looks, looks_not):
        read(taken, batch, NOW)
    assert (looks.used, looks_not.used) == ({"a1": NOW, "b2": NOW}, {})
    kept = finished(looks)
    assert len(kept) == 4
    assert not [one for trace in kept for one in trace.spans if request_tag.TOKEN in one.attributes]
