"""Time in a span and in none of its parts."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.kept import KeptSpan
from gateway.telemetry.self_time import covered, self_times


def span(span_id: str, parent: str, start: int, end: int) -> KeptSpan:
    return KeptSpan(span_id, parent, span_id, "s", "internal", start, end, "", False)


def test_parts_that_overlap_are_taken_off_once() -> None:
    spans = [span("whole", "", 0, 100), span("a", "whole", 10, 50), span("b", "whole", 30, 70)]
    assert self_times(spans) == {"whole": 40, "a": 40, "b": 40}


def test_what_lies_outside_by_another_clock_takes_nothing_off() -> None:
    spans = [
        span("whole", "", 100, 200),
        span("early", "whole", 0, 90),
        span("x", "whole", 190, 900),
    ]
    assert self_times(spans)["whole"] == 90


def test_a_span_that_ends_before_it_begins_took_no_time() -> None:
    assert self_times([span("odd", "", 100, 50)]) == {"odd": 0}


@given(st.lists(st.tuples(st.integers(-50, 150), st.integers(-50, 150)), max_size=8))
def test_the_union_is_what_a_count_of_every_instant_gives(intervals: list[tuple[int, int]]) -> None:
    instants = {at for begin, end in intervals for at in range(max(begin, 0), min(end, 100))}
    assert covered(intervals, 0, 100) == len(instants)
