"""What is read in the gateway's span of a request."""

from typing import Any

import pytest

from gateway.telemetry import reading
from gateway.telemetry.requests import Request, RequestReader
from tests.unit.traces.otlp_batches import CONTEXTS, LIST_RULES, Batch, read_request


def read(**tags: str) -> Request | None:
    span = Batch().request(1000.0, 0.02, **tags)
    return read_request(span)


def test_a_request_is_told_by_the_gateways_span_alone() -> None:
    request = read()
    assert request is not None
    key = request.key
    assert (key.context, key.rpc, key.is_drawn) == ("alert", LIST_RULES, True)
    assert (request.said.counter[0], key.assigned, key.answered) == (
        "alert_legacy",
        "legacy",
        "legacy",
    )
    assert (key.code, key.fault, request.said.attempts) == ("OK", False, 1)
    assert (request.before_us, request.attempt_us) == (500.0, 19000.0)
    assert not request.is_fallback


WATCH = "CameraService/WatchCameras"
UNASKED = {"attempts": "0", "grpc_status": ""}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"route": f"{LIST_RULES} sticky"}, {"chosen": "sticky"}),
        ({"route": f"{LIST_RULES} forced"}, {"chosen": "forced"}),
        ({"route": f"{LIST_RULES} pinned"}, {"chosen": "pinned"}),
        ({"tool": "yes"}, {"chosen": "tool", "is_drawn": False}),
        ({"route": f"{LIST_RULES} pinned shared"}, {"chosen": "pinned"}),
        ({"cluster": "alert_domain"}, {"assigned": "domain", "is_fallback": True}),
        # also when legacy took too long and the gateway answered; who left had no answer.
        (
            {"cluster": "alert_domain", "status": "504", "flags": "UT", "details": "timeout"},
            {"answered": "", "is_fallback": True, "fault": True},
        ),
        ({"cluster": "alert_domain", "flags": "DC", "details": "gone"}, {"is_fallback": False}),
        ({"cluster": "old_http"}, {"assigned": "legacy"}),
        ({"cluster": "old_http_camera_writes"}, {"assigned": "legacy"}),
        ({"details": "route_not_found"}, {"answered": ""}),
        ({"implementation": "-"}, {"answered": ""}),
        ({"grpc_status": "13"}, {"code": "INTERNAL", "fault": True}),
        ({"refusal": "5", "grpc_status": "5"}, {"code": "NOT_FOUND", "fault": False}),
        # Over REST the one that came from the service counts, not the one made of the status.
        ({"refusal": "15", "grpc_status": "2", "status": "500"}, {"code": "DATA_LOSS"}),
        ({"refusal": "99"}, {"code": "UNKNOWN", "fault": True}),
        ({"grpc_status": "14", "status": "503"}, {"code": "HTTP 503", "fault": True}),
        ({"grpc_status": "0", "details": "route_not_found"}, {"code": "HTTP 200", "answered": ""}),
        ({"grpc_status": "", "status": "502"}, {"code": "HTTP 502"}),
        ({"grpc_status": "", "status": "200"}, {"code": "OK"}),
        # Who sends what is no HTTP is cut off, and gets no answer.
        ({"flags": "DPE", "status": "0"}, {"code": "CANCELLED", "client_left": True}),
        ({"flags": "DPE", "status": "400"}, {"code": "HTTP 400", "client_left": False}),
        ({"flags": "DC"}, {"code": "CANCELLED", "fault": False, "client_left": True}),
        # A gRPC client's own deadline, at which the service answers before the client is gone,
        ({"refusal": "4", "grpc_status": "4", "timeout": "20m"}, {"code": "CANCELLED"}),
        ({"refusal": "4", "grpc_status": "4", "timeout": "20m"}, {"client_left": True}),
        # a service's own time limit,
        ({"refusal": "4", "grpc_status": "4"}, {"code": "DEADLINE_EXCEEDED", "fault": True}),
        # and Envoy's, whatever the client's may be.
        (
            {"grpc_status": "4", "timeout": "20m", "flags": "UT", "details": "response_timeout"},
            {"code": "DEADLINE_EXCEEDED", "client_left": False},
        ),
        ({"grpc_status": "0", "timeout": "20m"}, {"code": "OK", "client_left": False}),
        ({"details": "upstream_reset{a|b}"}, {"answered": "", "code": "HTTP 200"}),
        # What no service was asked for is in no figure of a path: who is not let in,
        (
            {**UNASKED, "details": "rbac_access_denied_matched_policy[none]", "status": "401"},
            {"context": "gateway", "rpc": "", "assigned": "", "is_drawn": False},
        ),
        ({**UNASKED, "details": "csrf_origin_mismatch", "status": "403"}, {"rpc": ""}),
        # what is too large, and whose client was gone before;
        ({**UNASKED, "details": "request_payload_too_large", "status": "413"}, {"rpc": ""}),
        ({**UNASKED, "flags": "DC", "status": "0"}, {"rpc": "", "client_left": True}),
        # what its client broke off before it was whole, though a service was asked by then;
        ({"flags": "DC", "received_us": "-"}, {"rpc": "", "client_left": True}),
        ({"refusal": "5", "grpc_status": "5", "received_us": "-"}, {"rpc": LIST_RULES}),
        # A service that answers so by itself was not left, and did not answer as asked,
        ({"grpc_status": "1"}, {"code": "HTTP 499", "fault": False, "client_left": False}),
        ({"refusal": "1", "status": "499"}, {"code": "HTTP 499", "client_left": False}),
        # nor is a deadline over that was far away (the request took 20 ms).
        (
            {"refusal": "4", "grpc_status": "4", "timeout": "5S"},
            {"code": "DEADLINE_EXCEEDED", "fault": True, "client_left": False},
        ),
        (
            {"refusal": "4", "grpc_status": "4", "timeout": "21m"},
            {"code": "CANCELLED", "client_left": True},
        ),
        # A stream that began was answered, and its client left when it had enough.
        ({"route": f"{WATCH} drawn", "flags": "DC"}, {"code": "OK"}),
        ({"route": f"{WATCH} drawn", "flags": "DC", "status": "0"}, {"code": "CANCELLED"}),
        # One that its server ended or reset, with nothing wrong, was not answered as asked,
        ({"route": f"{WATCH} drawn"}, {"code": "ENDED_BY_SERVER", "refused": True, "fault": False}),
        (
            {"route": f"{WATCH} drawn", "grpc_status": ""},
            {"code": "ENDED_BY_SERVER", "client_left": False},
        ),
        (
            {"route": f"{WATCH} drawn", "flags": "UR", "details": "upstream_reset"},
            {"code": "ENDED_BY_SERVER", "refused": True},
        ),
        # nor was one that it ended with a fault; a lost connection and Envoy's limits end others.
        ({"route": f"{WATCH} drawn", "grpc_status": "14"}, {"code": "UNAVAILABLE"}),
        ({"route": f"{WATCH} drawn", "grpc_status": "", "status": "404"}, {"code": "HTTP 404"}),
        (
            {"route": f"{WATCH} drawn", "flags": "UC", "details": "upstream_reset"},
            {"refused": False, "fault": False},
        ),
        (
            {"route": f"{WATCH} drawn", "flags": "SI", "details": "stream_idle_timeout"},
            {"refused": False, "fault": False},
        ),
        # but that none could be asked is a path's fault.
        (
            {**UNASKED, "flags": "UH", "status": "503", "details": "no_healthy_upstream"},
            {"rpc": LIST_RULES, "fault": True},
        ),
        ({"attempt_us": "-"}, {"attempt_us": None}),
        ({"before_us": "9" * 400}, {"before_us": None}),
        ({"attempts": "٣"}, {"attempts": 0}),
    ],
)
def test_what_the_tags_say(tags: dict[str, str], expected: dict[str, Any]) -> None:
    request = read(**tags)
    assert request is not None
    holders = (request, request.said, request.key)
    found = {
        name: next(getattr(one, name) for one in holders if hasattr(one, name)) for name in expected
    }
    assert found == expected


def test_what_is_no_operation_counts_for_no_path() -> None:
    """404 and 405 of the gateway itself, the page, a preflight."""
    request = read(route="-", cluster="-", implementation="-")
    assert request is not None
    assert (request.key.rpc, request.key.context, request.key.assigned) == ("", "gateway", "")


@pytest.mark.parametrize("tag", ["x", "1|2", "1|2|3", "||||"])
def test_a_tag_that_is_none_of_the_gateways_is_refused(tag: str) -> None:
    span = Batch().request(1000.0)
    with pytest.raises(ValueError):
        RequestReader(CONTEXTS).request(span, tag)


def test_an_rpc_that_nobody_knows_is_not_counted_under_its_name() -> None:
    assert read(route="EvilService/Anything drawn") is None


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"response_flags": "UF,URX"}, "connection_refused"),
        ({"response_flags": "UC"}, "connection_reset"),
        ({"response_flags": "UT"}, "timeout"),
        ({"rpc__grpc__status_code": "14"}, "unavailable"),
        ({"rpc__grpc__status_code": "4"}, "timeout"),
        ({"rpc__grpc__status_code": "0"}, ""),
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
