"""Envoy's spans and the services' stand in one trace."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1 import trace_pb2

from gateway.rollout.split import Split
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import GoneError

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


class Receiver(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps every span, with the name of the service that made it."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, trace_pb2.Span]] = []

    def Export(self, request: Any, context: Any) -> Any:
        for resource in request.resource_spans:
            service = attributes(resource.resource)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [(service, span) for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


def attributes(holder: Any) -> dict[str, Any]:
    return {
        one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in holder.attributes
    }


@pytest.fixture(scope="module")
def traced() -> Iterator[tuple[Gateway, Receiver]]:
    receiver = Receiver()
    server = grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(receiver, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with running(Split(100, 100), otlp=f"127.0.0.1:{port}") as gateway:
            yield gateway, receiver
    finally:
        server.stop(None)


def trace_of(receiver: Receiver, trace_id: str, spans: int) -> list[tuple[str, trace_pb2.Span]]:
    """Wait until a trace has its spans; return them by start."""

    def found() -> Any:
        same = [one for one in receiver.spans if one[1].trace_id.hex() == trace_id]
        return same if len(same) >= spans else None

    complete: list[tuple[str, trace_pb2.Span]] = until(found)
    return sorted(complete, key=lambda one: one[1].start_time_unix_nano)


def test_a_rescued_request_is_one_trace_from_the_caller_to_both_services(
    traced: tuple[Gateway, Receiver],
) -> None:
    gateway, receiver = traced

    def refuse(rpc: str, request: object) -> None:
        raise GoneError("no database")

    gateway.upstreams["camera/domain"].behave = refuse
    # The caller's trace says "not sampled"; it is kept all the same.
    answer = gateway.rest("GET", "/api/v1/cameras/c/status", headers={"traceparent": PARENT})
    assert answer.path == "legacy"
    trace_id = PARENT.split("-")[1]
    spans = trace_of(receiver, trace_id, 5)
    assert (
        sorted(service for service, _ in spans)
        == ["camplane-camera"] * 2 + ["camplane-gateway"] * 3
    )
    by_id = {span.span_id: (service, span) for service, span in spans}
    entry = next(span for _, span in spans if span.parent_span_id.hex() == PARENT.split("-")[2])
    tags = attributes(entry)
    assert tags["camplane.route"] == "CameraService/GetCameraStatus sticky"
    assert tags["app.impl.requested"] == "domain"
    assert tags["camplane.attempts"] == "2"
    asked = {}
    for service, span in spans:
        if service == "camplane-camera":
            parent_service, parent = by_id[span.parent_span_id]
            assert parent_service == "camplane-gateway"
            assert parent.parent_span_id == entry.span_id
            asked[attributes(span)["app.impl"]] = attributes(parent)["app.impl"]
    assert asked == {"domain": "domain", "legacy": "legacy"}


def test_every_request_leaves_a_span_with_its_route(traced: tuple[Gateway, Receiver]) -> None:
    gateway, receiver = traced
    gateway.upstreams["camera/domain"].behave = None
    receiver.spans.clear()
    for number in range(10):
        gateway.rest("GET", f"/api/v1/cameras/c{number}")

    def routes() -> Any:
        entries = [
            attributes(s)
            for name, s in receiver.spans
            if s.kind == s.SPAN_KIND_SERVER and name == "camplane-gateway"
        ]
        found = [tags["camplane.route"] for tags in entries]
        return found if len(found) == 10 else None

    assert until(routes) == ["CameraRestService/GetCamera sticky"] * 10
