"""How many rules and alerts there are, and who was not told, as metrics for Prometheus."""

from collections.abc import Iterable, Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import func, select

from alert_service.shared_state.channel_status import ChannelStatus, channel_status
from alert_service.shared_state.tables import alert_evaluation, alert_history, alert_rules
from servicekit.database.connections import Database

_OF_CHANNELS = {
    "waiting": "Alerts that a channel has yet to be told of.",
    "failing": "How often what waits for a channel was tried in vain, at most.",
    "given_up": "Alerts of the last week that a channel was never told of.",
}


def metrics(database: Database, channels: Iterable[str]) -> Iterator[Metric]:
    """Count rows; channels: names of those that are told. Blocks, raises as the database does."""
    enabled = alert_rules.c.enabled
    with database.read() as connection:
        rules = connection.execute(select(enabled, func.count()).group_by(enabled)).all()
        # Its rows are only ever added: the highest number says how many there were.
        alerts = connection.execute(select(func.max(alert_history.c.id))).scalar_one()
        status = {one.channel: one for one in channel_status(connection)}
        evaluated_to = connection.execute(select(alert_evaluation.c.evaluated_to)).scalar_one()
    counts = {True: 0, False: 0}
    for is_enabled, count in rules:
        counts[bool(is_enabled)] += count
    by_enabled = GaugeMetricFamily("camplane_alert_rules", "Alert rules.", labels=["enabled"])
    for is_enabled, count in counts.items():
        by_enabled.add_metric([str(is_enabled).lower()], count)
    yield by_enabled
    yield GaugeMetricFamily(
        "camplane_alert_events", "The highest number in the alert history.", alerts or 0
    )
    yield GaugeMetricFamily(
        "camplane_alert_evaluated_to_timestamp_seconds",
        "Until when all alert rules are evaluated, Unix time.",
        evaluated_to,
    )
    told = [status.pop(name, ChannelStatus(name, 0, 0, 0)) for name in channels]
    for figure, words in _OF_CHANNELS.items():
        family = GaugeMetricFamily(
            f"camplane_alert_notifications_{figure}", words, labels=["channel"]
        )
        for one in (*told, *status.values()):
            family.add_metric([one.channel], getattr(one, figure))
        yield family
