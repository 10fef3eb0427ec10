"""What Prometheus is told of the rollouts. Pure."""

from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from gateway.rollout.controller import View
from gateway.rollout.decisions.state import Phase


def families(views: Mapping[str, View], leads: bool, waiting: int) -> Iterator[Metric]:
    """Tell where each rollout stands; waiting: notifications that are still to be delivered."""
    phase = GaugeMetricFamily(
        "camplane_rollout_phase",
        "1 for the phase that a context's rollout is in, 0 for the others.",
        labels=("context", "phase"),
    )
    for context, view in views.items():
        for one in Phase:
            phase.add_metric((context, one.value), float(view.state.phase is one))
    yield phase
    yield GaugeMetricFamily(
        "camplane_rollout_controller_leads",
        "1 while this control process holds the lease and may move weights.",
        value=float(leads),
    )
    yield GaugeMetricFamily(
        "camplane_rollout_notifications_waiting",
        "Notifications of decisions that are still to be delivered.",
        value=waiting,
    )
