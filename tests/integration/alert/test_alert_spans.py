"""What a service tells of its calls in spans, whatever the machine's variables say."""

import asyncio
from typing import Any

import grpc
import pytest
from camplane.alert.v1 import alert_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

# Each alone takes spans away, cuts them, sends them elsewhere or ends the service's start.
HOSTILE = {
    "OTEL_SDK_DISABLED": "true",
    "OTEL_TRACES_EXPORTER": "none",
    "OTEL_TRACES_SAMPLER": "always_off",
    "OTEL_PROPAGATORS": "nobody",
    "OTEL_PYTHON_CONTEXT": "nobody",
    "OTEL_PYTHON_METER_PROVIDER": "nobody",
    "OTEL_PYTHON_TRACER_PROVIDER": "nobody",
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "nobody",
    "OTEL_SERVICE_NAME": "another",
    "OTEL_RESOURCE_ATTRIBUTES": "service.name=another,camplane.foreign=yes",
    "OTEL_ATTRIBUTE_COUNT_LIMIT": "2",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "3",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "few",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "3",
    "OTEL_BSP_SCHEDULE_DELAY": "600000",
    "OTEL_BSP_MAX_QUEUE_SIZE": "1",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "5",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "soon",
    "OTEL_EXPORTER_OTLP_TRACES_INSECURE": "false",
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE": "/nowhere.pem",
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "tight",
    "OTEL_EXPORTER_OTLP_HEADERS": "x-foreign=1",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
}
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECONDS = 20


class Backend(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps the resource and the spans of all that comes."""

    def __init__(self) -> None:
        self.resources: list[dict[str, str]] = []
        self.spans: list[Any] = []
        self.headers: set[str] = set()

    async def Export(self, request: Any, context: Any) -> Any:
        self.headers |= {key for key, _ in context.invocation_metadata()}
        for resource in request.resource_spans:
            self.resources.append(attributes(resource.resource))
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


def attributes(holder: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in holder.attributes}


async def test_variables_of_the_machine_take_no_span_away_and_change_none(
    process: Any, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service starts, and its spans arrive soon, whole, and joined with the caller's."""
    backend, server = Backend(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(backend, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    try:
        async with process("domain", sqlite_url) as service:
            metadata = [("traceparent", f"00-{TRACE}-{CALLER}-00")]
            await service.client.typed.ListRules(pb.ListRulesRequest(), metadata=metadata)
            async with asyncio.timeout(SECONDS):
                while not backend.spans:
                    await asyncio.sleep(0.05)
    finally:
        await server.stop(None)
    call = next(span for span in backend.spans if span.parent_span_id.hex() == CALLER)
    assert {span.trace_id.hex() for span in backend.spans} == {TRACE}
    steps = [span.name for span in backend.spans if span.parent_span_id == call.span_id]
    assert steps == ["alert.db read"]
    said = attributes(call)
    assert len(said) == 10
    assert said["rpc.service"] == "camplane.alert.v1.AlertService"
    assert (said["app.impl"], said["camplane.kept"]) == ("domain", "share")
    assert {one["service.name"] for one in backend.resources} == {"camplane-alert"}
    assert not any("camplane.foreign" in one for one in backend.resources)
    assert "x-foreign" not in backend.headers
