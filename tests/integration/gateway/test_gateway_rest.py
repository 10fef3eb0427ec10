"""REST requests reach the right RPC with what the caller said, and nothing else."""

import base64
import json
from typing import Any
from urllib.parse import unquote

import pytest
from camplane.camera.v1 import camera_rest_service_pb2, camera_service_pb2

from gateway.vocabulary.route_table import Binding, bindings
from tests.integration.gateway.rig import Gateway

IDS = {"camera_id": "cam%20%E6%91%84", "rule_id": "7", "alert_id": "8", "channel": "plant"}
CONTEXT_BINDINGS = [one for one in bindings() if one.rpc.context != "gateway"]
# What an attacker would add: path parameters, the body's fields, anything.
HOSTILE = [
    "camera_id=evil",
    "camera%5Fid=evil",
    "rule_id=666",
    "body.data=ZXZpbA==",
    "body.content_type=text/evil",
    "activeOnly=true",
    "image.data=ZXZpbA==",
    "nonsense",
    "=",
    "",
    "a=b=c",
]


def label(binding: Binding) -> str:
    return f"{binding.http_method} {binding.template}"


def only_received(gateway: Gateway) -> tuple[str, str, dict[str, Any]]:
    """Return the one call that reached a service: who got it, the RPC, the request."""
    [(name, received)] = gateway.take_received()
    return name, received.rpc, received.request


@pytest.mark.parametrize("binding", CONTEXT_BINDINGS, ids=label)
def test_an_operation_reaches_its_rpc_with_path_and_body_whatever_the_query_says(
    gateway: Gateway, binding: Binding
) -> None:
    # Where camera_id is a documented filter, saying it is no attack.
    documented = binding.query_parameters
    hostile = [one for one in HOSTILE if unquote(one.partition("=")[0]) not in documented]
    path = binding.template.format(**IDS) + "?" + "&".join(hostile)
    body = '{"name": "摄像头"}' if binding.takes_body else None
    answer = gateway.rest(
        binding.http_method, path, body and body.encode(), {"content-type": "application/json"}
    )
    assert answer.status == 200, answer.body
    assert answer.path == "domain"
    expected: dict[str, Any] = {}
    if binding.sticky_parameter == "camera_id":
        expected["camera_id"] = "cam 摄"
    for name, value in (("rule_id", 7), ("alert_id", 8), ("channel", "plant")):
        if f"{{{name}}}" in binding.template:
            expected[name] = value
    if body and "RestService" in binding.rpc.path:  # elsewhere it is fields, of which this is none
        data = base64.b64encode(body.encode()).decode()
        expected["body"] = {"content_type": "application/json", "data": data}
    assert only_received(gateway) == (f"{binding.rpc.context}/domain", binding.rpc.label, expected)


@pytest.mark.parametrize(
    ("path", "request_fields"),
    [
        ("/api/v1/cameras?active_only=TRUE", {"active_only": True}),
        ("/api/v1/cameras?active_only=on", {"active_only": True}),
        ("/api/v1/cameras?active_only=Off", {}),
        ("/api/v1/cameras?active_only=0&x=1", {}),
        ("/api/v1/cameras/c/logs?lines=5&lines=7", {"camera_id": "c", "lines": 7}),
        ("/api/v1/cameras/c/logs?%6cines=5", {"camera_id": "c", "lines": 5}),
        (
            "/api/v1/alerts/rules?camera_id=a+b%2Fc%26d&enabled=y",
            {"camera_id": "a b/c&d", "enabled": True},
        ),
        ("/api/v1/alerts/rules?camera_id", {"camera_id": ""}),
        ("/api/v1/alerts/rules?camera_id='%20OR%201=1%20--", {"camera_id": "' OR 1=1 --"}),
        ("/api/v1/alerts/history-db?limit=3&alert_type=s", {"limit": 3, "alert_type": "s"}),
    ],
)
def test_documented_query_parameters_arrive_as_the_monolith_read_them(
    gateway: Gateway, path: str, request_fields: dict[str, Any]
) -> None:
    assert gateway.rest("GET", path).status == 200
    assert only_received(gateway)[2] == request_fields


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/cameras?active_only=",
        "/api/v1/cameras?active_only",
        "/api/v1/cameras?active_only=abc",
        "/api/v1/cameras/c/logs?lines=abc",
        "/api/v1/cameras/c/logs?lines",
        "/api/v1/alerts/history-db?limit=99999999999",
        "/api/v1/alerts/rules/abc",
        "/api/v1/alerts/rules/99999999999",
    ],
)
def test_a_value_of_the_wrong_type_is_400_and_reaches_no_service(
    gateway: Gateway, path: str
) -> None:
    answer = gateway.rest("GET", path)
    assert answer.status == 400
    assert answer.json["code"] == 3
    assert answer.json["detail"] == answer.json["message"]
    assert "invalid value" in answer.json["detail"]
    assert gateway.take_received() == []


