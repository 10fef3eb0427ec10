"""A trace as it is kept."""

from gateway.traces import explaining, reading
from gateway.traces.joining import Joined
from tests.unit.traces.otlp_batches import GATEWAY, Batch


def test_a_url_is_kept_without_its_query_and_nothing_is_kept_whole_that_is_too_long() -> None:
    """Somebody may write a password there, and it would be shown to all."""
    span = Batch().request(1000.0, http__url="http://h/api/v1/cameras?token=hunter2", x="y" * 9000)
    (kept,) = explaining.kept_spans(Joined(1000.0, spans=[(GATEWAY, span)]))
    assert kept.attributes["http.url"] == "http://h/api/v1/cameras"
    assert len(kept.attributes["x"]) == reading.CUT_BYTES + 1


def test_a_span_that_came_twice_is_kept_once() -> None:
    span = Batch().request(1000.0)
    assert len(explaining.kept_spans(Joined(1000.0, spans=[(GATEWAY, span)] * 2))) == 1


def test_an_attempt_that_envoy_says_failed_is_an_error() -> None:
    batch = Batch()
    attempt = batch.attempt(batch.request(1000.0), 1000.0, 0.01, error="true")
    (kept,) = explaining.kept_spans(Joined(1000.0, spans=[(GATEWAY, attempt)]))
    assert kept.error
