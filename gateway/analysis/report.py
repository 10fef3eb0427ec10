"""What a comparison says: the messages of traffic_service.proto, field by field. Pure.

Names, units and meanings are the contract's; None stands for what is unset there.
"""

from dataclasses import dataclass, field

from gateway.vocabulary.reason import Reasons
from gateway.vocabulary.wording import texts

BETTER, WORSE, SAME, UNKNOWN = "better", "worse", "same", "unknown"


@dataclass(frozen=True, slots=True)
class Interval:
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Percentiles:
    p50: Interval
    p90: Interval
    p95: Interval
    p99: Interval


@dataclass(frozen=True, slots=True)
class Bucket:
    up_to_ms: float
    count: int


@dataclass(frozen=True, slots=True)
class PathFigures:
    requests: int
    answered_elsewhere: int
    failures: int
    failure_rate: Interval | None
    time: Percentiles | None
    mean_ms: float
    gateway_p50_ms: float
    attempt_p50_ms: float
    service_p50_ms: float
    distribution: tuple[Bucket, ...]
    left: int


@dataclass(frozen=True, slots=True)
class CodeCount:
    code: str
    legacy: int
    domain: int
    where: str
    is_fault: bool


@dataclass(frozen=True, slots=True)
class FallbackFigures:
    reason: str
    count: int
    added_ms: float


@dataclass(frozen=True, slots=True)
class SpanFigures:
    calls_per_request: float
    self_ms: float


@dataclass(frozen=True, slots=True)
class SpanDifference:
    name: str
    legacy: SpanFigures
    domain: SpanFigures
    difference_ms: float
    explains: bool


@dataclass(frozen=True, slots=True)
class RpcComparison:
    context: str
    rpc: str
    legacy: PathFigures
    domain: PathFigures
    difference: Percentiles | None
    p95_change: Interval | None
    failure_rate_difference: Interval | None
    left_rate_difference: Interval | None
    codes: tuple[CodeCount, ...]
    fallbacks: tuple[FallbackFigures, ...]
    spans: tuple[SpanDifference, ...]
    verdict: str
    coded_reasons: Reasons

    @property
    def reasons(self) -> tuple[str, ...]:
        return texts(self.coded_reasons)


@dataclass(frozen=True, slots=True)
class SampleRatio:
    expected: float
    observed: float
    requests: int
    alarm: bool


@dataclass(frozen=True, slots=True)
class ContextComparison:
    context: str
    weight: int
    answered_by_domain: float
    requests: int
    fallbacks: int
    forced: int
    tools: int
    sample_ratio: SampleRatio
    verdict: str
    coded_reasons: Reasons
    rpcs: tuple[RpcComparison, ...] = field(repr=False)

    @property
    def reasons(self) -> tuple[str, ...]:
        return texts(self.coded_reasons)
