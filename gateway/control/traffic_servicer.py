"""TrafficService: the comparison, traces and live metrics."""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence

import grpc
from camplane.gateway.v1 import traffic_service_pb2 as pb
from camplane.gateway.v1 import traffic_service_pb2_grpc

from gateway.control.encoding import encode
from gateway.control.errors import TraceNotKeptError, UnknownFilterError
from gateway.control.evidence import Evidence
from gateway.control.live import rates
from gateway.telemetry.kept import KINDS, KeptTrace, TraceSummary
from gateway.telemetry.receiver import ReceiverCounts
from gateway.telemetry.reconciliation_watch import ReconciliationWatch
from gateway.telemetry.self_time import self_times
from gateway.telemetry.store import TraceQuery, TraceStore
from gateway.vocabulary.reason_message import encoded
from gateway.vocabulary.route_table import rpcs
from gateway.vocabulary.split import CONTEXTS
from servicekit.moments import iso, now
from servicekit.threads import Threads

DEFAULT_MINUTES, MAX_MINUTES = 60, 24 * 60
DEFAULT_LIMIT, MAX_TRACES = 50, 1000
RECENT_SECONDS = 10
# Whole, or its beginning.
_TRACE_ID = re.compile(r"[0-9a-f]{8,32}")
_SPAN_ID = re.compile(r"[0-9a-f]{16}")


