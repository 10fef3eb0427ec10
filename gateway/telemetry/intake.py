"""What spans say, taken in: requests counted once, joined with what is below them, kept. Pure."""

from collections import Counter, deque
from collections.abc import Mapping
from functools import partial
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.telemetry import explaining, shadows
from gateway.telemetry.joining import Joined, Joining, Told, fallback_reason
from gateway.telemetry.kept import KeptTrace
from gateway.telemetry.reading import GATEWAY, SERVER
from gateway.telemetry.requests import Request, RequestReader
from gateway.telemetry.tail_sampler import TailSampler
from gateway.telemetry.time_buckets import TimeBuckets
from servicekit.replies import CROSS

# Enough to know a batch that is sent again.
MAX_REMEMBERED = 100_000
# Why a request was legacy's to answer comes apart from it, a moment earlier or later.
EXPLAINED_SECONDS = 0.25


class Intake:
    """Reads batches of spans, one after another; not thread-safe.

    contexts: the context of each RPC, by its label in the route table. minutes:
    where requests are counted. keeps: are traces worth looking at to be kept?
    notes_tokens: are requests' tokens noted, in `used`: when each was seen last?
    spans: how many were read; dropped: how many of them told nothing, by why.
    kept: traces that whoever wants them takes out.
    """

    def __init__(
        self,
        contexts: Mapping[str, str],
        buckets: TimeBuckets,
        keeps: bool,
        notes_tokens: bool = False,
    ) -> None:
        self.spans = 0
        self.dropped: Counter[str] = Counter()
        self.kept: list[KeptTrace] = []
        self.used: dict[str, float] = {}
        self._contexts = contexts
        self._buckets = buckets
        self._keeps = keeps
        self._notes_tokens = notes_tokens
        self._reader = RequestReader(contexts)
        self._joining = Joining()
        self._keeper = TailSampler()
        # What is to be counted of the batch that is read.
        self._uncounted: list[tuple[Request, str]] = []
        # Requests that are counted when it is known why domain did not answer them, and until when.
        self._unexplained: deque[tuple[float, Request, Any]] = deque()
        self._seen: set[bytes] = set()
        self._seen_before: set[bytes] = set()

    @property
    def is_waiting(self) -> bool:
        """Are there requests that are counted soon, whatever comes?"""
        return bool(self._unexplained)

    def read(self, batch: ExportTraceServiceRequest, now: float) -> None:
        """Take in a batch; `settle` counts what it says."""
        for resource in batch.resource_spans:
            service = ""
            for one in resource.resource.attributes:
                if one.key == "service.name":
                    service = one.value.string_value
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans += 1
                    trace_id = span.trace_id
                    if len(trace_id) != 16 or len(span.span_id) != 8 or not any(trace_id):
                        self.dropped["malformed"] += 1
                    elif service == GATEWAY and span.kind == SERVER:
                        self._read_request(span, now)
                    else:
                        self._joining.add(service, span, now)

    def settle(self, now: float, all_of_them: bool = False) -> None:
        """Count the requests of what was read, and be done with those that are complete.

        all_of_them: nothing more will come; what waits for something waits no longer.
        """
        self._take_explained(now, all_of_them)
        uncounted, self._uncounted = self._uncounted, []
        self._buckets.count(uncounted, now)
        for joined in self._joining.finished(now, all_of_them=all_of_them):
            self._finish(joined, now)
        for copies in self._joining.copies_left(now, all_of_them=all_of_them):
            self._count_compared(copies, now)

    def _read_request(self, span: Any, now: float) -> None:
        span_id = span.span_id
        if span_id in self._seen or span_id in self._seen_before:
            self.dropped["duplicate"] += 1
            return
        self._remember(span_id)
        tag = self._reader.tag(span)
        if not tag:
            # Of something else that Envoy does: it tells of no request.
            self._joining.add(GATEWAY, span, now)
            return
        if self._notes_tokens and (token := self._reader.token(span)):
            self.used[token] = now
        try:
            request = self._reader.request(span, tag)
        except ValueError:
            self.dropped["malformed"] += 1
            return
        if request is None:
            self.dropped["unknown_rpc"] += 1
            return
        if request.is_fallback and request.said.attempts > 1:
            self._unexplained.append((now + EXPLAINED_SECONDS, request, span))
        else:
            self._count(request, span, now)

    def _count(self, request: Request, span: Any, now: float) -> None:
        attempts = self._joining.failed_attempts(request) if request.is_fallback else []
        reason = fallback_reason(request, attempts)
        self._joining.begin(request, reason, span, now)
        self._uncounted.append((request, reason))

    def _take_explained(self, now: float, all_of_them: bool) -> None:
        """Count what waited for its reason and has it, or has waited for long enough."""
        for _ in range(len(self._unexplained)):
            until, request, span = self._unexplained.popleft()
            waits = now < until <= now + EXPLAINED_SECONDS  # or the clock was put back
            if all_of_them or not waits or self._joining.failed_attempts(request):
                self._count(request, span, now)
            else:
                self._unexplained.append((until, request, span))

    def _finish(self, joined: Joined, now: float) -> None:
        request, rpc = joined.request, joined.request.key.rpc
        differing = self._count_compared([*joined.spans, *joined.copies], now)
        sampled = bool(rpc) and joined.is_sampled()
        kind = self._keeper.kind(request, joined.reason, sampled, now, rpc in differing)
        if not (kind or sampled):
            return
        spans = explaining.kept_spans(joined.spans)
        if sampled and not request.key.is_apart:
            count = partial(self._buckets.count_span, int(now) // 60)
            explaining.break_down(request, spans, count)
        if kind and self._keeps:
            if kind == "difference":
                spans = explaining.kept_spans([*joined.spans, *joined.copies], replies=True)
            pinned = self._keeper.is_pinned(request, kind)
            self.kept.append(explaining.kept_trace(request, joined.reason, spans, kind, pinned))

    def _count_compared(self, spans: list[Told], now: float) -> set[str]:
        """Count the pairs of replies among spans; return the RPCs whose paths differ."""
        differing = set()
        for pair in shadows.compared(spans, self._contexts):
            self._buckets.count_compared(int(now) // 60, pair)
            if pair.fields and pair.kind == CROSS:
                differing.add(pair.rpc)
        return differing

    def _remember(self, span_id: bytes) -> None:
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen_before, self._seen = self._seen, set()
        self._seen.add(span_id)
