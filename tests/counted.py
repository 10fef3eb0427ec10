"""Requests counted as the receiver counts them, to be compared."""

import math
from dataclasses import dataclass, field

import numpy as np

from gateway.analysis.comparison.comparison import compare
from gateway.analysis.report import ContextComparison, RpcComparison, SampleRatio
from gateway.analysis.sample_ratio import judge
from gateway.telemetry.drawn import Drawn
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import (
    RequestCell,
    RequestKey,
    SpanCell,
    SpanKey,
    TrafficMetrics,
)
from gateway.vocabulary.codes import is_fault

AS_CONFIGURED = judge(50, [Drawn(50, 500, 500)])
UPDATE = "CameraRestService/UpdateCamera"


@dataclass
class Traffic:
    """Counts requests as the receiver does, with times from 0.45 to 2.24 of the median."""

    metrics: TrafficMetrics = field(default_factory=TrafficMetrics)
    context: str = "camera"

    def add(
        self,
        rpc: str,
        assigned: str,
        count: int,
        ms: float = 12.0,
        *,
        answered: str | None = None,
        code: str = "OK",
        fallback: str = "",
        lost_ms: float = 0.0,
        steps: dict[str, float] | None = None,
        chosen: str = "drawn",
    ) -> "Traffic":
        """Count requests of median `ms`; steps: a step's name to its share of the whole time."""
        key = RequestKey(
            self.context,
            rpc,
            assigned,
            assigned if answered is None else answered,
            code,
            is_fault(code),
            fallback,
            chosen,
        )
        cell = self.metrics.requests.setdefault(key, RequestCell())
        cell.count += count
        cell.added_us += lost_ms * 1000 * count
        if code == "CANCELLED":
            cell.total.merge(Histogram.of([ms * 1000] * count))
            return self
        shares = {"": 0.0, "service": 0.1, "gateway": 0.05, **(steps or {})}
        for z in (np.arange(count) + 0.5) / count:
            whole_us = ms * 1000 * math.exp(math.log(5) * (2 * z - 1) / 2)
            cell.total.add(whole_us)
            cell.attempt.add(whole_us * 0.95)
            cell.gateway.add(whole_us * 0.05)
            for name, share in shares.items() if not key.is_apart else ():
                span = SpanKey(self.context, rpc, assigned, name)
                part = self.metrics.spans.setdefault(span, SpanCell())
                part.calls += 1
                part.self_us += whole_us * share
                part.time.add(whole_us * (share if name else 0.9))
        return self

    def compare(
        self, ratio: SampleRatio = AS_CONFIGURED, sufficient: bool = True
    ) -> ContextComparison:
        return compare(self.metrics, self.context, 50, ratio, sufficient)

    def rpc(self) -> RpcComparison:
        (one,) = self.compare().rpcs
        return one


def both(rpc: str = UPDATE, count: int = 1000) -> Traffic:
    return Traffic().add(rpc, "legacy", count).add(rpc, "domain", count)
