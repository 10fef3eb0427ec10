"""OpenTelemetry: a span an RPC and its steps, made after the call, kept by rule.

Envoy's spans tell of every request; ours explain them. So spans are built only
for calls worth keeping: every server fault, every slow call, and of the rest
one at a time, so many a second. Each says by which rule it was kept: only the
last are a fair sample. A call that is not kept costs a few comparisons.
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

from servicekit.steps import Step, collect, nested

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
    samples_per_second: how many unremarkable calls are kept at most; 0 for none.
    slow_ms: a call at least this slow is always kept.
    """

    endpoint: str = ""
    samples_per_second: float = 50.0
    slow_ms: float = 500.0


class RpcSpans:
    """Makes the spans of one implementation of one context."""

    def __init__(
        self, service_name: str, implementation: str, version: str, settings: TelemetrySettings
    ) -> None:
        self._implementation = implementation
        self._slow_ns = int(settings.slow_ms * 1e6)
        samples = settings.samples_per_second
        self._sample_every_ns = 1e9 / samples if samples else float("inf")
        self._next_sample_ns = 0.0 if samples else float("inf")
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
            # Live figures are to be at most two seconds old.
            processor = BatchSpanProcessor(exporter, schedule_delay_millis=1000)
            self._provider.add_span_processor(processor)
            self._tracer = self._provider.get_tracer("camplane.servicekit", version)

    def begin(self) -> list[Step]:
        """Note the steps of the call that begins; give them to `finish`."""
        return collect() if self._provider else []

    def finish(
        self,
        method: str,
        context: grpc.aio.ServicerContext,
        started_ns: int,
        steps: list[Step],
        code: grpc.StatusCode,
        fallback: bool,
        reason: str = "",
    ) -> str:
        """Record the call that began at `started_ns` (Unix time) and just ended.

        Returns the trace's id, 32 hexadecimal digits, if its spans are kept, else "".
        """
        if self._provider is None:
            return ""
        ended_ns = time.time_ns()
        fault = code in SERVER_FAULTS
        kept = self._kept(fault, started_ns, ended_ns)
        if not kept:
            return ""
        parent = _parent(context)
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
                "camplane.kept": kept,
                "feature_flag.key": f"camplane.{service.split('.')[1]}",
                "feature_flag.result.variant": self._implementation,
            },
        )
        if reason:
            span.set_attribute("error.type", reason)
        if fault:
            span.set_status(Status(StatusCode.ERROR, reason))
        self._add(steps, span)
        span.end(end_time=ended_ns)
        return trace.format_trace_id(span.get_span_context().trace_id)

    def shutdown(self) -> None:
        """Send what is buffered; blocks until sent or given up."""
        if self._provider:
            self._provider.shutdown()

    def _kept(self, fault: bool, started_ns: int, ended_ns: int) -> str:
        """Return the rule by which a call is kept; "" when it is not.

        The sample comes first: a call that it would have taken is fair
        evidence, whether or not it was also slow or failed.
        """
        if ended_ns >= self._next_sample_ns:
            self._next_sample_ns = ended_ns + self._sample_every_ns
            return "share"
        if fault:
            return "fault"
        return "slow" if ended_ns - started_ns >= self._slow_ns else ""

    def _add(self, steps: list[Step], call: trace.Span) -> None:
        """Make the spans of a call's steps."""
        spans: list[trace.Span] = []
        for step, around in nested(steps):
            parent = call if around is None else spans[around]
            span = self._tracer.start_span(
                step.name, trace.set_span_in_context(parent), start_time=step.started_ns
            )
            span.end(end_time=step.ended_ns)
            spans.append(span)


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