class TrafficServicer(traffic_service_pb2_grpc.TrafficServiceServicer):
    """Answers from what the receiver counted and kept."""

    def __init__(
        self,
        evidence: Evidence,
        reconciliation: ReconciliationWatch,
        counts: Callable[[], ReceiverCounts],
        traces: TraceStore,
        threads: Threads,
    ) -> None:
        self._evidence = evidence
        self._reconciliation = reconciliation
        self._counts = counts
        self._traces = traces
        self._threads = threads
        self._labels = {rpc.label for rpc in rpcs()}

    async def GetComparison(
        self, request: pb.GetComparisonRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetComparisonResponse:
        _one_of("context", request.context, CONTEXTS)
        self._known_rpc(request.rpc)
        minutes = _minutes(request.minutes)
        contexts = [request.context] if request.context else list(CONTEXTS)
        compared = await self._evidence.compared(minutes, contexts)
        answer = pb.GetComparisonResponse(timestamp=now(), minutes=minutes)
        since = time.time() - 60 * minutes
        for one in compared:
            message = encode(one, answer.contexts.add())
            exemplars = await self._threads(self._traces.exemplars, one.context, since)
            _add_exemplars(message, exemplars)
            if request.rpc:
                others = [rpc for rpc in message.rpcs if rpc.rpc != request.rpc]
                for rpc in others:
                    message.rpcs.remove(rpc)
        encode(self._reconciliation.checks(), answer.truth)
        encode(self._counts(), answer.receiver)
        return answer

    async def GetShadow(
        self, request: pb.GetShadowRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetShadowResponse:
        _one_of("context", request.context, CONTEXTS)
        minutes = _minutes(request.minutes)
        contexts = [request.context] if request.context else list(CONTEXTS)
        answer = pb.GetShadowResponse(timestamp=now(), minutes=minutes)
        since = time.time() - 60 * minutes
        for one, percent in await self._evidence.mirrored(minutes, contexts):
            message = encode(one, answer.contexts.add())
            message.mirrored = percent
            exemplars = await self._threads(self._traces.exemplars, one.context, since)
            for rpc in message.rpcs:
                rpc.exemplars.extend(
                    shown.trace_id
                    for shown in exemplars
                    if shown.rpc == rpc.rpc and shown.kind == "difference"
                )
        return answer

    async def ListTraces(
        self, request: pb.ListTracesRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListTracesResponse:
        _one_of("context", request.context, (*CONTEXTS, "gateway"))
        _one_of("assigned", request.assigned, ("legacy", "domain"))
        _one_of("kind", request.kind, KINDS)
        self._known_rpc(request.rpc)
        limit = request.limit or DEFAULT_LIMIT
        if limit > MAX_TRACES:
            raise UnknownFilterError(f"limit={limit}: give 1 to {MAX_TRACES}")
        query = TraceQuery(
            context=request.context,
            rpc=request.rpc,
            assigned=request.assigned,
            kind=request.kind,
            code=request.code,
            min_ms=request.min_ms,
            limit=limit,
            after=request.after,
        )
        try:
            page = await self._threads(self._traces.list, query)
        except ValueError as error:
            raise UnknownFilterError(f"after={request.after!r}: give `next` of a page") from error
        answer = pb.ListTracesResponse(next=page.next)
        for summary in page.traces:
            _fill_summary(summary, answer.traces.add())
        return answer

    async def GetTrace(
        self, request: pb.GetTraceRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetTraceResponse:
        trace_id, span_id = request.trace_id.lower(), request.span_id.lower()
        if not _TRACE_ID.fullmatch(trace_id):
            raise UnknownFilterError(
                "a trace id is 32 hexadecimal digits; give all of them, or at least the first 8"
            )
        if span_id and not _SPAN_ID.fullmatch(span_id):
            raise UnknownFilterError("a span id is 16 hexadecimal digits")
        begins_so = await self._threads(self._traces.beginning_with, trace_id)
        if len(begins_so) > 1:
            raise UnknownFilterError(f"several kept traces begin with {trace_id}: give more digits")
        trace_id = begins_so[0] if begins_so else trace_id
        trace = await self._threads(self._traces.get, trace_id, span_id)
        if trace is None:
            raise TraceNotKeptError(
                "this trace was not kept; every one that failed or fell back is, the slowest of "
                "each minute and a share of the rest, as long as there is room"
            )
        answer = _trace(trace)
        for one in await self._threads(self._traces.requests, trace_id, MAX_TRACES):
            _fill_summary(one, answer.requests.add())
        return answer

    async def WatchTraffic(
        self, request: pb.WatchTrafficRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.WatchTrafficResponse]:
        while True:
            yield await self._live()
            await asyncio.sleep(1 - time.time() % 1)

    async def _live(self) -> pb.WatchTrafficResponse:
        (metrics, routing), compared = await asyncio.gather(
            self._evidence.recent(RECENT_SECONDS), self._evidence.live()
        )
        verdicts = {one.context: one for one in compared}
        answer = pb.WatchTrafficResponse(timestamp=now())
        for name in CONTEXTS:
            live = rates(metrics, name, RECENT_SECONDS)
            message = encode(live, answer.contexts.add())
            message.weight = routing.split.domain(name)
            message.verdict = verdicts[name].verdict
            message.reasons.extend(verdicts[name].reasons)
            message.coded_reasons.extend(map(encoded, verdicts[name].coded_reasons))
        encode(self._reconciliation.checks(), answer.truth)
        encode(self._counts(), answer.receiver)
        return answer

    def _known_rpc(self, rpc: str) -> None:
        if rpc and rpc not in self._labels:
            raise UnknownFilterError(
                f"rpc={rpc!r} is unknown: give a label such as CameraRestService/StartCamera"
            )


def _minutes(asked: int) -> int:
    if asked > MAX_MINUTES:
        raise UnknownFilterError(f"minutes={asked}: give 1 to {MAX_MINUTES}")
    return asked or DEFAULT_MINUTES


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value and value not in known:
        raise UnknownFilterError(f"{name}={value!r} is unknown: give one of {', '.join(known)}")


def _add_exemplars(message: pb.ContextComparison, exemplars: Sequence[TraceSummary]) -> None:
    by_rpc: dict[str, list[TraceSummary]] = defaultdict(list)
    for one in exemplars:
        by_rpc[one.rpc].append(one)
    for rpc in message.rpcs:
        for one in by_rpc[rpc.rpc]:
            rpc.exemplars.add(
                trace_id=one.trace_id,
                span_id=one.span_id,
                kind=one.kind,
                assigned=one.assigned,
                duration_ms=one.duration_ms,
                code=one.code,
            )


def _fill_summary(summary: TraceSummary, message: pb.TraceSummary) -> None:
    message.started = iso(summary.started)
    for field in message.DESCRIPTOR.fields:
        if field.name != "started":
            setattr(message, field.name, getattr(summary, field.name))


def _trace(trace: KeptTrace) -> pb.GetTraceResponse:
    answer = pb.GetTraceResponse()
    _fill_summary(trace.summary, answer.summary)
    begin = round(trace.summary.started * 1e9)
    alone = self_times(trace.spans)
    for span in trace.spans:
        answer.spans.add(
            span_id=span.span_id,
            parent_id=span.parent_id,
            name=span.name,
            service=span.service,
            kind=span.kind,
            start_ms=(span.start_ns - begin) / 1e6,
            duration_ms=(span.end_ns - span.start_ns) / 1e6,
            self_ms=alone[span.span_id] / 1e6,
            implementation=span.implementation,
            error=span.error,
            attributes=span.attributes,
        )
    return answer
