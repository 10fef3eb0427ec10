"""Rates of the last seconds. Pure."""

from dataclasses import dataclass

from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import TrafficMetrics
from gateway.vocabulary.choices import FORCED, TOOL
from gateway.vocabulary.split import DOMAIN, LEGACY


@dataclass(frozen=True)
class PathRates:
    """The names are those of the API."""

    requests_per_second: float
    failure_rate: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class ContextRates:
    """The names are those of the API."""

    context: str
    answered_by_domain: float
    forced_per_second: float
    tools_per_second: float
    fallbacks_per_second: float
    legacy: PathRates
    domain: PathRates


def rates(metrics: TrafficMetrics, context: str, seconds: int) -> ContextRates:
    """Return the rates of one context's metrics, which were counted in so many seconds."""
    cells = {key: cell for key, cell in metrics.requests.items() if key.context == context}
    split = {key: cell for key, cell in cells.items() if not key.is_apart}
    by_domain = sum(cell.count for key, cell in split.items() if key.answered == DOMAIN)
    answered = sum(cell.count for key, cell in split.items() if key.answered)
    fallbacks = sum(cell.count for key, cell in cells.items() if key.fallback)

    def path(name: str) -> PathRates:
        requests = failed = 0
        times = Histogram()
        for key, cell in cells.items():
            if key.assigned == name:
                requests += cell.count
                failed += cell.count if key.failed else 0
                if key.is_timed:
                    times.merge(cell.total)
        return PathRates(
            requests_per_second=requests / seconds,
            failure_rate=100 * failed / requests if requests else 0.0,
            p50_ms=times.quantile(0.5) / 1000,
            p95_ms=times.quantile(0.95) / 1000,
        )

    return ContextRates(
        context=context,
        answered_by_domain=100 * by_domain / answered if answered else 0.0,
        forced_per_second=metrics.count(context, FORCED, LEGACY, DOMAIN) / seconds,
        tools_per_second=metrics.count(context, TOOL, LEGACY, DOMAIN) / seconds,
        fallbacks_per_second=fallbacks / seconds,
        legacy=path(LEGACY),
        domain=path(DOMAIN),
    )
