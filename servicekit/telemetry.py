"""OpenTelemetry: one thin span an RPC, made after the call, kept by rule.

Envoy's spans tell of every request; ours explain them. So a span is built only
for calls worth keeping: every server fault, every slow call, and a share of
the rest chosen by trace id, so that all services keep the same traces. A call
that is not kept costs a few comparisons.
"""

import os
import time
from dataclasses import dataclass

import grpc
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

# https://opentelemetry.io/docs/specs/semconv/rpc/grpc/: a server span is an
# error for these codes only; NOT_FOUND and the like are the caller's.
SERVER_FAULTS = frozenset(
    {
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DATA_LOSS,
    }
)


@dataclass(frozen=True)
class TelemetrySettings:
    """Where spans go and which are kept.

    endpoint: an OTLP/gRPC endpoint such as http://127.0.0.1:4317; empty for none.
    sample_ratio: share of unremarkable calls whose span is kept, 0 to 1.
    slow_ms: a call at least this slow is always kept.
    """

    endpoint: str = ""
    sample_ratio: float = 0.1
    slow_ms: float = 500.0


class RpcSpans:
    """Makes the spans of one implementation of one context."""

    def __init__(
        self, service_name: str, implementation: str, version: str, settings: TelemetrySettings
    ) -> None:
        self._implementation = implementation
        self._slow_ns = int(settings.slow_ms * 1e6)
        # Trace ids are random in their low 56 bits (W3C trace context, level 2).
        self._keep_below = int(settings.sample_ratio * (1 << 56))
        self._provider: TracerProvider | None = None
        if settings.endpoint:
            self._provider = TracerProvider(
                resource=Resource.create(
                    {
                        "service.name": service_name,
                        "service.namespace": "camplane",
                        "service.version": version,
                        "service.instance.id": f"{implementation}-{os.getpid()}",
                    }
                )
            )
            exporter = OTLPSpanExporter(endpoint=settings.endpoint, insecure=True)
            self._provider.add_span_processor(BatchSpanProcessor(exporter))
            self._tracer = self._provider.get_tracer("camplane.servicekit", version)

    def finish(
        self,
        method: str,
        context: grpc.aio.ServicerContext,
        started_ns: int,
        code: grpc.StatusCode,
        fallback: bool,
        reason: str = "",
    ) -> None:
        """Record the call that began at `started_ns` (Unix time) and just ended."""
        if self._provider is None:
            return
        ended_ns = time.time_ns()
        parent = _parent(context)
        fault = code in SERVER_FAULTS
        slow = ended_ns - started_ns >= self._slow_ns
        if not (fault or slow or self._sampled(parent)):
            return
        service, _, name = method[1:].partition("/")
        span = self._tracer.start_span(
            method[1:],
            context=trace.set_span_in_context(trace.NonRecordingSpan(parent)) if parent else None,
            kind=SpanKind.SERVER,
            start_time=started_ns,
            attributes={
                "rpc.system": "grpc",
                "rpc.service": service,
                "rpc.method": name,
                "rpc.grpc.status_code": code.value[0],
                "app.impl": self._implementation,
                "app.impl.requested": "domain" if fallback else self._implementation,
                "app.fallback": fallback,
                "feature_flag.key": f"camplane.{service.split('.')[1]}",
                "feature_flag.result.variant": self._implementation,
            },
        )
        if reason:
            span.set_attribute("error.type", reason)
        if fault:
            span.set_status(Status(StatusCode.ERROR, reason))
        span.end(end_time=ended_ns)

    def shutdown(self) -> None:
        """Send what is buffered; blocks until sent or given up."""
        if self._provider:
            self._provider.shutdown()

    def _sampled(self, parent: SpanContext | None) -> bool:
        if parent is None:
            return self._keep_below > 0
        return (parent.trace_id & ((1 << 56) - 1)) < self._keep_below


def _parent(context: grpc.aio.ServicerContext) -> SpanContext | None:
    """Return the caller's span from its `traceparent`, None when there is none."""
    for key, value in context.invocation_metadata() or ():
        if key == "traceparent":
            parts = str(value).split("-")
            try:
                found = SpanContext(
                    int(parts[1], 16), int(parts[2], 16), True, TraceFlags(int(parts[3], 16))
                )
            except (IndexError, ValueError):
                return None
            return found if found.is_valid else None
    return None
