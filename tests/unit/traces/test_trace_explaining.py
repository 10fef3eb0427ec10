"""A trace as it is kept."""

from gateway.telemetry import explaining, reading
from tests.unit.traces.otlp_batches import GATEWAY, LIST_RULES, Batch


def test_a_url_is_kept_without_its_query_and_nothing_is_kept_whole_that_is_too_long() -> None:
    """Somebody may write a password there, and it would be shown to all."""
    span = Batch().request(1000.0, http__url="http://h/api/v1/cameras?token=hunter2", x="y" * 9000)
    kept, _attempt = explaining.kept_spans([(GATEWAY, span)])
    assert kept.attributes["http.url"] == "http://h/api/v1/cameras"
    assert len(kept.attributes["x"]) == reading.CUT_BYTES + 1


def test_a_span_that_came_twice_is_kept_once() -> None:
    span = Batch().request(1000.0)
    kept = explaining.kept_spans([(GATEWAY, span)] * 2)
    assert [one.kind for one in kept] == ["server", "client"]


def test_what_the_gateway_says_in_one_tag_is_shown_in_many() -> None:
    span = Batch().request(1000.0, refusal="5", before_us="", attempt_us="")
    (kept,) = explaining.kept_spans([(GATEWAY, span)])
    assert kept.attributes == {
        "camplane.route": f"{LIST_RULES} drawn",
        "camplane.attempts": "1",
        "camplane.details": "via_upstream",
        "rpc.grpc.status_code": "5",
        "upstream_cluster.name": "alert_legacy",
        "app.impl": "legacy",
    }


def test_an_attempt_that_envoy_says_failed_is_an_error() -> None:
    batch = Batch()
    attempt = batch.attempt(batch.request(1000.0), 1000.0, 0.01, error="true")
    (kept,) = explaining.kept_spans([(GATEWAY, attempt)])
    assert kept.error
