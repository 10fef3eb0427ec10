"""OTLP batches as Envoy and the services send them."""

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.proxy import request_tag
from gateway.proxy.attempt_record import ATTRIBUTES, ENDED, TRACE_PARENT
from gateway.telemetry.requests import Request, RequestReader

SERVER, CLIENT, INTERNAL = Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT, Span.SPAN_KIND_INTERNAL
GATEWAY = "camplane-gateway"
LIST_RULES = "AlertRestService/ListRules"
CONTEXTS = {
    LIST_RULES: "alert",
    "CameraService/StartCamera": "camera",
    "CameraService/WatchCameras": "camera",
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
        """Add the gateway's span of one request, OK from legacy unless `tags` say otherwise.

        tags: fields of gateway.proxy.request_tag, and others that the span has.
        """
        said = {
            "before_us": "500",
            "attempt_us": str(int(seconds * 1e6) - 1000),
            "received_us": "40",
            "timeout": "-",
            "named": "-",
            "route": f"{LIST_RULES} drawn",
            "attempts": "1",
            "cluster": "alert_legacy",
            "implementation": "legacy",
            "status": "200",
            "refusal": "",
            "grpc_status": "0",
            "flags": "-",
            "tool": "-",
            "details": "via_upstream",
        }
        said |= {name: tags.pop(name) for name in said if name in tags}
        given = {name.replace("__", "."): value for name, value in tags.items()}
        tag = {request_tag.TAG: request_tag.joined(said)}
        own = {"upstream_cluster.name": said["cluster"], "app.impl": said["implementation"]}
        return self.span(GATEWAY, SERVER, start, seconds, {**given, **tag, **own})

    def attempt(self, request: Span, start: float, seconds: float, **tags: str) -> Span:
        """Add the span of one attempt of a request that failed."""
        given = {name.replace("__", "."): value for name, value in tags.items()}
        ids = {"trace_id": request.trace_id, "parent_span_id": request.span_id}
        return self.span(GATEWAY, CLIENT, start, seconds, given, **ids)

    def data(self) -> bytes:
        return self.message.SerializeToString()


def read_request(span: Span) -> Request | None:
    """Read the gateway's span of a request."""
    reader = RequestReader(CONTEXTS)
    return reader.request(span, reader.tag(span))


def attempt_record(
    request: Span, start: float, seconds: float, traceparent: str = "", **said: str
) -> bytes:
    """Return Envoy's record of an attempt of a request that failed, as an OTLP logs request."""
    batch = ExportLogsServiceRequest()
    record = batch.resource_logs.add().scope_logs.add().log_records.add()
    record.time_unix_nano = round(start * 1e9)
    ids = f"00-{request.trace_id.hex()}-{request.span_id.hex()}-01"
    whole, part = divmod(round((start + seconds) * 1e9), 10**9)
    values = {
        **dict.fromkeys(ATTRIBUTES, "-"),
        TRACE_PARENT: traceparent or ids,
        ENDED: f"{whole}.{part:09d}",
        "upstream_cluster.name": "alert_domain",
        "app.impl": "domain",
    }
    for name, value in (values | said).items():
        record.attributes.add(key=name).value.string_value = value
    return batch.SerializeToString()
