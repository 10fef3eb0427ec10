"""What Prometheus is told of the replies to mirrored reads. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.analysis.report import UNKNOWN
from gateway.analysis.shadow import ALIKE, DIFFERS, ContextShadow
from gateway.telemetry.traffic_metrics import ShadowCell, ShadowKey

_VERDICTS = (ALIKE, DIFFERS, UNKNOWN)


def families(
    shadows: Mapping[ShadowKey, ShadowCell], judged: Sequence[ContextShadow]
) -> Iterator[Metric]:
    """Tell how replies compared since the control process's start, and the last hour's verdicts."""
    replies = CounterMetricFamily(
        "camplane_shadow_replies",
        "Replies to copies of reads, held against the answers, by the path that the copy went to "
        "(cross: the other one; self: the same). Since the control process's start.",
        labels=("context", "rpc", "copy", "result"),
    )
    for key, cell in shadows.items():
        for result, count in (
            ("alike", cell.pairs - cell.differing),
            ("differing", cell.differing),
            ("uncompared", cell.uncompared),
        ):
            replies.add_metric([key.context, key.rpc, key.kind, result], count)
    verdicts = GaugeMetricFamily(
        "camplane_shadow_verdict",
        "1 for the verdict on the replies of the last hour, 0 for the others.",
        labels=("context", "verdict"),
    )
    for one in judged:
        for verdict in _VERDICTS:
            verdicts.add_metric([one.context, verdict], float(one.verdict == verdict))
    yield from (replies, verdicts)
