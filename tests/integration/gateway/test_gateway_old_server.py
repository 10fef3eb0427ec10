"""The monolith itself as the old side: any HTTP server, left as it is."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import pytest
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc

from gateway.envoy.files import read_routing
from gateway.rollout.routing import Routing
from gateway.rollout.split import Split
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import GoneError


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
        with running(Split(0, 0), old_http=f"127.0.0.1:{server.server_port}") as gateway:
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
        ("GET", "/api/v1/cameras/"),
        ("PUT", "/api/v1/alerts/rules/1%2F2"),
        ("GET", "/api/v1/cameras/x%2Fstatus"),
        ("OPTIONS", "/docs"),
        ("GET", "/teapot"),
        ("GET", "/api/openapi.json"),
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


def test_the_guard_gives_a_dead_domains_share_to_the_old_server_and_back(old: Gateway) -> None:
    old.split(camera=100, alert=100)
    assert old.rest("GET", "/api/v1/cameras/c/status").path == "domain"
    domain = old.upstreams["camera/domain"]
    domain.stop()
    until(lambda: old.rest("GET", "/api/v1/cameras/c/status").path == "legacy")
    routing = read_routing(old.directory)
    assert (routing.split, routing.held_back) == (Split(100, 100), {"camera"})
    assert old.rest("GET", "/api/v1/alerts/rules").path == "domain"
    # A new split while it is down is recorded, and waits.
    old.split(camera=40, alert=100)
    assert old.rest("GET", "/api/v1/cameras/c/status").path == "legacy"
    old.split(camera=100, alert=100)
    domain.start()
    until(lambda: old.rest("GET", "/api/v1/cameras/c/status").path == "domain")
    routing = read_routing(old.directory)
    assert (routing.split, routing.held_back) == (Split(100, 100), frozenset())


def test_unavailable_is_passed_on_there_being_no_stand_in(old: Gateway) -> None:
    def refuse(rpc: str, request: object) -> None:
        raise GoneError("no database")

    old.upstreams["camera/domain"].behave = refuse
    answer = old.rest("GET", "/api/v1/cameras?force_domain=true")
    assert (answer.status, answer.json["detail"]) == (503, "no database")
    assert len(old.take_received()) == 1
