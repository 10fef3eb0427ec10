"""What the gateway answers by itself, and the shape of every error."""

import http.client
import socket

import pytest

from gateway.vocabulary.route_table import bindings
from tests.integration.gateway.rig import Answer, Gateway
from tests.integration.gateway.upstream import (
    BrokenError,
    GoneError,
    MissingError,
    NoSourceError,
)

AWKWARD = 'a "quoted" \\ back\\"slash\n\t\x01 摄像头 \U0001f4f7'
MIB = 1 << 20
PAGE = "http://localhost:3000"


def error_detail(answer: Answer) -> str:
    """Check an error's shape and return its text."""
    assert answer.headers["content-type"] == "application/json"
    detail: str = answer.json["detail"]
    if answer.json.keys() != {"detail"}:
        assert answer.json.keys() == {"detail", "code", "message", "details"}
        assert answer.json["message"] == detail
    return detail


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v1/camera",
        "/api/v1/cameras/a/b/start",
        "/api/v1/cameras//start",
        "/api//v1/cameras",
        "/api/v1/cameras/../cameras/c/status",
        "/api/v1/cameras/x/../c/status",
        "/api/v1/cameras/x%2Fstatus",
        "/api/v1/cameras/a%2fb/start",
        "/api/v1/alerts/rules/1%2F2",
        "/camplane.camera.v1.CameraService/StartCamera",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_an_unknown_path_is_404_and_reaches_no_service(
    gateway: Gateway, method: str, path: str
) -> None:
    answer = gateway.rest(method, path)
    assert (answer.status, answer.json) == (404, {"detail": "Not Found"})
    assert gateway.take_received() == []


@pytest.mark.parametrize("dots", ["..", ".", "%2e%2e", "%2E."])
def test_dots_reach_the_service_as_the_id_they_are(gateway: Gateway, dots: str) -> None:
    # It refuses them. No path is rewritten into another one.
    assert gateway.rest("GET", f"/api/v1/cameras/{dots}/status").status == 200
    [(_, received)] = gateway.take_received()
    assert received.request == {"camera_id": dots.lower().replace("%2e", ".")}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "/api/v1/cameras/cam0", "DELETE, GET, PUT"),
        ("GET", "/api/v1/cameras/cam0/start", "POST"),
        ("GET", "/api/v1/cameras/batch-status", "DELETE, POST, PUT"),
        ("GET", "/api/v1/cameras/refresh", "DELETE, POST, PUT"),
        ("DELETE", "/api/v1/alerts/history-db", "GET"),
        ("POST", "/api/ping", "GET"),
        ("OPTIONS", "/api/v1/cameras", "GET, POST"),
    ],
)
def test_a_wrong_method_is_405_with_those_that_are_right(
    gateway: Gateway, method: str, path: str, allow: str
) -> None:
    answer = gateway.rest(method, path)
    assert (answer.status, answer.json) == (405, {"detail": "Method Not Allowed"})
    assert answer.headers["allow"] == allow
    assert gateway.take_received() == []


@pytest.mark.parametrize(
    "path",
    [
        one.template.format(
            camera_id="c",
            rule_id="1",
            alert_id="1",
            channel="c",
            trace_id="0" * 32,
            context="alert",
        )
        for one in bindings()
        if one.http_method == "GET"
    ],
)
def test_head_is_405_as_in_the_monolith(gateway: Gateway, path: str) -> None:
    answer = gateway.rest("HEAD", path)
    assert (answer.status, answer.body) == (405, b"")


@pytest.mark.parametrize("name", ["batch-status", "refresh"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_camera_may_have_the_name_of_an_action(gateway: Gateway, method: str, name: str) -> None:
    assert gateway.rest(method, f"/api/v1/cameras/{name}", "{}").status == 200
    [(_, received)] = gateway.take_received()
    assert received.request["camera_id"] == name


@pytest.mark.parametrize("slashes", ["/", "///"])
@pytest.mark.parametrize("query", ["", "?", "?lines=5&x=%2F&y=/a/"])
@pytest.mark.parametrize("path", ["/api/v1/cameras", "/api/v1/cameras/c%20d/start", "/api/ping"])
def test_a_trailing_slash_redirects_to_a_path_alone(
    gateway: Gateway, path: str, query: str, slashes: str
) -> None:
    """Whatever scheme and host the client used; its query is kept."""
    answer = gateway.rest("POST", f"{path}{slashes}{query}", headers={"host": "10.0.0.7:1"})
    assert (answer.status, answer.headers["location"]) == (307, path + query)


def test_a_browser_that_asks_for_nothing_is_led_to_the_page(gateway: Gateway) -> None:
    """A program is told that there is nothing."""
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "host": "10.0.0.7:1"}
    answer = gateway.rest("GET", "/", headers=browser)
    assert (answer.status, answer.headers["location"]) == (303, "/ui")
    assert gateway.rest("POST", "/", "{}", headers=browser).status == 404
    assert gateway.rest("GET", "/", headers={"accept": "*/*"}).status == 404


def test_no_slash_is_taken_from_an_unknown_path(gateway: Gateway) -> None:
    assert gateway.rest("GET", "/nothing/").status == 404


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_page_of_this_machine_may_call_with_every_method(gateway: Gateway, method: str) -> None:
    headers = {
        "origin": PAGE,
        "access-control-request-method": method,
        "access-control-request-headers": "content-type, x-mine",
    }
    answer = gateway.rest("OPTIONS", "/api/v1/cameras/c", headers=headers)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    # The wildcard stands for every header but this one (Fetch, 3.2.5).
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"*", "authorization"} <= set(allowed)
    assert gateway.take_received() == []


