"""The spans of one trace put together, for some seconds, until all should be here. Pure."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.traces.reading import CLIENT, GATEWAY, KEPT, failure, wanted
from gateway.traces.requests import Request
from gateway.traces.shadows import is_shadow

# Services send what they have every second, Envoy five times a second.
JOIN_SECONDS = 2.5
MOST_TRACES = 10_000
MOST_SPANS = 200


@dataclass(slots=True)
class Joined:
    """What came of one trace: its requests and all spans, with the service each is of."""

    since: float
    requests: list[tuple[Request, str]] = field(default_factory=list)
    spans: list[tuple[str, Any]] = field(default_factory=list)

    def fallback_reason(self, request: Request) -> str:
        """Return why legacy answered a request that was domain's; "" when it did not."""
        if not request.is_fallback:
            return ""
        if request.said.attempts <= 1:
            return "unhealthy"
        failures = (failure(span) for span in self.failed_attempts(request))
        return next((reason for reason in failures if reason), "unknown")

    def is_explained(self, request: Request) -> bool:
        """Is it known why legacy answered, if it did for domain?"""
        if not request.is_fallback or request.said.attempts <= 1:
            return True
        return bool(self.failed_attempts(request))

    def failed_attempts(self, request: Request) -> list[Any]:
        """Return what came of a request's attempts that failed, in their order."""
        attempts = [
            span
            for service, span in self.spans
            if service == GATEWAY and span.kind == CLIENT
            if span.parent_span_id == request.span_id
        ]
        return sorted(attempts, key=lambda span: int(span.start_time_unix_nano))

    def own_spans(self) -> list[tuple[str, Any]]:
        """Return the spans without those of copies, which are no part of what was asked."""
        return [
            (service, span)
            for service, span in self.spans
            if service == GATEWAY or not is_shadow(span)
        ]

    def is_sampled(self) -> bool:
        """Did a service keep its span as a fair sample?"""
        return any(
            wanted(span).get(KEPT) == "share" for service, span in self.spans if service != GATEWAY
        )


class Traces:
    """Traces that still grow, the oldest first."""

    def __init__(self) -> None:
        self._growing: OrderedDict[bytes, Joined] = OrderedDict()
        self.too_many_spans = 0

    def of(self, trace_id: bytes, now: float) -> Joined:
        """Return the trace, a new one if need be."""
        joined = self._growing.get(trace_id)
        if joined is None:
            joined = self._growing[trace_id] = Joined(now)
        return joined

    def add(self, trace_id: bytes, service: str, span: Any, now: float) -> Joined:
        """Add a span to its trace."""
        joined = self.of(trace_id, now)
        if len(joined.spans) < MOST_SPANS:
            joined.spans.append((service, span))
        else:
            self.too_many_spans += 1
        return joined

    def finished(self, now: float, *, all_of_them: bool = False) -> Iterator[Joined]:
        """Take out the traces that are complete, and the oldest beyond what there is room for."""
        while self._growing:
            joined = next(iter(self._growing.values()))
            waits = 0 <= now - joined.since < JOIN_SECONDS  # or the clock was put back
            ripe = not waits or len(self._growing) > MOST_TRACES
            if not (ripe or all_of_them):
                return
            self._growing.popitem(last=False)
            yield joined
