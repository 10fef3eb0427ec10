"""A request and the spans below it put together, for some seconds, until all should be here. Pure.

A caller may give many requests one trace, and send them for minutes. What belongs
to one of them descends from the gateway's own span of it; only what was answered to
copies does not: Envoy tells of no span that it is part of, so the pair tells.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.telemetry.reading import CLIENT, GATEWAY, KEPT, failure, wanted
from gateway.telemetry.requests import Request
from gateway.telemetry.shadows import pair, pair_of_copy

# Services send what they have every second, Envoy five times a second.
JOIN_SECONDS = 2.5
# What comes ahead of its request: after an attempt that failed, or an answer that a slow
# client reads. Envoy lets a request take 15 s.
EARLY_SECONDS = 20.0
MAX_REQUESTS = 10_000
MAX_GROUPS = 10_000
MAX_SPANS = 200

# A span, and the service that it is of.
Told = tuple[str, Any]


@dataclass(slots=True)
class Joined:
    """A request with all that came of it.

    reason: why legacy answered it for domain, "" when it did not; spans: the
    gateway's own is the first; copies: what services answered to copies of it.
    """

    request: Request
    reason: str
    spans: list[Told]
    copies: list[Told] = field(default_factory=list)

    def is_sampled(self) -> bool:
        """Did a service keep its span as a fair sample?"""
        return any(
            wanted(span).get(KEPT) == "share" for service, span in self.spans if service != GATEWAY
        )


class Joining:
    """Requests whose spans still come, and spans whose request may."""

    def __init__(self) -> None:
        self._requests: deque[tuple[float, Joined]] = deque()
        self._parts = _Groups()
        self._copies = _Groups()

    def begin(self, request: Request, reason: str, span: Any, now: float) -> None:
        """Add a request, told by the gateway's span."""
        self._requests.append((now, Joined(request, reason, [(GATEWAY, span)])))

    def add(self, service: str, span: Any, now: float) -> None:
        """Add any other span; one that is part of nothing is no request's."""
        if service != GATEWAY and (copied := pair_of_copy(span)):
            self._copies.add(span.trace_id + copied.encode(), (service, span), now)
        elif span.parent_span_id:
            self._parts.add(span.trace_id + span.parent_span_id, (service, span), now)

    def failed_attempts(self, request: Request) -> list[Any]:
        """Return what came so far of a request's attempts that failed, in their order."""
        below = self._parts.of(request.trace_id + request.span_id)
        attempts = [span for service, span in below if service == GATEWAY and span.kind == CLIENT]
        return sorted(attempts, key=lambda span: int(span.start_time_unix_nano))

    def finished(self, now: float, *, all_of_them: bool = False) -> Iterator[Joined]:
        """Take out requests that are complete, and the oldest beyond what there is room for."""
        while self._requests:
            since, joined = self._requests[0]
            waits = 0 <= now - since < JOIN_SECONDS  # or the clock was put back
            ripe = not waits or len(self._requests) > MAX_REQUESTS
            if not (ripe or all_of_them):
                break
            self._requests.popleft()
            self._gather(joined)
            yield joined
        for _ in self._parts.left(now, all_of_them):
            pass  # nobody asked for them

    def copies_left(self, now: float, *, all_of_them: bool = False) -> Iterator[list[Told]]:
        """Take out the copies that no request asked for, those of one request together."""
        return self._copies.left(now, all_of_them)

    def _gather(self, joined: Joined) -> None:
        trace_id, spans = joined.request.trace_id, joined.spans
        for _, span in spans:  # it grows meanwhile: what is below comes behind
            spans += self._parts.take(trace_id + span.span_id)[: MAX_SPANS - len(spans)]
        for service, span in spans:
            if service != GATEWAY and (found := pair(span)):
                joined.copies += self._copies.take(trace_id + found.encode())


class _Groups:
    """Spans by what they are part of, the oldest groups first."""

    def __init__(self) -> None:
        self._groups: OrderedDict[bytes, tuple[float, list[Told]]] = OrderedDict()

    def add(self, key: bytes, told: Told, now: float) -> None:
        group = self.of(key)
        if not group:
            self._groups[key] = now, group
        if len(group) < MAX_SPANS:
            group.append(told)

    def of(self, key: bytes) -> list[Told]:
        return self._groups[key][1] if key in self._groups else []

    def take(self, key: bytes) -> list[Told]:
        return self._groups.pop(key)[1] if key in self._groups else []

    def left(self, now: float, all_of_them: bool) -> Iterator[list[Told]]:
        """Take out those that are old, and the oldest beyond what there is room for."""
        while self._groups:
            since, group = next(iter(self._groups.values()))
            old = not 0 <= now - since < EARLY_SECONDS or len(self._groups) > MAX_GROUPS
            if not (old or all_of_them):
                return
            self._groups.popitem(last=False)
            yield group


def fallback_reason(request: Request, failed_attempts: list[Any]) -> str:
    """Return why legacy answered a request that was domain's; "" when it did not."""
    if not request.is_fallback:
        return ""
    if request.said.attempts <= 1:
        return "unhealthy"
    reasons = (failure(span) for span in failed_attempts)
    return next((reason for reason in reasons if reason), "unknown")
