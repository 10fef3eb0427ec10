"""Where a request's time goes on each path, and which part explains the difference. Pure.

Parts are the steps inside the service, by the names of their spans, and what
lies around them: the service outside of its steps, waiting for it, attempts
that failed, and the gateway. Together they make up the mean request.
"""

from collections.abc import Mapping

from gateway.comparison.arm import Arm
from gateway.comparison.figures import SpanCell
from gateway.comparison.report import SpanDifference, SpanFigures

SERVICE = "service"
WAITING = "waiting for the service"
LOST = "failed attempts"
GATEWAY = "gateway"

# Fewer sampled requests than this say nothing about where the time goes.
FEWEST_SAMPLED = 10
# A part explains a difference if it makes up this much of it.
MOST = 0.5
# Smaller differences of the mean need no explanation.
_LEAST_MS = 0.2
_NOTHING = SpanFigures(0.0, 0.0)


def breakdown(
    legacy: Arm,
    domain: Arm,
    legacy_spans: Mapping[str, SpanCell],
    domain_spans: Mapping[str, SpanCell],
) -> tuple[SpanDifference, ...]:
    """Return the parts of both paths side by side, the largest difference first.

    The spans' cells are by name, "" for the sampled requests themselves.
    """
    if not legacy.total.counts and not domain.total.counts:
        return ()
    on_legacy, on_domain = _parts(legacy, legacy_spans), _parts(domain, domain_spans)
    rows = [
        (on_domain.get(name, _NOTHING).self_ms - on_legacy.get(name, _NOTHING).self_ms, name)
        for name in {**on_legacy, **on_domain}
    ]
    rows.sort(key=lambda row: (-abs(row[0]), row[1]))
    explaining = ""
    if legacy.total.counts and domain.total.counts and _comparable(legacy_spans, domain_spans):
        explaining = _explaining(rows, (domain.total.mean() - legacy.total.mean()) / 1000)
    return tuple(
        SpanDifference(
            name=name,
            legacy=on_legacy.get(name, _NOTHING),
            domain=on_domain.get(name, _NOTHING),
            difference_ms=difference,
            explains=name == explaining,
        )
        for difference, name in rows
    )


def _parts(arm: Arm, spans: Mapping[str, SpanCell]) -> dict[str, SpanFigures]:
    requests = arm.total.count
    if not requests:
        return {}
    lost_requests = sum(count for count, lost_us in arm.fallbacks.values() if lost_us)
    parts = {
        LOST: SpanFigures(lost_requests / requests, arm.lost_us / requests / 1000),
        GATEWAY: SpanFigures(1.0, _mean_ms(arm, "gateway")),
    }
    sampled = spans[""].calls if "" in spans else 0
    if not sampled:
        return parts
    for name, cell in spans.items():
        parts[name or SERVICE] = SpanFigures(cell.calls / sampled, cell.self_us / sampled / 1000)
    waiting = _mean_ms(arm, "attempt") - spans[""].time.mean() / 1000
    parts[WAITING] = SpanFigures(1.0, max(waiting, 0.0))
    return parts


def _mean_ms(arm: Arm, part: str) -> float:
    """Return the mean of a part of the whole time, over all requests, also those without it."""
    times = arm.gateway if part == "gateway" else arm.attempt
    return times.mean() * times.count / arm.total.count / 1000


def _comparable(legacy: Mapping[str, SpanCell], domain: Mapping[str, SpanCell]) -> bool:
    """Are both sampled well enough? Not where legacy is a plain HTTP server, which has no spans."""
    counts = [spans[""].calls if "" in spans else 0 for spans in (legacy, domain)]
    return min(counts) >= FEWEST_SAMPLED


def _explaining(rows: list[tuple[float, str]], difference_ms: float) -> str:
    """Return the name of the part that makes up most of the difference; "" when none does."""
    if abs(difference_ms) < _LEAST_MS:
        return ""
    sign = 1 if difference_ms > 0 else -1
    largest, name = max((sign * row, name) for row, name in rows)
    return name if largest >= MOST * abs(difference_ms) else ""
