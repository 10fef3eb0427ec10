"""OpenTelemetry: a span an RPC and its steps, made after the call, kept by rule.

Envoy's spans tell of every request; ours explain them. So spans are built only
for calls worth keeping: every server fault, every slow call, and of the rest
one at a time, so many a second. Each says by which rule it was kept: only the
last are a fair sample. A call that is not kept costs a few comparisons.

A call whose reply is compared with another's (servicekit.replies) is always kept,
and its span made by a thread that the answer does not wait for.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import grpc
from opentelemetry import trace
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from servicekit.faults import SERVER_FAULTS
from servicekit.later import Later
from servicekit.replies import Note, Role
from servicekit.span_pipeline import pipeline
from servicekit.steps import Step, collect, nested


@dataclass(frozen=True)
class TelemetrySettings:
    """Where spans go and which are kept.

    endpoint: an OTLP/gRPC endpoint such as http://127.0.0.1:4317; empty for none.
    samples_per_second: how many unremarkable calls are kept at most; 0 for none.
    slow_ms: a call at least this slow is always kept.
    """

    endpoint: str = ""
    samples_per_second: float = 20.0
    slow_ms: float = 500.0


class Call(NamedTuple):
    """A call that runs.

    started_ns: Unix time; steps: as `RpcSpans.begin` gave them; fallback: legacy
    is asked in domain's place; role: its part in a comparison of replies, if any.
    """

    method: str
    context: grpc.aio.ServicerContext
    started_ns: int
    steps: list[Step]
    fallback: bool
    role: Role | None = None


class _Ended(NamedTuple):
    """What became of a call, and by which rule it is kept."""

    ended_ns: int
    code: grpc.StatusCode
    reason: str
    kept: str


# A rule of its own keeps them: they are part of no sample.
COMPARED, SHADOW = "compared", "shadow"


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
        self._later = Later("compared")
        resource = {
            "service.name": service_name,
            "service.namespace": "camplane",
            "service.version": version,
            "service.instance.id": f"{implementation}-{os.getpid()}",
        }
        self._pipeline = (
            pipeline(settings.endpoint, "camplane.servicekit", version, resource)
            if settings.endpoint
            else None
        )
        if self._pipeline:
            self._tracer = self._pipeline.tracer

    def begin(self) -> list[Step]:
        """Note the steps of the call that begins; give them to `finish`."""
        return collect() if self._pipeline else []

    def finish(
        self,
        call: Call,
        code: grpc.StatusCode,
        reason: str = "",
        noted: Callable[[], Note | None] = lambda: None,
    ) -> str:
        """Record a call that just ended; noted: makes the note of a reply that is compared.

        Returns the trace's id, 32 hexadecimal digits, if its spans are kept, else "".
        """
        if self._pipeline is None:
            return ""
        ended_ns = time.time_ns()
        if call.role and call.role.is_shadow:
            kept = SHADOW
        else:
            kept = self._kept(code.name in SERVER_FAULTS, call.started_ns, ended_ns)
        ended = _Ended(ended_ns, code, reason, kept or COMPARED)
        if call.role is None:
            return self._record(call, ended, _parent(call.context)) if kept else ""
        parent = _parent(call.context)
        self._later.submit(partial(self._record, call, ended, parent, noted))
        return trace.format_trace_id(parent.trace_id) if parent and kept != SHADOW else ""

    def _record(
        self,
        call: Call,
        ended: _Ended,
        parent: SpanContext | None,
        noted: Callable[[], Note | None] = lambda: None,
    ) -> str:
        """Make the spans of a call; return their trace's id."""
        fault = ended.code.name in SERVER_FAULTS
        service, _, name = call.method[1:].partition("/")
        span = self._tracer.start_span(
            call.method[1:],
            context=trace.set_span_in_context(trace.NonRecordingSpan(parent)) if parent else None,
            kind=SpanKind.SERVER,
            start_time=call.started_ns,
            attributes={
                "rpc.system": "grpc",
                "rpc.service": service,
                "rpc.method": name,
                "rpc.grpc.status_code": ended.code.value[0],
                "app.impl": self._implementation,
                "app.impl.requested": "domain" if call.fallback else self._implementation,
                "app.fallback": call.fallback,
                "camplane.kept": ended.kept,
                "feature_flag.key": f"camplane.{service.split('.')[1]}",
                "feature_flag.result.variant": self._implementation,
            },
        )
        if ended.reason:
            span.set_attribute("error.type", ended.reason)
        if fault:
            span.set_status(Status(StatusCode.ERROR, ended.reason))
        if call.role:
            span.set_attributes(_compared(call.role, noted()))
        if ended.kept not in (COMPARED, SHADOW):
            self._add(call.steps, span)
        span.end(end_time=ended.ended_ns)
        return trace.format_trace_id(span.get_span_context().trace_id)

    def shutdown(self) -> None:
        """Send what is buffered; blocks until sent or given up."""
        self._later.close()
        if self._pipeline:
            self._pipeline.sending.shutdown()

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


def _compared(role: Role, note: Note | None) -> dict[str, str | bool]:
    """Return the attributes by which the parts of one request are found and compared."""
    found: dict[str, str | bool] = {
        "app.shadow": role.is_shadow,
        "camplane.part": role.part,
        "camplane.pair": role.pair,
    }
    if note:
        found["camplane.reply.digest"] = note.digest
        found["camplane.reply.whole"] = note.whole
        found["camplane.reply"] = note.text
    return found


def _parent(context: grpc.aio.ServicerContext) -> SpanContext | None:
    """Return the caller's span from its `traceparent`, None when there is none."""
    for key, value in context.invocation_metadata() or ():
        if key == "traceparent":
            parts = str(value).split("-")
            try:
                # Sampled, whatever the flags say: they are the caller's, and a copy's are off.
                flags = TraceFlags(TraceFlags.SAMPLED)
                found = SpanContext(int(parts[1], 16), int(parts[2], 16), True, flags)
            except (IndexError, ValueError):
                return None
            return found if found.is_valid else None
    return None
