"""What was counted in a simulated step, as the controller's evidence."""

from collections.abc import Callable, Iterator

from camplane_tools.bench.simulation.traffic import MIX, Request
from gateway.analysis import abandonment, sample_ratio
from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import (
    FAILURES,
    LEFT,
    RpcCounts,
    RpcEvidence,
    StageEvidence,
    VariantEvidence,
)
from gateway.telemetry.drawn import Drawn
from gateway.telemetry.histogram import Histogram, middle

LEGACY, DOMAIN = 0, 1
# Percentiles are reckoned again when there are so many times as many requests.
_AS_KNOWN = 1.2


class _Variant:
    __slots__ = (
        "again",
        "failures",
        "fell_back",
        "judged",
        "left",
        "left_after",
        "refused",
        "times",
    )

    def __init__(self) -> None:
        self.judged = self.failures = self.fell_back = self.refused = self.left = self.again = 0
        self.times, self.left_after = Histogram(), Histogram()

    def evidence(self) -> VariantEvidence:
        counts = self.judged, self.failures, self.fell_back, self.refused
        return VariantEvidence(
            *counts, self.times, self.left, self.left_after, failed_again=self.again
        )


class _Lowest:
    """The statistic of failures, or of requests left, and the counts at its lowest look."""

    __slots__ = ("_added", "_taken", "counts", "rise", "statistic", "value")

    def __init__(self, criteria: Criteria) -> None:
        self._added, self._taken = failure_test.weights(criteria)
        self.statistic = self.value = self.rise = 0.0
        self.counts: list[tuple[int, int, int, int]] = []

    def add(self, failed: bool) -> None:
        self.statistic += self._added if failed else -self._taken

    def seen(self, counts: Callable[[], list[tuple[int, int, int, int]]]) -> None:
        if self.statistic < self.value:
            self.value, self.counts = self.statistic, counts()
        self.rise = self.statistic - self.value


class Stage:
    """Counts requests; `seen` is what a look does between: it keeps the lowest value."""

    def __init__(
        self, weight: int, criteria: Criteria, baseline: tuple[RpcEvidence, ...] = ()
    ) -> None:
        self.weight = weight
        self.requests = self.failures = self.fell_back = self.left = 0
        self._variants = [(_Variant(), _Variant()) for _ in MIX]
        self._drawn = [0, 0]
        self._baseline = baseline
        # Of each RPC: of how many requests of legacy's, and how long they mostly take.
        self._usual = [(0, abandonment.LONG_US) for _ in MIX]
        for rpc, before in enumerate(baseline):
            self._usual[rpc] = 0, before.legacy.times.quantile(abandonment.MOSTLY)
        self._failing, self._leaving = _Lowest(criteria), _Lowest(criteria)

    @property
    def rise(self) -> float:
        """How far either statistic is above its lowest value."""
        return max(self._failing.rise, self._leaving.rise)

    def add(self, request: Request) -> None:
        """Count one request."""
        _, rpc, domain, failed, fell_back, refused, left, drawn, bucket, again = request
        variant = self._variants[rpc][domain]
        tells = True
        if left:
            tells = middle(bucket) > self._mostly(rpc)
            variant.left += tells
        else:
            variant.judged += 1
            variant.failures += failed
            variant.fell_back += fell_back
            variant.refused += refused
            variant.again += failed and again
        times = variant.left_after.counts if left else variant.times.counts
        times[bucket] = times.get(bucket, 0) + 1
        self._drawn[domain] += drawn
        if domain:
            if tells:
                self._leaving.add(left)
            self.requests += 1
            self.left += left and tells
            if not left:
                self.failures += failed
                self.fell_back += fell_back
                self._failing.add(failed)

    def seen(self) -> None:
        """Do as `failure_test.lowest` does, without making objects of it at every look."""
        self._failing.seen(
            lambda: [
                (old.judged, old.failures, new.judged, new.failures) for old, new in self._variants
            ]
        )
        self._leaving.seen(
            lambda: [
                (old.judged + old.left, old.left, new.judged + new.left, new.left)
                for old, new in self._variants
            ]
        )

    def _mostly(self, rpc: int) -> float:
        """Return how long legacy mostly takes for an RPC, in microseconds, as lately known."""
        known, mostly = self._usual[rpc]
        judged = self._variants[rpc][LEGACY].judged
        if judged > _AS_KNOWN * known:
            mostly = self._variants[rpc][LEGACY].times.quantile(abandonment.MOSTLY)
            if judged < abandonment.FEWEST:
                mostly = max(mostly, abandonment.LONG_US)
            self._usual[rpc] = judged, mostly
        return mostly

    def rpcs(self) -> tuple[RpcEvidence, ...]:
        return tuple(
            RpcEvidence(rpc.name, old.evidence(), new.evidence())
            for rpc, (old, new) in zip(MIX, self._variants, strict=True)
        )

    def evidence(self, at: float) -> StageEvidence:
        """Return the evidence of a look; its histograms go on being counted in."""
        return StageEvidence(
            context="simulated",
            weight=self.weight,
            since=0.0,
            until=at,
            rpcs=self.rpcs(),
            ratio=sample_ratio.judge(self.weight, [Drawn(self.weight, *self._drawn)]),
            lowest=(*_kept(self._failing, FAILURES), *_kept(self._leaving, LEFT)),
            baseline=self._baseline,
        )


def _kept(lowest: _Lowest, of: str) -> Iterator[RpcCounts]:
    for rpc, counts in zip(MIX, lowest.counts, strict=False):
        yield RpcCounts(rpc.name, *counts, of=of)