@pytest.mark.parametrize(
    ("segment", "camera_id"),
    [
        ("cam:1", "cam:1"),
        ("a+b", "a+b"),
        ("100%25", "100%"),
        ("a%3Fb%23c%26d", "a?b#c&d"),
        ("*", "*"),
        ("{x}", "{x}"),
        ("...", "..."),
        ("%E6%91%84%E5%83%8F%E5%A4%B41", "摄像头1"),
    ],
)
def test_an_id_arrives_letter_by_letter(gateway: Gateway, segment: str, camera_id: str) -> None:
    assert gateway.rest("GET", f"/api/v1/cameras/{segment}/status").status == 200
    assert only_received(gateway)[2] == {"camera_id": camera_id}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (one.http_method, one.template.format(**IDS))
        for one in CONTEXT_BINDINGS
        if not one.takes_body
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "application/grpc", "text/plain"])
def test_a_body_that_nobody_reads_is_ignored(
    gateway: Gateway, method: str, path: str, content_type: str
) -> None:
    answer = gateway.rest(method, path, '{"camera_id": "evil', {"content-type": content_type})
    assert answer.status == 200, answer.body
    assert "evil" not in json.dumps(only_received(gateway)[2])


def test_a_body_in_chunks_is_read_and_one_that_nobody_reads_is_ignored(gateway: Gateway) -> None:
    answer = gateway.rest("PUT", "/api/v1/cameras/c", iter([b'{"a"', b": 1}"]))  # type: ignore[arg-type]
    assert answer.status == 200
    assert only_received(gateway)[2]["body"]["data"] == base64.b64encode(b'{"a": 1}').decode()
    answer = gateway.rest("POST", "/api/v1/cameras/c/start", iter([b"{b", b"ad"]))  # type: ignore[arg-type]
    assert answer.status == 200
    assert only_received(gateway)[2] == {"camera_id": "c"}


@pytest.mark.parametrize("content_type", [None, ""])
@pytest.mark.parametrize("name", ["origin", "sec-fetch-site"])
@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/api/v1/cameras/c"), ("POST", "/api/v1/rollouts/alert/pause")]
)
def test_a_page_says_what_its_body_is(
    gateway: Gateway, method: str, path: str, name: str, content_type: str | None
) -> None:
    """A browser asks nobody before it sends one without a type; a program may leave it out."""
    typed = {} if content_type is None else {"content-type": content_type}
    of_page = {"origin": f"http://127.0.0.1:{gateway.port}", "sec-fetch-site": "same-origin"}
    answer = gateway.rest(method, path, '{"a": 1}', {name: of_page[name], **typed})
    assert answer.status == 400
    assert json.loads(answer.body)["detail"] == "Content-Type must be application/json"
    assert gateway.take_received() == []
    for body, headers in (('{"a": 1}', {}), ("", {name: of_page[name]})):
        assert "Content-Type" not in gateway.rest(method, path, body, headers).body.decode()


def test_a_batch_without_a_body_is_a_request(gateway: Gateway) -> None:
    assert gateway.rest("POST", "/api/v1/cameras/batch-status").status == 200
    assert only_received(gateway)[1:] == ("CameraRestService/BatchGetCameraStatus", {"body": {}})


def test_rest_that_claims_to_be_grpc_is_rest_still(gateway: Gateway) -> None:
    headers = {"content-type": "application/grpc+proto"}
    answer = gateway.rest("PUT", "/api/v1/cameras/c", "{}", headers)
    assert answer.status == 200
    _, rpc, request = only_received(gateway)
    assert rpc == "CameraRestService/UpdateCamera"
    assert request["body"]["content_type"] == "application/octet-stream"


def test_services_do_not_hear_what_a_client_says_in_the_gateways_name(gateway: Gateway) -> None:
    headers = {
        "x-camplane-assigned": "legacy",
        "x-camplane-path": "legacy",
        "x-envoy-retry-on": "5xx",
        "x-envoy-upstream-rq-timeout-ms": "1",
        "x-envoy-original-path": "/evil",
    }
    assert gateway.rest("GET", "/api/v1/cameras/c/status", headers=headers).path == "domain"
    [(_, received)] = gateway.take_received()
    assert received.metadata["x-camplane-assigned"] == "domain"
    assert not {"x-camplane-path", "x-envoy-retry-on"} & received.metadata.keys()
    assert received.metadata.get("x-envoy-original-path") == "/api/v1/cameras/c/status"


def test_grpc_headers_do_not_leak_into_rest_answers(gateway: Gateway) -> None:
    answer = gateway.rest("GET", "/api/v1/cameras/c/status")
    assert answer.headers.keys() == {
        "content-type",
        "content-length",
        "date",
        "server",
        "x-camplane-path",
    }


def test_a_reply_of_15_mib_passes(gateway: Gateway) -> None:
    logs = camera_service_pb2.GetCameraLogsResponse(lines=["x" * 1000] * 15_000)
    gateway.upstreams["camera/domain"].behave = lambda rpc, request: logs
    answer = gateway.rest("GET", "/api/v1/cameras/c/logs")
    assert answer.status == 200
    assert answer.json["lines"] == list(logs.lines)


def test_json_in_a_body_field_passes_byte_for_byte(gateway: Gateway) -> None:
    text = '{"b":null,"a":1.0,"名":[1e2,12345678901234567890]}'.encode()
    response = camera_rest_service_pb2.CameraRestServiceGetCameraResponse()
    response.body.content_type, response.body.data = "application/json", text
    gateway.upstreams["camera/domain"].behave = lambda rpc, request: response
    answer = gateway.rest("GET", "/api/v1/cameras/c")
    assert answer.body == text
    assert answer.headers["content-type"] == "application/json"
