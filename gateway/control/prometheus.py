"""What the control process says to Prometheus: the traffic as Envoy's spans tell it."""

import asyncio
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

from gateway.analysis.report import BETTER, SAME, UNKNOWN, WORSE, ContextComparison
from gateway.analysis.shadow import ContextShadow
from gateway.control import shadow_metrics
from gateway.control.consistency import Consistency, Finding
from gateway.control.evidence import LIVE_MINUTES, Evidence
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.kept import TraceSummary
from gateway.telemetry.receiver import Receiver, ReceiverCounts
from gateway.telemetry.reconciliation import Reconciliation
from gateway.telemetry.reconciliation_watch import ReconciliationChecks, ReconciliationWatch
from gateway.telemetry.store import TraceStore
from gateway.telemetry.traffic_metrics import TrafficMetrics
from gateway.vocabulary.split import CONTEXTS
from servicekit.threads import Threads

# Seconds: close enough that a 95th percentile read from them tells 50 % more.
BOUNDS = tuple(
    round(unit * step, 6)
    for unit in (0.001, 0.01, 0.1, 1.0, 10.0)
    for step in (1, 1.5, 2, 3, 4, 5, 7)
)
_LE = (*map(floatToGoString, BOUNDS), "+Inf")
_VERDICTS = (BETTER, WORSE, SAME, UNKNOWN)
_SINCE = " Since the control process's start."
EXEMPLAR_SECONDS = 3600


@dataclass(frozen=True)
class Facts:
    """All that is told at one scrape; finding: None when the check could not be made."""

    metrics: TrafficMetrics
    comparisons: Sequence[ContextComparison]
    shadows: Sequence[ContextShadow]
    reconciliation: ReconciliationChecks
    counts: ReceiverCounts
    finding: Finding | None
    exemplars: Sequence[TraceSummary]


class ControlMetrics:
    """Gathers the facts, and tells them as metrics."""

    def __init__(
        self,
        receiver: Receiver,
        evidence: Evidence,
        reconciliation: ReconciliationWatch,
        counts: Callable[[], ReceiverCounts],
        consistency: Consistency,
        traces: TraceStore,
        threads: Threads,
    ) -> None:
        self._receiver = receiver
        self._evidence = evidence
        self._reconciliation = reconciliation
        self._counts = counts
        self._consistency = consistency
        self._traces = traces
        self._threads = threads

    async def __call__(self) -> Iterable[Metric]:
        """Return what holds now. The comparison is at most five seconds old, the check ten."""
        metrics, comparisons, mirrored, counts, finding, exemplars = await asyncio.gather(
            self._threads(self._receiver.since_start),
            self._evidence.live(),
            self._evidence.mirrored(LIVE_MINUTES),
            self._threads(self._counts),
            self._consistency.finding(),
            self._threads(self._exemplars),
        )
        shadows = [judged for judged, _ in mirrored]
        checks = self._reconciliation.checks()
        facts = Facts(metrics, comparisons, shadows, checks, counts, finding, exemplars)
        return await self._threads(lambda: list(families(facts)))

    def _exemplars(self) -> list[TraceSummary]:
        since = time.time() - EXEMPLAR_SECONDS
        return [one for context in CONTEXTS for one in self._traces.exemplars(context, since)]


def families(facts: Facts) -> Iterator[Metric]:
    """Tell the facts. Pure."""
    yield from _requests(facts.metrics)
    yield _durations(facts.metrics, facts.exemplars)
    yield from _rollout(facts.comparisons)
    yield from shadow_metrics.families(facts.metrics.shadows, facts.shadows)
    yield from _reconciliation(facts.reconciliation)
    yield from _data(facts.finding)
    yield from _receiver(facts.counts)


def _requests(metrics: TrafficMetrics) -> Iterator[Metric]:
    labels = ("context", "rpc", "assigned", "answered", "code", "chosen")
    requests: Counter[tuple[str, ...]] = Counter()
    failures: Counter[tuple[str, ...]] = Counter()
    fallbacks: Counter[tuple[str, ...]] = Counter()
    for key, cell in metrics.requests.items():
        path = (key.context, key.rpc, key.assigned)
        requests[*path, key.answered, key.code, key.chosen] += cell.count
        # From the first request on, so that the first failure is an increase.
        failures[path] += cell.count if key.failed else 0
        if key.fallback:
            fallbacks[key.context, key.rpc, key.fallback] += cell.count
    yield _counter(
        "camplane_requests",
        "Requests, by the path assigned, the path that answered, and how it was chosen." + _SINCE,
        labels,
        requests,
    )
    yield _counter(
        "camplane_request_failures",
        "Requests that ended in a server fault, or that the other path had to answer." + _SINCE,
        labels[:3],
        failures,
    )
    yield _counter(
        "camplane_fallbacks",
        "Requests of domain that legacy answered, by what domain did." + _SINCE,
        ("context", "rpc", "reason"),
        fallbacks,
    )


