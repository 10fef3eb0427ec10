"""Where a sampled request's time went, and its trace as it is kept. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from gateway.proxy import request_tag
from gateway.telemetry.attempts import with_last_attempts
from gateway.telemetry.joining import Told
from gateway.telemetry.kept import KeptSpan, KeptTrace, TraceSummary
from gateway.telemetry.reading import (
    CLIENT,
    GATEWAY,
    MAX_ATTRIBUTES,
    SERVER,
    cut,
    grpc_code,
    kind_of,
    text,
    wanted,
)
from gateway.telemetry.requests import Request
from gateway.telemetry.self_time import self_times
from gateway.telemetry.shadows import REPLY
from gateway.telemetry.traffic_metrics import SpanKey
from servicekit.replies import WHOLE_BYTES

# What the gateway's own spans and a service's are called beside its steps.
IN_GATEWAY, TO_SERVICE, SERVICE = "gateway", "to the service", "service"

_URLS = ("http.url", "url.full")

# Takes the key, the calls, their self time and each one's whole time, in microseconds.
CountSpan = Callable[[SpanKey, int, float, list[float]], None]


def break_down(request: Request, spans: tuple[KeptSpan, ...], count: CountSpan) -> None:
    """Count the parts of one sampled request."""
    alone = self_times(spans)
    calls: dict[str, list[KeptSpan]] = defaultdict(list)
    for span in spans:
        calls[_part(span)].append(span)
    for name, found in calls.items():
        key = SpanKey(request.key.context, request.key.rpc, request.key.assigned, name)
        times = [_us(span.end_ns - span.start_ns) for span in found]
        count(key, len(found), sum(alone[span.span_id] for span in found) / 1000, times)
    whole = [_us(span.end_ns - span.start_ns) for span in calls.get(SERVICE, ())]
    key = SpanKey(request.key.context, request.key.rpc, request.key.assigned, "")
    count(key, 1, 0.0, whole)


def kept_spans(told: Iterable[Told], replies: bool = False) -> tuple[KeptSpan, ...]:
    """Return the spans of a request as they are kept: by start, cut to size, each once.

    replies: with what was answered.
    """
    spans = {span.span_id: _kept(service, span, replies) for service, span in told}
    whole = with_last_attempts(tuple(spans.values()))
    return tuple(sorted(whole, key=lambda span: (span.start_ns, -span.end_ns)))


def kept_trace(
    request: Request, fallback: str, spans: tuple[KeptSpan, ...], kind: str, pinned: bool
) -> KeptTrace:
    """Return the trace of a request as it is kept."""
    summary = TraceSummary(
        trace_id=request.trace_id.hex(),
        span_id=request.span_id.hex(),
        started=request.start_ns / 1e9,
        context=request.key.context,
        rpc=request.key.rpc,
        assigned=request.key.assigned,
        answered=request.key.answered,
        code=request.key.code,
        fallback_reason=fallback,
        duration_ms=max(request.end_ns - request.start_ns, 0) / 1e6,
        kind=kind,
        pinned=pinned,
        spans=len(spans),
    )
    return KeptTrace(summary, spans)


def _part(span: KeptSpan) -> str:
    if span.service == GATEWAY:
        return TO_SERVICE if span.kind == "client" else IN_GATEWAY
    return SERVICE if span.kind == "server" else span.name


def _kept(service: str, span: Any, replies: bool) -> KeptSpan:
    attributes = {
        cut(one.key): _shown(one.key, text(one.value))
        for one in list(span.attributes)[:MAX_ATTRIBUTES]
        if one.key != REPLY
    }
    for one in span.attributes if replies else ():
        if one.key == REPLY:
            attributes[REPLY] = text(one.value)[:WHOLE_BYTES]
    attributes.pop(request_tag.TOKEN, None)  # who reads traces need not know
    told = request_tag.attributes(attributes.pop(request_tag.TAG, ""))
    attributes |= {name: cut(value) for name, value in told.items()}
    tags = wanted(span)
    implementation = tags.get("app.impl", "").strip("-")
    # Envoy says in words that an attempt failed to connect, or was reset.
    failed = span.status.code == span.status.STATUS_CODE_ERROR or attributes.get("error") == "true"
    if span.kind in (SERVER, CLIENT) and grpc_code(tags) == "UNAVAILABLE":
        failed = True
    return KeptSpan(
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=cut(span.name),
        service=cut(service),
        kind=kind_of(span),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        implementation=cut(implementation),
        error=failed,
        attributes=attributes,
    )


def _shown(key: str, value: str) -> str:
    """Return an attribute's value; of a URL without its query, which may hold what none should."""
    if key == request_tag.TAG:
        return value  # taken apart, then cut
    return cut(value.partition("?")[0] if key in _URLS else value)


def _us(nanoseconds: int) -> float:
    return max(nanoseconds, 0) / 1000
