"""The ledger of minutes and seconds."""

import zlib

import orjson

from gateway.telemetry import time_buckets
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.packed import Packed, unpacked
from gateway.telemetry.time_buckets import TimeBuckets
from gateway.telemetry.traffic_metrics import RequestCell, SpanKey, TrafficMetrics
from tests.unit.traces.otlp_batches import LIST_RULES, Batch, read_request

NOW = 600_030.0  # half a minute into one


def count(
    ledger: TimeBuckets, ended: float, now: float = NOW, fallback: str = "", **tags: str
) -> None:
    span = Batch().request(ended - 0.01, 0.01, **tags)
    request = read_request(span)
    assert request is not None
    ledger.count([(request, fallback)], now)


def total(ledger: TimeBuckets, span: int, now: float = NOW) -> int:
    still_open, closed = ledger.metrics(span, now)
    whole = unpacked(closed)
    whole.merge(still_open)
    return sum(cell.count for cell in whole.requests.values())


def test_the_last_minutes_are_those_asked_for() -> None:
    ledger = TimeBuckets()
    count(ledger, NOW - 1)
    count(ledger, NOW - 61)
    assert (total(ledger, 1), total(ledger, 2)) == (1, 2)


def test_minutes_that_are_over_are_closed_and_count_as_before_even_what_comes_late() -> None:
    ledger = TimeBuckets()
    count(ledger, NOW - 1)
    written = ledger.changed()
    later = NOW + time_buckets.OPEN_SECONDS + 31
    ledger.tidy(later)
    assert total(ledger, 5, later) == 1
    count(ledger, NOW - 1, later)
    assert total(ledger, 5, later) == 2
    assert [minute for minute, _ in written] == [minute for minute, _ in ledger.changed()]


def test_a_minute_of_an_earlier_process_goes_on_and_is_counted_once() -> None:
    first = TimeBuckets()
    count(first, NOW - 1)
    ((minute, part),) = first.changed()
    second = TimeBuckets()
    second.load(minute, Packed.from_bytes(part.to_bytes()))
    assert total(second, 1) == 1
    count(second, NOW)
    assert total(second, 1) == 2


def test_minutes_of_a_release_that_only_knew_whether_a_path_was_drawn_are_read() -> None:
    ledger = TimeBuckets()
    count(ledger, NOW - 1)
    count(ledger, NOW - 1, route=f"{LIST_RULES} forced")
    ((_, part),) = ledger.changed()
    document = orjson.loads(zlib.decompress(part.to_bytes()))
    for key, *_ in document["requests"]:
        key[-1] = key[-1] == "drawn"
    earlier = Packed.from_bytes(zlib.compress(orjson.dumps(document)))
    assert [(key.chosen, key.is_apart) for key in unpacked([earlier]).requests] == [
        ("drawn", False),
        ("", False),
    ]


def test_a_time_that_cannot_be_is_counted_when_it_came() -> None:
    """A clock that is wrong, or a span that is hours late."""
    ledger = TimeBuckets()
    count(ledger, NOW - 4000)
    count(ledger, NOW + 4000)
    assert (total(ledger, 1), ledger.out_of_time) == (2, 2)


def test_a_client_that_left_is_counted_with_how_long_it_waited() -> None:
    ledger = TimeBuckets()
    count(ledger, NOW, flags="DC")
    still_open, _ = ledger.metrics(1, NOW)
    ((key, cell),) = still_open.requests.items()
    assert (key.left, cell.count, cell.total.count, cell.attempt.count) == (True, 1, 1, 0)


def test_what_was_lost_before_the_last_attempt_is_the_fallbacks() -> None:
    ledger = TimeBuckets()
    tags = {"cluster": "alert_domain", "attempts": "2"}
    count(ledger, NOW, fallback="connection_refused", before_us="3000", **tags)
    still_open, _ = ledger.metrics(1, NOW)
    ((key, cell),) = still_open.requests.items()
    assert key.failed
    assert cell.added_us == 3000


def test_all_that_ended_before_a_moment_however_long_ago() -> None:
    ledger = TimeBuckets()
    key = ("alert_legacy", LIST_RULES, "OK")
    for ago in (100, 50, 1):
        count(ledger, NOW - ago)
    second = int(NOW)
    assert ledger.ended_until(second)[key] == 3
    assert ledger.ended_until(second - 10)[key] == 2
    assert ledger.ended_until(NOW - 0.9)[key] - ledger.ended_until(NOW - 1.0)[key] == 1
    ledger.tidy(NOW + 30)
    assert ledger.ended_until(second + 30)[key] == 3


