"""Time in a span and in none of its parts. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from gateway.telemetry.kept import KeptSpan


def self_times(spans: Iterable[KeptSpan]) -> dict[str, int]:
    """Return nanoseconds by span id.

    Parts may overlap, and another machine's clock may place them outside of
    what they are part of: what counts is the union of what lies within.
    """
    known = list(spans)
    parts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for span in known:
        if span.parent_id:
            parts[span.parent_id].append((span.start_ns, span.end_ns))
    return {
        span.span_id: max(span.end_ns - span.start_ns, 0)
        - covered(parts[span.span_id], span.start_ns, span.end_ns)
        for span in known
    }


def covered(intervals: Iterable[tuple[int, int]], start: int, end: int) -> int:
    """Return how much of [start, end] the intervals cover together."""
    total, reached = 0, start
    for begin, finish in sorted(intervals):
        begin, finish = max(begin, reached), min(finish, end)
        if finish > begin:
            total += finish - begin
            reached = finish
    return total
