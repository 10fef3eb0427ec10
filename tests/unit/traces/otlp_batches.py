"""OTLP batches as Envoy and the services send them."""

from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SERVER, CLIENT, INTERNAL = Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_INTERNAL
GATEWAY = "camplane-gateway"
LIST_RULES = "AlertRestService/ListRules"
CONTEXTS = {
    LIST_RULES: "alert",
    "CameraService/StartCamera": "camera",
    "TrafficService/X": "gateway",
}

_ids = iter(range(1, 1 << 60))


def new_id(size: int) -> bytes:
    """Return an id that no other span has."""
    return next(_ids).to_bytes(size, "big")


class Batch:
    """Builds one ExportTraceServiceRequest; times are seconds of Unix time."""

    def __init__(self) -> None:
        self.message = ExportTraceServiceRequest()

    def span(
        self,
        service: str,
        kind: Any,
        start: float,
        seconds: float,
        tags: dict[str, Any],
        **fields: Any,
    ) -> Span:
        resource = self.message.resource_spans.add()
        name = resource.resource.attributes.add(key="service.name")
        name.value.string_value = service
        span = resource.scope_spans.add().spans.add(
            trace_id=fields.pop("trace_id", None) or new_id(16),
            span_id=fields.pop("span_id", None) or new_id(8),
            kind=kind,
            start_time_unix_nano=round(start * 1e9),
            end_time_unix_nano=round((start + seconds) * 1e9),
            **fields,
        )
        for key, value in tags.items():
            attribute = span.attributes.add(key=key)
            kind_of_value = "int_value" if isinstance(value, int) else "string_value"
            setattr(attribute.value, kind_of_value, value)
        return span

    def request(self, start: float, seconds: float = 0.01, **tags: str) -> Span:
        """Add the gateway's span of one request, OK from legacy unless `tags` say otherwise."""
        given = {name.replace("__", "."): value for name, value in tags.items()}
        usual = {
            "camplane.route": f"{LIST_RULES} drawn",
            "upstream_cluster.name": "alert_legacy",
            "app.impl": "legacy",
            "camplane.attempts": "1",
            "camplane.details": "via_upstream",
            "camplane.before_us": "500",
            "camplane.attempt_us": str(int(seconds * 1e6) - 1000),
            "http.status_code": "200",
            "grpc.status_code": "0",
            "response_flags": "-",
        }
        return self.span(GATEWAY, SERVER, start, seconds, {**usual, **given})

    def attempt(self, request: Span, start: float, seconds: float, **tags: str) -> Span:
        """Add the span of one attempt of a request."""
        given = {name.replace("__", "."): value for name, value in tags.items()}
        ids = {"trace_id": request.trace_id, "parent_span_id": request.span_id}
        return self.span(GATEWAY, CLIENT, start, seconds, given, **ids)

    def data(self) -> bytes:
        return self.message.SerializeToString()
