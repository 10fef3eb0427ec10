"""Where a request's time goes on each path, and which part explains the difference. Pure."""

from collections.abc import Mapping

from gateway.analysis.report import SpanDifference, SpanFigures
from gateway.analysis.variant import Variant
from gateway.telemetry.traffic_metrics import SpanCell

# Fewer sampled requests than this say nothing about where the time goes.
FEWEST_SAMPLED = 10
# A part explains a difference if it makes up this much of it.
MOST = 0.5
# Smaller differences of the mean need no explanation, in milliseconds.
MIN_MS = 0.2

_NOTHING = SpanFigures(0.0, 0.0)


def breakdown(
    legacy: Variant,
    domain: Variant,
    legacy_spans: Mapping[str, SpanCell],
    domain_spans: Mapping[str, SpanCell],
) -> tuple[SpanDifference, ...]:
    """Return the parts of both paths side by side, the largest difference first.

    The cells are by name, "" for the sampled requests themselves. At most one
    part explains: the one that makes up most of the difference between the
    means of all requests, the sampled and the others.
    """
    on_legacy, on_domain = _parts(legacy_spans), _parts(domain_spans)
    rows = [
        (on_domain.get(name, _NOTHING).self_ms - on_legacy.get(name, _NOTHING).self_ms, name)
        for name in on_legacy.keys() | on_domain.keys()
    ]
    rows.sort(key=lambda row: (-abs(row[0]), row[1]))
    explaining = ""
    if min(_sampled(legacy_spans), _sampled(domain_spans)) >= FEWEST_SAMPLED:
        explaining = _explaining(rows, (domain.total.mean() - legacy.total.mean()) / 1000)
    return tuple(
        SpanDifference(
            name=name,
            legacy=on_legacy.get(name, _NOTHING),
            domain=on_domain.get(name, _NOTHING),
            difference_ms=apart,
            explains=name == explaining,
        )
        for apart, name in rows
    )


def _parts(spans: Mapping[str, SpanCell]) -> dict[str, SpanFigures]:
    sampled = _sampled(spans)
    if not sampled:
        return {}
    return {
        name: SpanFigures(cell.calls / sampled, cell.self_us / sampled / 1000)
        for name, cell in spans.items()
        if name
    }


def _sampled(spans: Mapping[str, SpanCell]) -> int:
    return spans[""].calls if "" in spans else 0


def _explaining(rows: list[tuple[float, str]], difference_ms: float) -> str:
    """Return the name of the part that makes up most of the difference; "" when none does."""
    if not rows or abs(difference_ms) < MIN_MS:
        return ""
    sign = 1 if difference_ms > 0 else -1
    largest, name = max((sign * apart, name) for apart, name in rows)
    return name if largest >= MOST * abs(difference_ms) else ""
