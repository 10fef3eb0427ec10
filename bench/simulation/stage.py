"""What was counted in a simulated step, as the controller's evidence."""

from bench.simulation.traffic import MIX, Request
from gateway.comparison import sample_ratio
from gateway.comparison.histogram import Histogram
from gateway.rollout.judgement import failure_test
from gateway.rollout.judgement.evidence import ArmEvidence, RpcCounts, RpcEvidence, StageEvidence
from gateway.rollout.plan.model import Criteria

LEGACY, DOMAIN = 0, 1


class _Arm:
    __slots__ = ("failures", "judged", "refused", "rescued", "times")

    def __init__(self) -> None:
        self.judged = self.failures = self.rescued = self.refused = 0
        self.times = Histogram()

    def evidence(self) -> ArmEvidence:
        return ArmEvidence(self.judged, self.failures, self.rescued, self.refused, self.times)


class Stage:
    """Counts requests; `seen` is what a look does between: it keeps the lowest value."""

    def __init__(
        self, weight: int, criteria: Criteria, baseline: tuple[RpcEvidence, ...] = ()
    ) -> None:
        self.weight = weight
        self.requests = self.failures = self.rescued = 0
        self.statistic = 0.0
        self.rise = 0.0
        self._arms = [(_Arm(), _Arm()) for _ in MIX]
        self._drawn = [0, 0]
        self._baseline = baseline
        self._criteria = criteria
        self._added, self._taken = failure_test.weights(criteria)
        self._lowest: tuple[float, list[tuple[int, int, int, int]]] = (0.0, [])

    def add(self, request: Request) -> None:
        """Count one request."""
        _, rpc, domain, failed, rescued, refused, bucket = request
        arm = self._arms[rpc][domain]
        arm.judged += 1
        arm.failures += failed
        arm.rescued += rescued
        arm.refused += refused
        times = arm.times.counts
        times[bucket] = times.get(bucket, 0) + 1
        self._drawn[domain] += 1
        if domain:
            self.requests += 1
            self.failures += failed
            self.rescued += rescued
            self.statistic += self._added if failed else -self._taken

    def seen(self) -> None:
        """Do as `failure_test.lowest` does, without making objects of it at every look."""
        if self.statistic < self._lowest[0]:
            counts = [
                (old.judged, old.failures, new.judged, new.failures) for old, new in self._arms
            ]
            self._lowest = (self.statistic, counts)
        self.rise = self.statistic - self._lowest[0]

    def rpcs(self) -> tuple[RpcEvidence, ...]:
        return tuple(
            RpcEvidence(rpc.name, old.evidence(), new.evidence())
            for rpc, (old, new) in zip(MIX, self._arms, strict=True)
        )

    def evidence(self, at: float) -> StageEvidence:
        """Return the evidence of a look; its histograms go on being counted in."""
        kept = self._lowest[1]
        return StageEvidence(
            context="simulated",
            weight=self.weight,
            since=0.0,
            until=at,
            rpcs=self.rpcs(),
            ratio=sample_ratio.judge(self.weight, [sample_ratio.Drawn(self.weight, *self._drawn)]),
            lowest=tuple(
                RpcCounts(rpc.name, *counts) for rpc, counts in zip(MIX, kept, strict=False)
            ),
            baseline=self._baseline,
        )
