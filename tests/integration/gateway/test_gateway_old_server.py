"""The monolith itself as the old side: any HTTP server, left as it is, and domain's stand-in."""

import contextlib
import http.client
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import pytest
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc

from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import BrokenError, GoneError, MissingError

FOR, PROTO = "x-forwarded-for", "x-forwarded-proto"


class Echo(BaseHTTPRequestHandler):
    """Answers with what it received, and with a status of its own."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        received = {
            "method": self.command,
            "path": self.path,
            "body": self.rfile.read(length).decode(),
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        body = json.dumps(received).encode()
        self.send_response(418 if "teapot" in self.path else 200)
        self.send_header("content-type", "application/x-old")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
    setattr(Echo, f"do_{method}", Echo.answer)


@pytest.fixture(scope="module")
def shared_old() -> Iterator[Gateway]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"127.0.0.1:{server.server_port}"
        trusted = ("127.0.0.1",)
        with running(
            Split(0, 0), old_http=address, otlp="control", trusted_proxies=trusted
        ) as gateway:
            yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def old(shared_old: Gateway) -> Iterator[Gateway]:
    shared_old.take_received()
    yield shared_old
    for upstream in shared_old.upstreams.values():
        upstream.behave = None
    shared_old.split(camera=0, alert=0)


def test_a_request_reaches_the_old_server_untouched(old: Gateway) -> None:
    path = "/api/v1/cameras/c%20d/start?b=2&a=%2F&force_domain=false&camera_id=x"
    answer = old.rest("POST", path, '{"half', {"content-type": "text/odd", "x-mine": "1"})
    received = answer.json
    assert (received["method"], received["path"]) == ("POST", path)
    assert received["body"] == '{"half'
    assert received["headers"]["content-type"] == "text/odd"
    assert received["headers"]["x-mine"] == "1"
    assert "x-camplane-assigned" not in received["headers"]
    assert "x-camplane-request-key" not in received["headers"]
    assert (answer.status, answer.path) == (200, "legacy")
    assert answer.headers["content-type"] == "application/x-old"


def test_a_key_is_the_old_servers_to_understand(old: Gateway) -> None:
    headers = {"Idempotency-Key": "mine"}
    answer = old.rest("POST", "/api/v1/alerts/rules?force_domain=false", "{}", headers)
    assert answer.json["headers"]["idempotency-key"] == "mine"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/anything/at/all?x=%20"),
        ("PATCH", "/api/v1/cameras/c"),
        ("GET", "/api/v1/cameras/batch-status-of-mine/x"),
        ("GET", "/api/v1/cameras/batch-status"),
        ("GET", "/api/v1/cameras/refresh"),
        ("GET", "/api/v1/cameras/"),
        ("PUT", "/api/v1/alerts/rules/1%2F2"),
        ("GET", "/api/v1/cameras/x%2Fstatus"),
        ("OPTIONS", "/docs"),
        ("OPTIONS", "/"),
        ("GET", "/teapot"),
        ("GET", "/api/openapi.json"),
        ("GET", "/health"),
        ("POST", "/health"),
    ],
)
def test_what_is_no_operation_of_ours_is_the_old_servers_business(
    old: Gateway, method: str, path: str
) -> None:
    old.split(camera=100, alert=100)
    answer = old.rest(method, path, headers={"origin": "http://localhost:1"})
    assert answer.status == (418 if "teapot" in path else 200)
    assert (answer.json["method"], answer.json["path"]) == (method, path)
    assert "x-camplane-path" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
    assert old.take_received() == []


@pytest.mark.parametrize("value", ["yes", "T", "off", "maybe", "", "%ff"])
def test_other_values_of_force_domain_are_the_old_servers_to_judge(
    old: Gateway, value: str
) -> None:
    """It knows more words than we do, and refuses the others in its own way."""
    old.split(camera=100, alert=100)
    path = f"/api/v1/cameras/c/status?force_domain={value}"
    answer = old.rest("GET", path)
    assert (answer.path, answer.json["path"]) == ("legacy", path)
    assert old.rest("GET", f"/api/ping?force_domain={value}").status == 400


def test_the_split_is_between_transcoded_and_plain_in_one_route(old: Gateway) -> None:
    old.split(camera=50)
    paths = [f"/api/v1/cameras/cam{number}/status" for number in range(60)]
    first = {path: old.rest("GET", path).path for path in paths}
    assert set(first.values()) == {"domain", "legacy"}
    domain = [path for path in paths if first[path] == "domain"]
    assert len(old.take_received()) == len(domain)
    assert {path: old.rest("GET", path).path for path in paths} == first
    assert old.rest("GET", "/api/v1/cameras?force_domain=true").path == "domain"


def test_pinned_cameras_go_to_the_old_server_or_to_domain_and_grpc_to_domain(old: Gateway) -> None:
    pins = {"cam 7": "legacy", "cam8": "domain"}
    old.route(Routing(Split(50, 50), pins=pins))
    answer = old.rest("GET", "/api/v1/cameras/cam%207/status?a=1")
    assert (answer.path, answer.json["path"]) == ("legacy", "/api/v1/cameras/cam%207/status?a=1")
    assert old.rest("GET", "/api/v1/cameras/cam8/status").path == "domain"
    with old.channel() as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        request = camera_service_pb2.GetCameraStatusRequest(camera_id="cam 7")
        named = (("x-camera-id", "cam%207"),)
        _, call = stub.GetCameraStatus.with_call(request, metadata=named)
        assert dict(call.initial_metadata())["x-camplane-path"] == "domain"
    old.route(Routing(Split(0, 0)))


def test_native_calls_go_to_domain_alone(old: Gateway) -> None:
    with old.channel() as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        request = camera_service_pb2.GetCameraStatusRequest(camera_id="c")
        _, call = stub.GetCameraStatus.with_call(request)
        assert dict(call.initial_metadata())["x-camplane-path"] == "domain"
        with pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary("/camplane.camera.v1.CameraService/Nope")(b"")
        assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_the_gateways_own_operations_stay_its_own(old: Gateway) -> None:
    assert old.rest("GET", "/api/ping").json["message"] == "pong"
    health = old.rest("GET", "/api/v1/monitoring/health").json
    assert (health["status"], health["checks"]["legacy_services"]) == ("healthy", "ok")


@pytest.mark.parametrize("force", ["", "&force_domain=true"])
@pytest.mark.parametrize(
    ("method", "operation", "body"), [("GET", "/status", ""), ("PUT", "", '{"name":"é"}')]
)
def test_a_domain_that_is_gone_is_answered_for_by_the_old_server_in_the_same_request(
    old: Gateway, method: str, operation: str, body: str, force: str
) -> None:
    """Nothing had begun, so that a write may be asked of it, too; as it came."""
    old.split(camera=100)
    old.upstreams["camera/domain"].stop()
    try:
        path = f"/api/v1/cameras/c%20d{operation}?b=2{force}"
        for _ in range(3):
            answer = old.rest(method, path, body.encode(), {"x-mine": "1"})
            received = answer.json
            assert (answer.status, answer.path) == (200, "legacy")
            assert answer.headers["x-camplane-fallback"] == "true"
            assert (received["method"], received["path"]) == (method, path)
            assert received["body"] == body
            assert received["headers"]["x-mine"] == "1"
            assert not [name for name in received["headers"] if name.startswith("x-camplane")]
    finally:
        old.upstreams["camera/domain"].start()
    until(lambda: old.rest(method, path, body.encode()).path == "domain")


@pytest.mark.parametrize(("method", "path"), [("GET", "/c/status"), ("POST", "/c/start")])
def test_what_domain_refused_before_any_effect_is_asked_of_the_old_server(
    old: Gateway, method: str, path: str
) -> None:
    old.split(camera=100)
    old.upstreams["camera/domain"].behave = raising(GoneError("no database"))
    answer = old.rest(method, f"/api/v1/cameras{path}")
    assert (answer.status, answer.path) == (200, "legacy")
    assert answer.headers["x-camplane-fallback"] == "true"
    assert not [name for name in answer.headers if name.startswith("x-camplane-u")]
    assert len(old.take_received()) == 1


def test_an_error_of_domains_is_not_the_old_servers_to_answer(old: Gateway) -> None:
    """And its gRPC status is in no header."""
    old.split(camera=100)
    for error, status in ((BrokenError("full"), 500), (MissingError("no such camera"), 404)):
        old.upstreams["camera/domain"].behave = raising(error)
        answer = old.rest("GET", "/api/v1/cameras/c/status")
        assert (answer.status, answer.path) == (status, "domain")
        assert answer.json["detail"] == str(error)
        assert {name for name in answer.headers if "camplane" in name} == {"x-camplane-path"}


def test_spans_agree_with_envoys_counters_of_answers_of_either_side(old: Gateway) -> None:
    """Also while domain refuses, fails and is rescued; so a rollout can have its evidence."""
    old.split(camera=50, alert=100)
    until(lambda: truth(old)["sufficient"], 30)
    before = truth(old)["agreement"]["expected"]
    errors = itertools.cycle([None, None, BrokenError("full"), GoneError("off"), MissingError("x")])

    def behave(rpc: str, request: object) -> None:
        if error := next(errors):
            raise error

    old.upstreams["camera/domain"].behave = behave
    for number in range(100):
        old.rest("GET", f"/api/v1/cameras/c{number}/status")
        old.rest("PUT", f"/api/v1/cameras/c{number}", "{}")
        old.rest("GET", "/api/v1/cameras/teapot")
        old.rest("GET", "/api/v1/alerts/rules")
        old.rest("GET", f"/docs/{number}")
    with old.channel() as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        for _ in range(5):
            with contextlib.suppress(grpc.RpcError):
                stub.GetCameraStatus(camera_service_pb2.GetCameraStatusRequest(camera_id="c"))
    until(lambda: truth(old)["agreement"]["expected"] >= before + 405, 30)

    def agree() -> bool:
        """Spans of a busy machine may come after the look; it is looked at again with them."""
        found = truth(old)
        # The first look may have fallen into a request of another test's.
        return found["sufficient"] and all(
            abs(found[check]["expected"] - found[check]["observed"]) <= 2
            and found[check]["percent"] >= 99.5
            for check in ("agreement", "completeness")
        )

    until(agree, 40)


def truth(gateway: Gateway) -> Any:
    """Return how far spans and Envoy's own counters agree."""
    return gateway.rest("GET", "/api/v1/monitoring/comparison").json["truth"]