def _durations(metrics: TrafficMetrics, exemplars: Sequence[TraceSummary]) -> Metric:
    """Tell the times of whole requests, of those that say how fast they are answered."""
    family = HistogramMetricFamily(
        "camplane_request_duration_seconds",
        "Whole requests as the client saw them, within 2 % at the bounds." + _SINCE,
        labels=("context", "rpc", "assigned"),
    )
    times: dict[tuple[str, str, str], Histogram] = defaultdict(Histogram)
    for key, cell in metrics.requests.items():
        if key.is_timed:
            times[key.context, key.rpc, key.assigned].merge(cell.total)
    examples: dict[tuple[str, str, str], dict[int, Exemplar]] = defaultdict(dict)
    for one in exemplars:
        seconds = one.duration_ms / 1000
        at = bisect_left(BOUNDS, seconds)
        examples[one.context, one.rpc, one.assigned][at] = Exemplar(
            _exemplar_labels(one), seconds, one.started
        )
    for path, histogram in times.items():
        counts = [0] * len(_LE)
        for up_to_us, count in histogram:
            counts[bisect_left(BOUNDS, up_to_us / 1e6)] += count
        total, buckets = 0, list[Any]()
        for at, (bound, count) in enumerate(zip(_LE, counts, strict=True)):
            total += count
            # One from before the start belongs to no request that is counted here.
            buckets.append((bound, total, examples[path].get(at) if count else None))
        family.add_metric(path, buckets, histogram.mean() * total / 1e6)
    return family


def _exemplar_labels(one: TraceSummary) -> dict[str, str]:
    """Name a request; of a trace that an earlier release kept there is but one."""
    ids = {"trace_id": one.trace_id, "span_id": one.span_id}
    return {name: value for name, value in ids.items() if value}


def _rollout(comparisons: Sequence[ContextComparison]) -> Iterator[Metric]:
    by_context = ("context",)
    weight = GaugeMetricFamily(
        "camplane_rollout_weight_percent",
        "Percent of requests that are to go to domain.",
        labels=by_context,
    )
    alarm = GaugeMetricFamily(
        "camplane_sample_ratio_alarm",
        "1 when the observed split contradicts the configured one.",
        labels=by_context,
    )
    verdicts = GaugeMetricFamily(
        "camplane_comparison_verdict",
        "1 for the verdict on domain over the last hour, 0 for the others.",
        labels=("context", "verdict"),
    )
    for one in comparisons:
        weight.add_metric([one.context], one.weight)
        alarm.add_metric([one.context], one.sample_ratio.alarm)
        for verdict in _VERDICTS:
            verdicts.add_metric([one.context, verdict], verdict == one.verdict)
    yield from (weight, alarm, verdicts)


def _reconciliation(checks: ReconciliationChecks) -> Iterator[Metric]:
    yield _ratio(
        "camplane_trace_completeness_ratio",
        "Spans of requests that a service was asked for against Envoy's count, over ten minutes;"
        " 1 is all.",
        checks.completeness,
    )
    yield _ratio(
        "camplane_trace_agreement_ratio",
        "How far both agree by path, RPC and faults, over ten minutes; 1 is wholly.",
        checks.agreement,
    )
    yield GaugeMetricFamily(
        "camplane_trace_alarm",
        "1 when either ratio is below 0.99 by more than the requests under way.",
        checks.completeness.alarm or checks.agreement.alarm,
    )
    yield _counter(
        "camplane_refused_at_the_door",
        "Requests that the gateway refused by itself, in neither ratio. Since Envoy's start.",
        ("code",),
        Counter({(code,): count for code, count in checks.refused.items()}),
    )


def _ratio(name: str, about: str, checked: Reconciliation) -> Metric:
    return GaugeMetricFamily(name, about, checked.percent / 100)


def _data(finding: Finding | None) -> Iterator[Metric]:
    """Tell nothing when nothing is known: an absent series is no agreement."""
    consistent = GaugeMetricFamily(
        "camplane_data_consistent",
        "1 when database, cameras.yaml, processes and files agree.",
        labels=(),
    )
    issues = GaugeMetricFamily(
        "camplane_data_consistency_issues",
        "Differences of database, cameras.yaml, processes and files.",
        labels=(),
    )
    kinds = GaugeMetricFamily(
        "camplane_data_consistency_findings",
        "The same by kind, with notes, which contradict nothing.",
        labels=("kind", "severity"),
    )
    if finding is not None:
        consistent.add_metric((), not finding.issues)
        issues.add_metric((), len(finding.issues))
        for severity, counts in (("issue", finding.issue_kinds), ("note", finding.note_kinds)):
            for kind, count in counts.items():
                kinds.add_metric([kind, severity], count)
    yield from (consistent, issues, kinds)


def _receiver(counts: ReceiverCounts) -> Iterator[Metric]:
    yield CounterMetricFamily("camplane_receiver_spans", "Spans taken in." + _SINCE, counts.spans)
    # All reasons from the start on, so that the first drop is an increase.
    dropped: Counter[tuple[str, ...]] = Counter(
        {(reason,): 0 for reason in ("queue_full", "malformed", "duplicate", "unknown_rpc")}
    )
    dropped.update({(reason,): count for reason, count in counts.dropped.items()})
    yield _counter(
        "camplane_receiver_dropped", "Spans that were not counted." + _SINCE, ("reason",), dropped
    )
    yield GaugeMetricFamily(
        "camplane_receiver_queue_bytes", "Bytes of spans that wait to be read.", counts.queue_bytes
    )
    yield GaugeMetricFamily(
        "camplane_receiver_traces_kept", "Traces in the store.", counts.traces_kept
    )


def _counter(
    name: str, about: str, labels: Sequence[str], counts: Counter[tuple[str, ...]]
) -> Metric:
    family = CounterMetricFamily(name, about, labels=labels)
    for values, count in counts.items():
        family.add_metric(values, count)
    return family
