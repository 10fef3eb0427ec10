"""Attempts as spans: of Envoy's records, and of what a request says of its last one."""

from dataclasses import replace

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.proxy.mirrors import shadow_cluster
from gateway.telemetry import attempts, explaining
from gateway.telemetry.kept import KeptSpan
from gateway.telemetry.reading import failure
from tests.unit.traces.otlp_batches import GATEWAY, SERVER, Batch, attempt_record

BEGAN = 1000.0


def spans(record: bytes) -> list[Span]:
    batch = attempts.as_spans(ExportLogsServiceRequest.FromString(record))
    (resource,) = batch.resource_spans
    return list(resource.scope_spans[0].spans)


def rescued() -> tuple[Batch, Span]:
    batch = Batch()
    tags = {"attempts": "2", "before_us": "6000", "attempt_us": "3000", "cluster": "alert_domain"}
    return batch, batch.request(BEGAN, 0.01, **tags)


def waterfall(*given: tuple[str, Span]) -> dict[str, KeptSpan]:
    """Return the kept spans by name and implementation."""
    kept = explaining.kept_spans(given)
    return {f"{span.name or span.service} {span.implementation}": span for span in kept}


def test_a_record_becomes_a_span_of_its_request() -> None:
    request = Batch().request(BEGAN)
    (span,) = spans(attempt_record(request, BEGAN, 0.002, response_flags="UF,URX"))
    assert (span.trace_id, span.parent_span_id) == (request.trace_id, request.span_id)
    assert span.end_time_unix_nano - span.start_time_unix_nano == 2_000_000
    assert span.name == "router alert_domain egress"
    assert failure(span) == "connection_refused"
    assert {one.key for one in span.attributes} == {
        "upstream_cluster.name",
        "app.impl",
        "response_flags",
    }


def test_a_copy_that_failed_is_no_attempt_of_the_request() -> None:
    said = {"upstream_cluster.name": shadow_cluster("alert", "domain")}
    assert not spans(attempt_record(Batch().request(BEGAN), BEGAN, 0.002, **said))


@pytest.mark.parametrize("traceparent", ["-", "00-x-y-01", "00-0af7-b7ad-01", "é" * 99])
def test_a_record_that_names_no_trace_has_no_trace_id(traceparent: str) -> None:
    """The receiver drops such, and counts them."""
    record = attempt_record(Batch().request(BEGAN), BEGAN, 0.002, traceparent=traceparent)
    assert [span.trace_id for span in spans(record)] == [b""]


@pytest.mark.parametrize(
    "ended", ["-", "", "999.5", "1e9", "-1.000000000", "9" * 400, "٣.000000000"]
)
def test_a_record_with_no_end_ends_where_it_began(ended: str) -> None:
    (span,) = spans(attempt_record(Batch().request(BEGAN), BEGAN, 0.002, ended=ended))
    assert span.end_time_unix_nano == span.start_time_unix_nano


def test_a_rescued_request_is_shown_with_both_attempts_and_what_services_did_in_them() -> None:
    batch, request = rescued()
    (failed,) = spans(attempt_record(request, BEGAN, 0.005, rpc__grpc__status_code="14"))
    ids = {"trace_id": request.trace_id, "parent_span_id": request.span_id}
    served = [
        batch.span("camplane-alert", SERVER, BEGAN + at, 0.001, {"app.impl": side}, **ids)
        for at, side in ((0.001, "domain"), (0.007, "legacy"))
    ]
    found = waterfall(
        (GATEWAY, failed), (GATEWAY, request), *(("camplane-alert", one) for one in served)
    )
    first, last = (found[f"router alert_domain egress {side}"] for side in ("domain", "legacy"))
    assert (first.error, last.error) == (True, False)
    assert (last.start_ns, last.end_ns) == (1_000_006_000_000, 1_000_009_000_000)
    assert first.parent_id == last.parent_id == request.span_id.hex()
    assert found["camplane-alert domain"].parent_id == first.span_id
    assert found["camplane-alert legacy"].parent_id == last.span_id


def test_an_attempt_that_failed_as_the_last_is_not_shown_twice() -> None:
    batch, _ = rescued()
    request = batch.request(BEGAN, 0.01, attempts="1", refusal="14", status="503")
    (failed,) = spans(attempt_record(request, BEGAN, 0.005))
    assert len(waterfall((GATEWAY, failed), (GATEWAY, request))) == 2
    assert len(waterfall((GATEWAY, request))) == 2


def test_a_request_that_no_service_was_asked_for_has_no_attempt() -> None:
    request = Batch().request(BEGAN, before_us="", attempt_us="", cluster="")
    assert len(waterfall((GATEWAY, request))) == 1


def test_an_attempt_that_a_client_did_not_wait_for_lasted_until_it_left() -> None:
    request = Batch().request(BEGAN, 0.4, flags="DC", before_us="3000", attempt_us="")
    found = waterfall(("camplane-gateway", request))["router alert_legacy egress legacy"]
    assert (found.start_ns, found.end_ns) == (
        request.start_time_unix_nano + 3_000_000,
        request.end_time_unix_nano,
    )


def test_a_span_is_placed_in_the_later_of_two_attempts_that_asked_the_same_service() -> None:
    """That is the one that had begun by then."""
    _, request = rescued()
    (failed,) = spans(attempt_record(request, BEGAN, 0.002))
    (kept,) = explaining.kept_spans([(GATEWAY, failed)])
    later = replace(kept, span_id="later", start_ns=kept.start_ns + 10)
    served = replace(
        kept, span_id="served", service="camplane-alert", kind="server", start_ns=later.start_ns + 1
    )
    placed = {
        one.span_id: one.parent_id for one in attempts.with_last_attempts((later, kept, served))
    }
    assert placed["served"] == "later"
