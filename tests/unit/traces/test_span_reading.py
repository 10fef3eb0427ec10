"""What is read in the gateway's span of a request."""

from typing import Any

import pytest

from gateway.traces import reading
from gateway.traces.reading import Request
from tests.unit.traces.otlp_batches import CONTEXTS, LIST_RULES, Batch


def read(**tags: str) -> Request | None:
    span = Batch().request(1000.0, 0.02, **tags)
    return reading.request(span, reading.wanted(span), CONTEXTS)


def test_a_request_is_told_by_the_gateways_span_alone() -> None:
    request = read()
    assert request is not None
    assert (request.context, request.rpc, request.drawn) == ("alert", LIST_RULES, True)
    assert (request.cluster, request.assigned, request.answered) == (
        "alert_legacy",
        "legacy",
        "legacy",
    )
    assert (request.code, request.fault, request.attempts) == ("OK", False, 1)
    assert (request.before_us, request.attempt_us) == (500.0, 19000.0)
    assert not request.is_fallback


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"camplane__route": f"{LIST_RULES} sticky"}, {"drawn": False}),
        ({"camplane__route": f"{LIST_RULES} forced"}, {"drawn": False}),
        ({"camplane__route": f"{LIST_RULES} pinned"}, {"drawn": False}),
        ({"upstream_cluster__name": "alert_domain"}, {"assigned": "domain", "is_fallback": True}),
        ({"upstream_cluster__name": "old_http"}, {"assigned": "legacy"}),
        ({"camplane__details": "route_not_found"}, {"answered": ""}),
        ({"app__impl": "-"}, {"answered": ""}),
        ({"grpc__status_code": "13"}, {"code": "INTERNAL", "fault": True}),
        ({"grpc__status_code": "5"}, {"code": "NOT_FOUND", "fault": False}),
        ({"grpc__status_code": "NOT_FOUND"}, {"code": "NOT_FOUND"}),
        ({"grpc__status_code": "99"}, {"code": "UNKNOWN", "fault": True}),
        ({"grpc__status_code": "-", "http__status_code": "502"}, {"code": "HTTP 502"}),
        ({"grpc__status_code": "-", "http__status_code": "200"}, {"code": "OK"}),
        ({"grpc__status_code": "-", "http__status_code": "x"}, {"code": "HTTP 0"}),
        ({"response_flags": "DC"}, {"code": "CANCELLED", "fault": False, "client_left": True}),
        ({"camplane__attempt_us": "-"}, {"attempt_us": None}),
        ({"camplane__before_us": "9" * 400}, {"before_us": None}),
        ({"camplane__attempts": "٣"}, {"attempts": 0}),
    ],
)
def test_what_the_tags_say(tags: dict[str, str], expected: dict[str, Any]) -> None:
    request = read(**tags)
    assert {name: getattr(request, name) for name in expected} == expected


def test_what_is_no_operation_counts_for_no_path() -> None:
    """404 and 405 of the gateway itself, the page, a preflight."""
    request = read(camplane__route="-", upstream_cluster__name="-", app__impl="-")
    assert request is not None
    assert (request.rpc, request.context, request.assigned) == ("", "gateway", "")


def test_an_rpc_that_nobody_knows_is_not_counted_under_its_name() -> None:
    assert read(camplane__route="EvilService/Anything drawn") is None


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"response_flags": "UF,URX"}, "connection_refused"),
        ({"response_flags": "UC"}, "connection_reset"),
        ({"response_flags": "UT"}, "timeout"),
        ({"response_flags": "-", "grpc__status_code": "14"}, "unavailable"),
        ({"response_flags": "-", "grpc__status_code": "4"}, "timeout"),
        ({"response_flags": "-", "grpc__status_code": "0"}, ""),
    ],
)
def test_why_an_attempt_failed(tags: dict[str, str], reason: str) -> None:
    batch = Batch()
    attempt = batch.attempt(batch.request(1000.0), 1000.0, 0.01, **tags)
    assert reading.failure(attempt) == reason


def test_lists_and_bytes_are_told_by_their_size() -> None:
    span = Batch().request(1000.0)
    span.attributes.add(key="a").value.bytes_value = b"secret"
    listed = span.attributes.add(key="b").value.array_value
    listed.values.add().string_value = "x"
    assert reading.text(span.attributes[-2].value) == "(6 bytes)"
    assert reading.text(span.attributes[-1].value) == "(1 values)"
