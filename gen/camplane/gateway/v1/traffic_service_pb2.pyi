from camplane.access.v1 import role_pb2 as _role_pb2
from camplane.gateway.v1 import reason_pb2 as _reason_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetComparisonRequest(_message.Message):
    __slots__ = ("context", "rpc", "minutes")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    RPC_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    context: str
    rpc: str
    minutes: int
    def __init__(self, context: _Optional[str] = ..., rpc: _Optional[str] = ..., minutes: _Optional[int] = ...) -> None: ...

class Interval(_message.Message):
    __slots__ = ("value", "low", "high")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    value: float
    low: float
    high: float
    def __init__(self, value: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class Percentiles(_message.Message):
    __slots__ = ("p50", "p90", "p95", "p99")
    P50_FIELD_NUMBER: _ClassVar[int]
    P90_FIELD_NUMBER: _ClassVar[int]
    P95_FIELD_NUMBER: _ClassVar[int]
    P99_FIELD_NUMBER: _ClassVar[int]
    p50: Interval
    p90: Interval
    p95: Interval
    p99: Interval
    def __init__(self, p50: _Optional[_Union[Interval, _Mapping]] = ..., p90: _Optional[_Union[Interval, _Mapping]] = ..., p95: _Optional[_Union[Interval, _Mapping]] = ..., p99: _Optional[_Union[Interval, _Mapping]] = ...) -> None: ...

class Bucket(_message.Message):
    __slots__ = ("up_to_ms", "count")
    UP_TO_MS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    up_to_ms: float
    count: int
    def __init__(self, up_to_ms: _Optional[float] = ..., count: _Optional[int] = ...) -> None: ...

class PathFigures(_message.Message):
    __slots__ = ("requests", "answered_elsewhere", "failures", "failure_rate", "time", "mean_ms", "gateway_p50_ms", "attempt_p50_ms", "service_p50_ms", "distribution", "left")
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_ELSEWHERE_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    FAILURE_RATE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    MEAN_MS_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_P50_MS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_P50_MS_FIELD_NUMBER: _ClassVar[int]
    SERVICE_P50_MS_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    requests: int
    answered_elsewhere: int
    failures: int
    failure_rate: Interval
    time: Percentiles
    mean_ms: float
    gateway_p50_ms: float
    attempt_p50_ms: float
    service_p50_ms: float
    distribution: _containers.RepeatedCompositeFieldContainer[Bucket]
    left: int
    def __init__(self, requests: _Optional[int] = ..., answered_elsewhere: _Optional[int] = ..., failures: _Optional[int] = ..., failure_rate: _Optional[_Union[Interval, _Mapping]] = ..., time: _Optional[_Union[Percentiles, _Mapping]] = ..., mean_ms: _Optional[float] = ..., gateway_p50_ms: _Optional[float] = ..., attempt_p50_ms: _Optional[float] = ..., service_p50_ms: _Optional[float] = ..., distribution: _Optional[_Iterable[_Union[Bucket, _Mapping]]] = ..., left: _Optional[int] = ...) -> None: ...

class CodeCount(_message.Message):
    __slots__ = ("code", "legacy", "domain", "where", "is_fault")
    CODE_FIELD_NUMBER: _ClassVar[int]
    LEGACY_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    IS_FAULT_FIELD_NUMBER: _ClassVar[int]
    code: str
    legacy: int
    domain: int
    where: str
    is_fault: bool
    def __init__(self, code: _Optional[str] = ..., legacy: _Optional[int] = ..., domain: _Optional[int] = ..., where: _Optional[str] = ..., is_fault: _Optional[bool] = ...) -> None: ...

class FallbackFigures(_message.Message):
    __slots__ = ("reason", "count", "added_ms")
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    ADDED_MS_FIELD_NUMBER: _ClassVar[int]
    reason: str
    count: int
    added_ms: float
    def __init__(self, reason: _Optional[str] = ..., count: _Optional[int] = ..., added_ms: _Optional[float] = ...) -> None: ...

class SpanFigures(_message.Message):
    __slots__ = ("calls_per_request", "self_ms")
    CALLS_PER_REQUEST_FIELD_NUMBER: _ClassVar[int]
    SELF_MS_FIELD_NUMBER: _ClassVar[int]
    calls_per_request: float
    self_ms: float
    def __init__(self, calls_per_request: _Optional[float] = ..., self_ms: _Optional[float] = ...) -> None: ...

class SpanDifference(_message.Message):
    __slots__ = ("name", "legacy", "domain", "difference_ms", "explains")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LEGACY_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_MS_FIELD_NUMBER: _ClassVar[int]
    EXPLAINS_FIELD_NUMBER: _ClassVar[int]
    name: str
    legacy: SpanFigures
    domain: SpanFigures
    difference_ms: float
    explains: bool
    def __init__(self, name: _Optional[str] = ..., legacy: _Optional[_Union[SpanFigures, _Mapping]] = ..., domain: _Optional[_Union[SpanFigures, _Mapping]] = ..., difference_ms: _Optional[float] = ..., explains: _Optional[bool] = ...) -> None: ...

class Exemplar(_message.Message):
    __slots__ = ("trace_id", "kind", "assigned", "duration_ms", "code", "span_id")
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    SPAN_ID_FIELD_NUMBER: _ClassVar[int]
    trace_id: str
    kind: str
    assigned: str
    duration_ms: float
    code: str
    span_id: str
    def __init__(self, trace_id: _Optional[str] = ..., kind: _Optional[str] = ..., assigned: _Optional[str] = ..., duration_ms: _Optional[float] = ..., code: _Optional[str] = ..., span_id: _Optional[str] = ...) -> None: ...

class RpcComparison(_message.Message):
    __slots__ = ("context", "rpc", "legacy", "domain", "difference", "p95_change", "failure_rate_difference", "codes", "fallbacks", "spans", "verdict", "reasons", "exemplars", "left_rate_difference", "coded_reasons")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    RPC_FIELD_NUMBER: _ClassVar[int]
    LEGACY_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    P95_CHANGE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_RATE_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    FALLBACKS_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    EXEMPLARS_FIELD_NUMBER: _ClassVar[int]
    LEFT_RATE_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    CODED_REASONS_FIELD_NUMBER: _ClassVar[int]
    context: str
    rpc: str
    legacy: PathFigures
    domain: PathFigures
    difference: Percentiles
    p95_change: Interval
    failure_rate_difference: Interval
    codes: _containers.RepeatedCompositeFieldContainer[CodeCount]
    fallbacks: _containers.RepeatedCompositeFieldContainer[FallbackFigures]
    spans: _containers.RepeatedCompositeFieldContainer[SpanDifference]
    verdict: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    exemplars: _containers.RepeatedCompositeFieldContainer[Exemplar]
    left_rate_difference: Interval
    coded_reasons: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    def __init__(self, context: _Optional[str] = ..., rpc: _Optional[str] = ..., legacy: _Optional[_Union[PathFigures, _Mapping]] = ..., domain: _Optional[_Union[PathFigures, _Mapping]] = ..., difference: _Optional[_Union[Percentiles, _Mapping]] = ..., p95_change: _Optional[_Union[Interval, _Mapping]] = ..., failure_rate_difference: _Optional[_Union[Interval, _Mapping]] = ..., codes: _Optional[_Iterable[_Union[CodeCount, _Mapping]]] = ..., fallbacks: _Optional[_Iterable[_Union[FallbackFigures, _Mapping]]] = ..., spans: _Optional[_Iterable[_Union[SpanDifference, _Mapping]]] = ..., verdict: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., exemplars: _Optional[_Iterable[_Union[Exemplar, _Mapping]]] = ..., left_rate_difference: _Optional[_Union[Interval, _Mapping]] = ..., coded_reasons: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ...) -> None: ...

class SampleRatio(_message.Message):
    __slots__ = ("expected", "observed", "requests", "alarm")
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    ALARM_FIELD_NUMBER: _ClassVar[int]
    expected: float
    observed: float
    requests: int
    alarm: bool
    def __init__(self, expected: _Optional[float] = ..., observed: _Optional[float] = ..., requests: _Optional[int] = ..., alarm: _Optional[bool] = ...) -> None: ...

class ContextComparison(_message.Message):
    __slots__ = ("context", "weight", "answered_by_domain", "requests", "fallbacks", "sample_ratio", "verdict", "reasons", "rpcs", "forced", "tools", "coded_reasons")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_BY_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    FALLBACKS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATIO_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    RPCS_FIELD_NUMBER: _ClassVar[int]
    FORCED_FIELD_NUMBER: _ClassVar[int]
    TOOLS_FIELD_NUMBER: _ClassVar[int]
    CODED_REASONS_FIELD_NUMBER: _ClassVar[int]
    context: str
    weight: int
    answered_by_domain: float
    requests: int
    fallbacks: int
    sample_ratio: SampleRatio
    verdict: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    rpcs: _containers.RepeatedCompositeFieldContainer[RpcComparison]
    forced: int
    tools: int
    coded_reasons: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    def __init__(self, context: _Optional[str] = ..., weight: _Optional[int] = ..., answered_by_domain: _Optional[float] = ..., requests: _Optional[int] = ..., fallbacks: _Optional[int] = ..., sample_ratio: _Optional[_Union[SampleRatio, _Mapping]] = ..., verdict: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., rpcs: _Optional[_Iterable[_Union[RpcComparison, _Mapping]]] = ..., forced: _Optional[int] = ..., tools: _Optional[int] = ..., coded_reasons: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ...) -> None: ...

class Truth(_message.Message):
    __slots__ = ("expected", "observed", "percent", "alarm", "differences", "coded_differences")
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    ALARM_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    CODED_DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    expected: int
    observed: int
    percent: float
    alarm: bool
    differences: _containers.RepeatedScalarFieldContainer[str]
    coded_differences: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    def __init__(self, expected: _Optional[int] = ..., observed: _Optional[int] = ..., percent: _Optional[float] = ..., alarm: _Optional[bool] = ..., differences: _Optional[_Iterable[str]] = ..., coded_differences: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ...) -> None: ...

class TruthChecks(_message.Message):
    __slots__ = ("completeness", "agreement", "sufficient", "refused")
    class RefusedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    COMPLETENESS_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    SUFFICIENT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    completeness: Truth
    agreement: Truth
    sufficient: bool
    refused: _containers.ScalarMap[str, int]
    def __init__(self, completeness: _Optional[_Union[Truth, _Mapping]] = ..., agreement: _Optional[_Union[Truth, _Mapping]] = ..., sufficient: _Optional[bool] = ..., refused: _Optional[_Mapping[str, int]] = ...) -> None: ...

class ReceiverFigures(_message.Message):
    __slots__ = ("spans", "dropped", "out_of_time", "queue_bytes", "traces_kept", "traces_pinned", "forwarded", "forward_failed")
    class DroppedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    SPANS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    QUEUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    TRACES_KEPT_FIELD_NUMBER: _ClassVar[int]
    TRACES_PINNED_FIELD_NUMBER: _ClassVar[int]
    FORWARDED_FIELD_NUMBER: _ClassVar[int]
    FORWARD_FAILED_FIELD_NUMBER: _ClassVar[int]
    spans: int
    dropped: _containers.ScalarMap[str, int]
    out_of_time: int
    queue_bytes: int
    traces_kept: int
    traces_pinned: int
    forwarded: int
    forward_failed: int
    def __init__(self, spans: _Optional[int] = ..., dropped: _Optional[_Mapping[str, int]] = ..., out_of_time: _Optional[int] = ..., queue_bytes: _Optional[int] = ..., traces_kept: _Optional[int] = ..., traces_pinned: _Optional[int] = ..., forwarded: _Optional[int] = ..., forward_failed: _Optional[int] = ...) -> None: ...

class GetComparisonResponse(_message.Message):
    __slots__ = ("timestamp", "minutes", "contexts", "truth", "receiver")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_FIELD_NUMBER: _ClassVar[int]
    timestamp: str
    minutes: int
    contexts: _containers.RepeatedCompositeFieldContainer[ContextComparison]
    truth: TruthChecks
    receiver: ReceiverFigures
    def __init__(self, timestamp: _Optional[str] = ..., minutes: _Optional[int] = ..., contexts: _Optional[_Iterable[_Union[ContextComparison, _Mapping]]] = ..., truth: _Optional[_Union[TruthChecks, _Mapping]] = ..., receiver: _Optional[_Union[ReceiverFigures, _Mapping]] = ...) -> None: ...

class ListTracesRequest(_message.Message):
    __slots__ = ("context", "rpc", "assigned", "kind", "code", "min_ms", "limit", "after")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    RPC_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MIN_MS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    context: str
    rpc: str
    assigned: str
    kind: str
    code: str
    min_ms: float
    limit: int
    after: str
    def __init__(self, context: _Optional[str] = ..., rpc: _Optional[str] = ..., assigned: _Optional[str] = ..., kind: _Optional[str] = ..., code: _Optional[str] = ..., min_ms: _Optional[float] = ..., limit: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class TraceSummary(_message.Message):
    __slots__ = ("trace_id", "started", "context", "rpc", "assigned", "answered", "code", "fallback_reason", "duration_ms", "kind", "pinned", "spans", "span_id")
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    RPC_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_REASON_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PINNED_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    SPAN_ID_FIELD_NUMBER: _ClassVar[int]
    trace_id: str
    started: str
    context: str
    rpc: str
    assigned: str
    answered: str
    code: str
    fallback_reason: str
    duration_ms: float
    kind: str
    pinned: bool
    spans: int
    span_id: str
    def __init__(self, trace_id: _Optional[str] = ..., started: _Optional[str] = ..., context: _Optional[str] = ..., rpc: _Optional[str] = ..., assigned: _Optional[str] = ..., answered: _Optional[str] = ..., code: _Optional[str] = ..., fallback_reason: _Optional[str] = ..., duration_ms: _Optional[float] = ..., kind: _Optional[str] = ..., pinned: _Optional[bool] = ..., spans: _Optional[int] = ..., span_id: _Optional[str] = ...) -> None: ...

class ListTracesResponse(_message.Message):
    __slots__ = ("traces", "next")
    TRACES_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    traces: _containers.RepeatedCompositeFieldContainer[TraceSummary]
    next: str
    def __init__(self, traces: _Optional[_Iterable[_Union[TraceSummary, _Mapping]]] = ..., next: _Optional[str] = ...) -> None: ...

class GetTraceRequest(_message.Message):
    __slots__ = ("trace_id", "span_id")
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    SPAN_ID_FIELD_NUMBER: _ClassVar[int]
    trace_id: str
    span_id: str
    def __init__(self, trace_id: _Optional[str] = ..., span_id: _Optional[str] = ...) -> None: ...

class Span(_message.Message):
    __slots__ = ("span_id", "parent_id", "name", "service", "kind", "start_ms", "duration_ms", "self_ms", "implementation", "error", "attributes")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SPAN_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    SELF_MS_FIELD_NUMBER: _ClassVar[int]
    IMPLEMENTATION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    span_id: str
    parent_id: str
    name: str
    service: str
    kind: str
    start_ms: float
    duration_ms: float
    self_ms: float
    implementation: str
    error: bool
    attributes: _containers.ScalarMap[str, str]
    def __init__(self, span_id: _Optional[str] = ..., parent_id: _Optional[str] = ..., name: _Optional[str] = ..., service: _Optional[str] = ..., kind: _Optional[str] = ..., start_ms: _Optional[float] = ..., duration_ms: _Optional[float] = ..., self_ms: _Optional[float] = ..., implementation: _Optional[str] = ..., error: _Optional[bool] = ..., attributes: _Optional[_Mapping[str, str]] = ...) -> None: ...

class GetTraceResponse(_message.Message):
    __slots__ = ("summary", "spans", "requests")
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    summary: TraceSummary
    spans: _containers.RepeatedCompositeFieldContainer[Span]
    requests: _containers.RepeatedCompositeFieldContainer[TraceSummary]
    def __init__(self, summary: _Optional[_Union[TraceSummary, _Mapping]] = ..., spans: _Optional[_Iterable[_Union[Span, _Mapping]]] = ..., requests: _Optional[_Iterable[_Union[TraceSummary, _Mapping]]] = ...) -> None: ...

class GetShadowRequest(_message.Message):
    __slots__ = ("context", "minutes")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    context: str
    minutes: int
    def __init__(self, context: _Optional[str] = ..., minutes: _Optional[int] = ...) -> None: ...

class FieldShadow(_message.Message):
    __slots__ = ("field", "differing", "noise_differing", "excess")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DIFFERING_FIELD_NUMBER: _ClassVar[int]
    NOISE_DIFFERING_FIELD_NUMBER: _ClassVar[int]
    EXCESS_FIELD_NUMBER: _ClassVar[int]
    field: str
    differing: int
    noise_differing: int
    excess: Interval
    def __init__(self, field: _Optional[str] = ..., differing: _Optional[int] = ..., noise_differing: _Optional[int] = ..., excess: _Optional[_Union[Interval, _Mapping]] = ...) -> None: ...

class RpcShadow(_message.Message):
    __slots__ = ("context", "rpc", "pairs", "differing", "noise_pairs", "noise_differing", "uncompared", "difference_rate", "noise_rate", "excess", "fields", "verdict", "reasons", "exemplars", "coded_reasons")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    RPC_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    DIFFERING_FIELD_NUMBER: _ClassVar[int]
    NOISE_PAIRS_FIELD_NUMBER: _ClassVar[int]
    NOISE_DIFFERING_FIELD_NUMBER: _ClassVar[int]
    UNCOMPARED_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_RATE_FIELD_NUMBER: _ClassVar[int]
    NOISE_RATE_FIELD_NUMBER: _ClassVar[int]
    EXCESS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    EXEMPLARS_FIELD_NUMBER: _ClassVar[int]
    CODED_REASONS_FIELD_NUMBER: _ClassVar[int]
    context: str
    rpc: str
    pairs: int
    differing: int
    noise_pairs: int
    noise_differing: int
    uncompared: int
    difference_rate: Interval
    noise_rate: Interval
    excess: Interval
    fields: _containers.RepeatedCompositeFieldContainer[FieldShadow]
    verdict: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    exemplars: _containers.RepeatedScalarFieldContainer[str]
    coded_reasons: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    def __init__(self, context: _Optional[str] = ..., rpc: _Optional[str] = ..., pairs: _Optional[int] = ..., differing: _Optional[int] = ..., noise_pairs: _Optional[int] = ..., noise_differing: _Optional[int] = ..., uncompared: _Optional[int] = ..., difference_rate: _Optional[_Union[Interval, _Mapping]] = ..., noise_rate: _Optional[_Union[Interval, _Mapping]] = ..., excess: _Optional[_Union[Interval, _Mapping]] = ..., fields: _Optional[_Iterable[_Union[FieldShadow, _Mapping]]] = ..., verdict: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., exemplars: _Optional[_Iterable[str]] = ..., coded_reasons: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ...) -> None: ...

class ContextShadow(_message.Message):
    __slots__ = ("context", "mirrored", "verdict", "reasons", "pairs", "rpcs", "coded_reasons")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    MIRRORED_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    RPCS_FIELD_NUMBER: _ClassVar[int]
    CODED_REASONS_FIELD_NUMBER: _ClassVar[int]
    context: str
    mirrored: int
    verdict: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    pairs: int
    rpcs: _containers.RepeatedCompositeFieldContainer[RpcShadow]
    coded_reasons: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    def __init__(self, context: _Optional[str] = ..., mirrored: _Optional[int] = ..., verdict: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., pairs: _Optional[int] = ..., rpcs: _Optional[_Iterable[_Union[RpcShadow, _Mapping]]] = ..., coded_reasons: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ...) -> None: ...

class GetShadowResponse(_message.Message):
    __slots__ = ("timestamp", "minutes", "contexts")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    timestamp: str
    minutes: int
    contexts: _containers.RepeatedCompositeFieldContainer[ContextShadow]
    def __init__(self, timestamp: _Optional[str] = ..., minutes: _Optional[int] = ..., contexts: _Optional[_Iterable[_Union[ContextShadow, _Mapping]]] = ...) -> None: ...

class WatchTrafficRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PathRates(_message.Message):
    __slots__ = ("requests_per_second", "failure_rate", "p50_ms", "p95_ms")
    REQUESTS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    FAILURE_RATE_FIELD_NUMBER: _ClassVar[int]
    P50_MS_FIELD_NUMBER: _ClassVar[int]
    P95_MS_FIELD_NUMBER: _ClassVar[int]
    requests_per_second: float
    failure_rate: float
    p50_ms: float
    p95_ms: float
    def __init__(self, requests_per_second: _Optional[float] = ..., failure_rate: _Optional[float] = ..., p50_ms: _Optional[float] = ..., p95_ms: _Optional[float] = ...) -> None: ...

class ContextRates(_message.Message):
    __slots__ = ("context", "weight", "answered_by_domain", "fallbacks_per_second", "legacy", "domain", "verdict", "reasons", "forced_per_second", "tools_per_second", "coded_reasons")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_BY_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    FALLBACKS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    LEGACY_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    FORCED_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    TOOLS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    CODED_REASONS_FIELD_NUMBER: _ClassVar[int]
    context: str
    weight: int
    answered_by_domain: float
    fallbacks_per_second: float
    legacy: PathRates
    domain: PathRates
    verdict: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    forced_per_second: float
    tools_per_second: float
    coded_reasons: _containers.RepeatedCompositeFieldContainer[_reason_pb2.Reason]
    def __init__(self, context: _Optional[str] = ..., weight: _Optional[int] = ..., answered_by_domain: _Optional[float] = ..., fallbacks_per_second: _Optional[float] = ..., legacy: _Optional[_Union[PathRates, _Mapping]] = ..., domain: _Optional[_Union[PathRates, _Mapping]] = ..., verdict: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., forced_per_second: _Optional[float] = ..., tools_per_second: _Optional[float] = ..., coded_reasons: _Optional[_Iterable[_Union[_reason_pb2.Reason, _Mapping]]] = ...) -> None: ...

class WatchTrafficResponse(_message.Message):
    __slots__ = ("timestamp", "contexts", "truth", "receiver")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_FIELD_NUMBER: _ClassVar[int]
    timestamp: str
    contexts: _containers.RepeatedCompositeFieldContainer[ContextRates]
    truth: TruthChecks
    receiver: ReceiverFigures
    def __init__(self, timestamp: _Optional[str] = ..., contexts: _Optional[_Iterable[_Union[ContextRates, _Mapping]]] = ..., truth: _Optional[_Union[TruthChecks, _Mapping]] = ..., receiver: _Optional[_Union[ReceiverFigures, _Mapping]] = ...) -> None: ...
