"""The attempts of a request as spans, which Envoy does not make. Pure.

They would cost every request what only those need that went wrong, or are looked
at (docs/adr/0023). Of an attempt that failed Envoy leaves a record; the last one is
told by the span of its request.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.proxy.attempt_record import ATTRIBUTES, CLUSTER, ENDED, TRACE_PARENT
from gateway.proxy.mirrors import SHADOW_SUFFIX
from gateway.proxy.request_tag import ATTEMPT_US, ATTEMPTS, BEFORE_US, CODE
from gateway.telemetry.kept import KeptSpan
from gateway.telemetry.reading import GATEWAY, grpc_code, number, text

_TOLD = frozenset(ATTRIBUTES) - {TRACE_PARENT, ENDED}


def as_spans(records: ExportLogsServiceRequest) -> ExportTraceServiceRequest:
    """Return a batch of spans, one for each record but those of copies.

    A span whose record names no trace has no trace id.
    """
    batch = ExportTraceServiceRequest()
    resource = batch.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = GATEWAY
    spans = resource.scope_spans.add().spans
    for logs in records.resource_logs:
        for scope in logs.scope_logs:
            for record in scope.log_records:
                said = {one.key: text(one.value) for one in record.attributes}
                if not said.get(CLUSTER, "").endswith(SHADOW_SUFFIX):
                    spans.append(_span(record.time_unix_nano, said))
    return batch


def with_last_attempts(spans: Sequence[KeptSpan]) -> Iterator[KeptSpan]:
    """Add the attempts that requests ended with; place what services did in the attempts.

    Services know the request's span alone: that is what Envoy tells them.
    """
    attempts = [span for span in spans if _is_attempt(span)]
    for span in spans:
        failed = sum(one.parent_id == span.span_id for one in attempts)
        if last := _last_attempt(span, failed):
            attempts.append(last)
            yield last
    for span in spans:
        around = [one for one in attempts if _may_hold(one, span)]
        # Of two that asked the same service it is the later one that had begun by then.
        begun = [one for one in around if one.start_ns <= span.start_ns] or around[:1]
        parent = max(begun, key=lambda one: one.start_ns, default=None)
        yield replace(span, parent_id=parent.span_id) if parent else span


def _is_attempt(span: KeptSpan) -> bool:
    return span.service == GATEWAY and span.kind == "client"


def _may_hold(attempt: KeptSpan, span: KeptSpan) -> bool:
    """May a service have made the span when it was asked by the attempt?"""
    return (
        span.kind == "server"
        and span.parent_id == attempt.parent_id
        and span.implementation == attempt.implementation
    )


def _last_attempt(request: KeptSpan, failed: int) -> KeptSpan | None:
    """Return the attempt that a request ended with, unless it is among those that failed."""
    said = request.attributes
    if request.service != GATEWAY or request.kind != "server":
        return None
    before_us, attempt_us = (number(said.get(name, "")) for name in (BEFORE_US, ATTEMPT_US))
    if before_us is None or str(failed) == said.get(ATTEMPTS):
        return None
    start_ns = request.start_ns + int(before_us) * 1000
    # What a client that left did not wait for went on until then.
    end_ns = request.end_ns if attempt_us is None else start_ns + int(attempt_us) * 1000
    return KeptSpan(
        span_id=hashlib.blake2b(request.span_id.encode(), digest_size=8).hexdigest(),
        parent_id=request.span_id,
        name=_name(said.get(CLUSTER, "")),
        service=GATEWAY,
        kind="client",
        start_ns=start_ns,
        end_ns=max(start_ns, end_ns),
        implementation=request.implementation,
        error=grpc_code(said) == "UNAVAILABLE",
        attributes={name: said[name] for name in (CLUSTER, CODE) if name in said},
    )


def _name(cluster: str) -> str:
    return f"router {cluster} egress"


def _span(began: int, said: Mapping[str, str]) -> Span:
    trace_id, parent_id = _ids(said.get(TRACE_PARENT, ""))
    identity = hashlib.blake2b(b"%d" % began, digest_size=8, key=trace_id + parent_id)
    span = Span(
        trace_id=trace_id,
        span_id=identity.digest(),
        parent_span_id=parent_id,
        name=_name(said.get(CLUSTER, "")),
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=began,
        end_time_unix_nano=max(_nanoseconds(said.get(ENDED, "")), began),
    )
    span.status.code = span.status.STATUS_CODE_ERROR
    for name, value in _told(said).items():
        span.attributes.add(key=name).value.string_value = value
    return span


def _told(said: Mapping[str, str]) -> dict[str, str]:
    return {name: said[name] for name in ATTRIBUTES if name in _TOLD and said.get(name, "-") != "-"}


def _ids(traceparent: str) -> tuple[bytes, bytes]:
    """Return the ids of a trace and of the span that an attempt is part of; empty when unknown."""
    parts = traceparent.split("-")
    try:
        trace_id, span_id = bytes.fromhex(parts[1]), bytes.fromhex(parts[2])
    except (IndexError, ValueError):
        return b"", b""
    return (trace_id, span_id) if (len(trace_id), len(span_id)) == (16, 8) else (b"", b"")


def _nanoseconds(seconds: str) -> int:
    """Return nanoseconds from a text such as 1795652947.135096000; 0 from another."""
    whole, _, part = seconds.partition(".")
    if not (whole + part).isdecimal() or not seconds.isascii() or len(whole) > 10 or len(part) != 9:
        return 0
    return int(whole + part)