def test_what_was_drawn_between_two_moments_is_counted() -> None:
    ledger = TimeBuckets()
    count(ledger, NOW - 20, cluster="alert_domain", implementation="domain")
    count(ledger, NOW - 5)
    count(ledger, NOW - 5, route=f"{LIST_RULES} forced")
    assert ledger.drawn("alert", NOW - 60, NOW + 1) == (1, 1)
    assert ledger.drawn("alert", NOW - 10, NOW + 1) == (1, 0)
    assert ledger.drawn("alert", NOW - 60, NOW - 10) == (0, 1)
    assert ledger.drawn("camera", NOW - 60, NOW + 1) == (0, 0)
    later = NOW + time_buckets.DRAWN_SECONDS + 120
    ledger.tidy(later)
    assert ledger.drawn("alert", NOW - 90, later) == (1, 1)
    assert ledger.drawn("alert", NOW + 60, later) == (0, 0)
    # A minute of which a part alone is meant tells nothing.
    assert ledger.drawn("alert", NOW - 90, NOW - 10) == (0, 0)


def test_names_that_a_service_invents_are_bounded() -> None:
    ledger = TimeBuckets()
    for number in range(1000):
        key = SpanKey("alert", LIST_RULES, "legacy", f"step {number}")
        ledger.count_span(int(NOW) // 60, key, 1, 1.0, [1.0])
    still_open, _ = ledger.metrics(1, NOW)
    names = {key.name for key in still_open.spans}
    assert len(names) == time_buckets.MAX_SPAN_NAMES + 1
    assert sum(cell.calls for cell in still_open.spans.values()) == 1000


def test_what_could_not_be_written_is_given_again() -> None:
    ledger = TimeBuckets()
    count(ledger, NOW)
    given = ledger.changed()
    assert ledger.changed() == []
    ledger.not_written([minute for minute, _ in given])
    assert [minute for minute, _ in ledger.changed()] == [minute for minute, _ in given]


def test_requests_are_counted_alike_at_once_and_one_by_one() -> None:
    """Of several keys, seconds and stages, with and without a reason, late and unfinished."""
    spans = [
        (Batch().request(NOW - 0.3 * number, 0.001 * number, **tags), fallback)
        for number in range(1, 60)
        for tags, fallback in (
            ({}, ""),
            ({"cluster": "alert_domain", "attempts": "2"}, "timeout"),
            ({"flags": "DC"}, ""),
            ({"refusal": "13", "status": "500", "attempt_us": ""}, ""),
        )
    ]
    spans.append((Batch().request(NOW - 9999), ""))
    requests = [(read_request(span), fallback) for span, fallback in spans]
    ledgers = [TimeBuckets(), TimeBuckets()]
    for ledger in ledgers:
        ledger.begin_stage("alert", NOW - 5, TrafficMetrics())
    ledgers[0].count(requests, NOW)
    for one in requests:
        ledgers[1].count([one], NOW)

    def times(cell: RequestCell) -> tuple[Histogram, ...]:
        return cell.total, cell.attempt, cell.gateway

    def buckets(one: Histogram) -> tuple[tuple[int, int], ...]:
        return tuple(sorted(one.counts.items()))

    def told(ledger: TimeBuckets) -> list[object]:
        views = [ledger.metrics(5, NOW)[0], ledger.stage("alert"), ledger.since_start()]
        counted = [
            {
                (key, cell.count, round(cell.added_us), *map(buckets, times(cell)))
                for key, cell in view.requests.items()
            }
            for view in views
        ]
        return [*counted, ledger.ended_until(int(NOW) + 1), ledger.drawn("alert", 0, NOW + 60)]

    assert told(ledgers[0]) == told(ledgers[1])
    assert ledgers[0].out_of_time == ledgers[1].out_of_time == 1
    assert total(ledgers[0], 5) == len(requests)


def test_a_clock_that_is_put_back_makes_no_stage_wait_and_no_second_count_twice() -> None:
    ledger = TimeBuckets()
    ledger.begin_stage("alert", NOW - 60, TrafficMetrics())
    count(ledger, NOW - 1)
    back = NOW - 3600
    ledger.tidy(back)
    count(ledger, back - 1, back)
    assert sum(cell.count for cell in ledger.stage("alert").requests.values()) == 2
    assert sum(ledger.ended_until(int(back) + 1).values()) == 2
    assert sum(cell.count for cell in ledger.since_start().requests.values()) == 2
    # When that time comes again, what was drawn in it before is forgotten.
    assert ledger.drawn("alert", NOW - 60, NOW + 1) == (0, 0)
    assert ledger.drawn("alert", back - 60, back + 1) == (1, 0)
