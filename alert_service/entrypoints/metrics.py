"""How many rules and alerts there are, as metrics for Prometheus."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import func, select

from alert_service.shared_state.tables import alert_evaluation, alert_history, alert_rules
from servicekit.database import Database


def metrics(database: Database) -> Iterator[Metric]:
    """Count rows; blocks on the database and raises as it does."""
    enabled = alert_rules.c.enabled
    with database.read() as connection:
        rules = connection.execute(select(enabled, func.count()).group_by(enabled)).all()
        # Its rows are only ever added: the highest number says how many there were.
        alerts = connection.execute(select(func.max(alert_history.c.id))).scalar_one()
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
