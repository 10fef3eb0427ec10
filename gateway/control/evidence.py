"""The comparison as it stands: metrics of the receiver, held against the split in force."""

from collections.abc import Sequence
from pathlib import Path

from gateway.analysis import sample_ratio, shadow
from gateway.analysis.comparison.comparison import compare
from gateway.analysis.report import ContextComparison
from gateway.analysis.shadow import ContextShadow
from gateway.control.remembered import Remembered
from gateway.proxy.files import read_recorded, read_routing
from gateway.telemetry.receiver import Receiver
from gateway.telemetry.reconciliation_watch import ReconciliationWatch
from gateway.telemetry.traffic_metrics import TrafficMetrics
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS
from servicekit.threads import Threads

# The comparison that live metrics carry is at most that old.
FRESH_SECONDS = 5.0
LIVE_MINUTES = 60


class Evidence:
    """Compares on demand; what live metrics need is kept for some seconds."""

    def __init__(
        self,
        receiver: Receiver,
        reconciliation: ReconciliationWatch,
        directory: Path,
        threads: Threads,
    ) -> None:
        self._receiver = receiver
        self._reconciliation = reconciliation
        self._directory = directory
        self._threads = threads
        self._live = Remembered(lambda: self.compared(LIVE_MINUTES), FRESH_SECONDS)

    async def compared(
        self, minutes: int, contexts: Sequence[str] = CONTEXTS
    ) -> Sequence[ContextComparison]:
        """Compare the last minutes now."""
        return await self._threads(self._compare, minutes, contexts)

    async def live(self) -> Sequence[ContextComparison]:
        """Return the comparison of the last hour, at most five seconds old."""
        return await self._live.value()

    async def recent(self, seconds: int) -> tuple[TrafficMetrics, Routing]:
        """Return the metrics of the last seconds, and the routing in force."""
        return await self._threads(
            lambda: (self._receiver.recent(seconds), read_routing(self._directory))
        )

    async def mirrored(
        self, minutes: int, contexts: Sequence[str] = CONTEXTS
    ) -> Sequence[tuple[ContextShadow, int]]:
        """Return what mirrored reads tell, and what percent of the reads is mirrored now."""
        return await self._threads(self._mirrored, minutes, contexts)

    def _mirrored(
        self, minutes: int, contexts: Sequence[str]
    ) -> Sequence[tuple[ContextShadow, int]]:
        shadows = self._receiver.metrics(minutes).shadows
        routing = read_routing(self._directory)
        return [
            (shadow.judge(context, shadows), routing.mirrored.get(context, 0))
            for context in contexts
        ]

    def _compare(self, minutes: int, contexts: Sequence[str]) -> list[ContextComparison]:
        now = read_recorded(self._directory)
        metrics = self._receiver.metrics(minutes)
        sufficient = self._reconciliation.checks().sufficient
        found = []
        for context in contexts:
            weight = now.routing.split.domain(context)
            since = now.history.since(context)
            drawn = self._receiver.drawn(context, now.history, since)
            ratio = sample_ratio.judge(weight, drawn)
            found.append(compare(metrics, context, weight, ratio, sufficient))
        return found