def raising(error: Exception) -> Callable[[str, object], None]:
    def behave(rpc: str, request: object) -> None:
        raise error

    return behave


def told(old: Gateway, peer: str, said: dict[str, str]) -> dict[str, str]:
    """Return what the old server is told of the client when `peer` says this of it."""
    connection = http.client.HTTPConnection("127.0.0.1", old.port, 5, source_address=(peer, 0))
    connection.request("GET", "/whoami", headers=said)
    received = json.loads(connection.getresponse().read())["headers"]
    connection.close()
    telling = (FOR, PROTO, "x-envoy-external-address")
    return {name: received[name] for name in telling if name in received}


@pytest.mark.parametrize(
    ("said", "received"),
    [
        ({}, {PROTO: "http"}),
        ({FOR: "198.51.100.7", PROTO: "https"}, {FOR: "198.51.100.7", PROTO: "https"}),
        ({FOR: "198.51.100.7, 127.0.0.2"}, {FOR: "198.51.100.7, 127.0.0.2", PROTO: "http"}),
    ],
)
def test_the_old_server_is_told_what_a_trusted_proxy_says(old: Gateway, said, received) -> None:
    """As if camplane were not there: nobody is appended, and https stays https."""
    assert received.items() <= told(old, "127.0.0.1", said).items()
    assert (FOR in told(old, "127.0.0.1", said)) == (FOR in said)


@pytest.mark.parametrize(
    ("said", "received"),
    [
        ({}, "127.0.0.2"),
        ({FOR: "127.0.0.1", PROTO: "https"}, "127.0.0.1,127.0.0.2"),
        ({FOR: "198.51.100.7", PROTO: "wss"}, "198.51.100.7,127.0.0.2"),
    ],
)
def test_of_anybody_else_the_old_server_is_told_the_address(old: Gateway, said, received) -> None:
    """Last, where nobody but the gateway can write it; and that it came without TLS."""
    assert told(old, "127.0.0.2", said) == {FOR: received, PROTO: "http"}
