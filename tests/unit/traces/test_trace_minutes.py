"""The ledger of minutes and seconds."""

from gateway.comparison.figures import SpanKey
from gateway.traces import minutes, reading
from gateway.traces.minutes import Minutes
from gateway.traces.packed import Packed, unpacked
from gateway.traces.reading import RequestReader
from tests.unit.traces.otlp_batches import CONTEXTS, LIST_RULES, Batch

NOW = 600_030.0  # half a minute into one


def count(ledger: Minutes, ended: float, now: float = NOW, fallback: str = "", **tags: str) -> None:
    span = Batch().request(ended - 0.01, 0.01, **tags)
    request = RequestReader(CONTEXTS).request(span, reading.tag(span))
    assert request is not None
    ledger.count(request, fallback, now)


def total(ledger: Minutes, span: int, now: float = NOW) -> int:
    still_open, closed = ledger.figures(span, now)
    whole = unpacked(closed)
    whole.merge(still_open)
    return sum(cell.count for cell in whole.requests.values())


def test_the_last_minutes_are_those_asked_for() -> None:
    ledger = Minutes()
    count(ledger, NOW - 1)
    count(ledger, NOW - 61)
    assert (total(ledger, 1), total(ledger, 2)) == (1, 2)


def test_minutes_that_are_over_are_closed_and_count_as_before_even_what_comes_late() -> None:
    ledger = Minutes()
    count(ledger, NOW - 1)
    written = ledger.changed()
    later = NOW + minutes.OPEN_SECONDS + 31
    ledger.tidy(later)
    assert total(ledger, 5, later) == 1
    count(ledger, NOW - 1, later)
    assert total(ledger, 5, later) == 2
    assert [minute for minute, _ in written] == [minute for minute, _ in ledger.changed()]


def test_a_minute_of_an_earlier_process_goes_on_and_is_counted_once() -> None:
    first = Minutes()
    count(first, NOW - 1)
    ((minute, part),) = first.changed()
    second = Minutes()
    second.load(minute, Packed.from_bytes(part.to_bytes()))
    assert total(second, 1) == 1
    count(second, NOW)
    assert total(second, 1) == 2


def test_a_time_that_cannot_be_is_counted_when_it_came() -> None:
    """A clock that is wrong, or a span that is hours late."""
    ledger = Minutes()
    count(ledger, NOW - 4000)
    count(ledger, NOW + 4000)
    assert (total(ledger, 1), ledger.out_of_time) == (2, 2)


def test_a_client_that_left_is_counted_and_its_time_is_not() -> None:
    ledger = Minutes()
    count(ledger, NOW, flags="DC")
    still_open, _ = ledger.figures(1, NOW)
    ((key, cell),) = still_open.requests.items()
    assert (key.code, cell.count, cell.total.count) == ("CANCELLED", 1, 0)


def test_what_was_lost_before_the_last_attempt_is_the_fallbacks() -> None:
    ledger = Minutes()
    tags = {"cluster": "alert_domain", "attempts": "2"}
    count(ledger, NOW, fallback="connection_refused", before_us="3000", **tags)
    still_open, _ = ledger.figures(1, NOW)
    ((key, cell),) = still_open.requests.items()
    assert key.failed
    assert cell.added_us == 3000


def test_all_that_ended_before_a_second_however_long_ago() -> None:
    ledger = Minutes()
    key = ("alert_legacy", LIST_RULES, "OK")
    for ago in (100, 50, 1):
        count(ledger, NOW - ago)
    second = int(NOW)
    assert ledger.ended_until(second)[key] == 3
    assert ledger.ended_until(second - 10)[key] == 2
    ledger.tidy(NOW + 30)
    assert ledger.ended_until(second + 30)[key] == 3


def test_only_what_was_drawn_after_the_split_changed_tells_of_it() -> None:
    ledger = Minutes()
    count(ledger, NOW - 20, cluster="alert_domain", implementation="domain")
    count(ledger, NOW - 5)
    count(ledger, NOW - 5, route=f"{LIST_RULES} forced")
    assert ledger.drawn_since(NOW - 60) == {"alert": (1, 1)}
    assert ledger.drawn_since(NOW - 10) == {"alert": (1, 0)}
    later = NOW + minutes.DRAWN_SECONDS + 120
    ledger.tidy(later)
    assert ledger.drawn_since(NOW - 90) == {"alert": (1, 1)}
    assert ledger.drawn_since(NOW + 60) == {}


def test_names_that_a_service_invents_are_bounded() -> None:
    ledger = Minutes()
    for number in range(1000):
        key = SpanKey("alert", LIST_RULES, "legacy", f"step {number}")
        ledger.count_span(int(NOW) // 60, key, 1, 1.0, [1.0])
    still_open, _ = ledger.figures(1, NOW)
    names = {key.name for key in still_open.spans}
    assert len(names) == minutes.MOST_SPAN_NAMES + 1
    assert sum(cell.calls for cell in still_open.spans.values()) == 1000


def test_what_could_not_be_written_is_given_again() -> None:
    ledger = Minutes()
    count(ledger, NOW)
    given = ledger.changed()
    assert ledger.changed() == []
    ledger.not_written([minute for minute, _ in given])
    assert [minute for minute, _ in ledger.changed()] == [minute for minute, _ in given]
