"""Which part of a request explains the difference between the paths."""

import pytest

from gateway.analysis.comparison.breakdown import FEWEST_SAMPLED, breakdown
from gateway.analysis.variant import Variant
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import SpanCell


def variant(mean_ms: float) -> Variant:
    times = Histogram()
    for _ in range(100):
        times.add(mean_ms * 1000)
    return Variant(requests=100, total=times)


def sampled(requests: int, **parts: tuple[int, float]) -> dict[str, SpanCell]:
    """Return cells of so many sampled requests; parts: calls and self time of each, in ms."""
    cells = {"": SpanCell(requests)}
    for name, (calls, self_ms) in parts.items():
        cells[name] = SpanCell(calls * requests, self_ms * 1000 * requests)
    return cells


def explaining(*arguments: object) -> list[str]:
    return [span.name for span in breakdown(*arguments) if span.explains]  # type: ignore[arg-type]


def test_parts_are_told_a_request_and_the_largest_difference_comes_first() -> None:
    legacy = sampled(20, service=(1, 2.0), read=(1, 1.0))
    domain = sampled(50, service=(1, 2.5), read=(3, 1.2), write=(1, 8.0))
    rows = breakdown(variant(3), variant(12), legacy, domain)
    assert [row.name for row in rows] == ["write", "service", "read"]
    assert [row.difference_ms for row in rows] == pytest.approx([8.0, 0.5, 0.2])
    assert rows[0].legacy.calls_per_request == 0
    assert (rows[2].domain.calls_per_request, rows[2].domain.self_ms) == (3, pytest.approx(1.2))
    assert [row.explains for row in rows] == [True, False, False]


def test_what_domain_no_longer_does_explains_why_it_is_faster() -> None:
    legacy, domain = sampled(20, lock=(1, 9.0), read=(1, 1.0)), sampled(20, read=(1, 3.0))
    assert explaining(variant(11), variant(4), legacy, domain) == ["lock"]


def test_a_part_that_changed_against_the_whole_explains_nothing() -> None:
    legacy, domain = sampled(20, lock=(1, 9.0), read=(1, 1.0)), sampled(20, read=(1, 3.0))
    assert explaining(variant(4), variant(14), legacy, domain) == []


def test_no_part_explains_when_none_makes_up_most_of_the_difference() -> None:
    legacy = sampled(20, one=(1, 1.0), two=(1, 1.0), three=(1, 1.0))
    domain = sampled(20, one=(1, 4.0), two=(1, 4.0), three=(1, 4.0))
    assert explaining(variant(3), variant(12), legacy, domain) == []


def test_no_part_explains_a_difference_that_is_none() -> None:
    legacy, domain = sampled(20, one=(1, 1.0)), sampled(20, one=(1, 1.1))
    assert explaining(variant(3), variant(3.1), legacy, domain) == []


def test_too_few_samples_explain_nothing_but_are_shown() -> None:
    few = sampled(FEWEST_SAMPLED - 1, write=(1, 9.0))
    enough = sampled(FEWEST_SAMPLED, write=(1, 1.0))
    assert explaining(variant(1), variant(9), enough, few) == []
    assert [row.name for row in breakdown(variant(1), variant(9), enough, few)] == ["write"]


def test_a_path_without_spans_shows_the_others_and_explains_nothing() -> None:
    domain = sampled(50, write=(1, 9.0))
    assert explaining(variant(1), variant(9), {}, domain) == []
    assert breakdown(variant(1), variant(9), {}, domain)[0].legacy.self_ms == 0
    assert breakdown(variant(1), variant(9), {}, {}) == ()