def test_a_page_sees_who_answered_and_a_foreign_page_may_not_call(gateway: Gateway) -> None:
    answer = gateway.rest("GET", "/api/v1/cameras", headers={"origin": PAGE})
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "x-camplane-path" in answer.headers["access-control-expose-headers"]
    for origin in ("https://evil.example", "http://localhost.evil.example", "null"):
        headers = {"origin": origin, "access-control-request-method": "POST"}
        answer = gateway.rest("OPTIONS", "/api/v1/cameras", headers=headers)
        assert answer.status == 405
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/cameras", "/api/v1/cameras/c/start"])
def test_a_body_beyond_the_limit_is_413(gateway: Gateway, path: str) -> None:
    answer = gateway.rest("POST", path, b"x" * (MIB + 1))
    assert answer.status == 413
    assert "1048576 bytes" in error_detail(answer)
    assert gateway.take_received() == []
    assert gateway.rest("POST", path, b"x" * (MIB - 1)).status == 200


def test_headers_beyond_the_limit_are_431(gateway: Gateway) -> None:
    answer = gateway.rest("GET", "/api/v1/cameras", headers={"x-long": "x" * 70_000})
    assert answer.status == 431
    assert "60 KiB" in error_detail(answer)


def test_what_is_no_http_is_refused_and_the_gateway_goes_on(gateway: Gateway) -> None:
    for noise in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"BREW /\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
            connection.sendall(noise)
            answer = connection.recv(1000)
            assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert gateway.rest("GET", "/api/v1/cameras").status == 200


@pytest.mark.parametrize("value", ["abc", "", "2", "tru", "yes", "true%20"])
@pytest.mark.parametrize("path", ["/api/v1/cameras", "/api/v1/alerts/rules/1", "/api/ping"])
def test_a_force_domain_that_means_nothing_is_400(gateway: Gateway, path: str, value: str) -> None:
    answer = gateway.rest("GET", f"{path}?a=b&force_domain={value}")
    assert answer.status == 400
    assert "force_domain" in error_detail(answer)
    assert gateway.take_received() == []


def test_force_domain_does_not_make_an_unknown_path_known(gateway: Gateway) -> None:
    assert gateway.rest("GET", "/nothing?force_domain=abc").status == 404
    assert gateway.rest("PATCH", "/api/v1/cameras?force_domain=true").status == 405


@pytest.mark.parametrize(
    ("error", "status", "code", "reason"),
    [
        (MissingError("Camera not found"), 404, 5, "CAMERA_NOT_FOUND"),
        (
            BrokenError('a "quoted" \\ back\\"slash\n\t\x01 摄像头 \U0001f4f7'),
            500,
            13,
            "STORAGE_FAILED",
        ),
        (NoSourceError("Failed to open camera source"), 502, 9, "SOURCE_UNREADABLE"),
        (BrokenError("long " * 300), 500, 13, "STORAGE_FAILED"),
    ],
)
def test_a_services_error_keeps_its_words_status_and_reason(
    gateway: Gateway, error: Exception, status: int, code: int, reason: str
) -> None:
    def refuse(rpc: str, request: object) -> None:
        raise error

    gateway.upstreams["camera/domain"].behave = refuse
    answer = gateway.rest("GET", "/api/v1/cameras/c/preview")
    assert answer.status == status
    assert error_detail(answer) == str(error)
    assert answer.json["code"] == code
    assert [one["reason"] for one in answer.json["details"]] == [reason]
    assert answer.path == "domain"
    assert not [name for name in answer.headers if name.startswith(("grpc-", "x-camplane-http"))]
    assert gateway.rest("GET", "/api/v1/cameras/c/preview").status == status


def test_bytes_that_are_no_text_are_400(gateway: Gateway) -> None:
    answer = gateway.rest("GET", "/api/v1/cameras/%ff/status")
    assert answer.status == 400
    assert "UTF-8" in error_detail(answer)


def test_an_error_does_not_end_the_connection(gateway: Gateway) -> None:
    def refuse(rpc: str, request: object) -> None:
        raise GoneError("no database") if rpc.endswith("ListCameras") else MissingError("gone")

    for upstream in gateway.upstreams.values():
        upstream.behave = refuse
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
    for path, status in (("/api/v1/cameras", 503), ("/api/v1/cameras/c", 404), ("/nope", 404)):
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == status
        response.read()
    connection.close()
