"""What is the old server's own passes the gateway as if it were not there, for a real one."""

import hashlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from gateway.proxy.topology import OldServer
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, running, until
from tests.integration.gateway.upstream import MissingError
from tests.monolith_process import Monolith, monolith

SECOND = b"x" * (1 << 20)


@pytest.fixture(scope="module")
def server(tmp_path_factory, postgres) -> Iterator[Monolith]:
    with monolith(tmp_path_factory.mktemp("passed"), postgres) as one:
        one.lay_recorded()
        yield one


@pytest.fixture(scope="module")
def gateway(server: Monolith) -> Iterator[Gateway]:
    limits = OldServer(keep_alive_seconds=1)
    with running(Split(50, 50), old_http=server.address, old_server=limits) as one:
        yield one


@pytest.fixture
def http_client(gateway: Gateway) -> Iterator[httpx.Client]:
    url = f"http://127.0.0.1:{gateway.port}"
    with httpx.Client(base_url=url, timeout=30, trust_env=False, verify=False) as client:
        yield client


def socket_of(gateway: Gateway, path: str, **options: Any) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{gateway.port}{path}", proxy=None, **options)


PATHS = [
    ("GET", "/"),
    ("HEAD", "/"),
    ("GET", "/dashboard"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/favicon.ico"),
    ("GET", "/static/kitchenwatch.js"),
    ("GET", "/health"),
    ("GET", "/nothing/here"),
    ("GET", "/sentry-debug"),
    ("GET", "/api/v1/cameras/export"),
    ("GET", "/api/v1/cameras/refresh"),
    ("GET", "/api/v1/cameras/cam0/snapshots"),
    ("PATCH", "/api/v1/cameras/cam0"),
    ("GET", "/api/v1/cameras/"),
    ("GET", "/api/v1/alerts/statistics"),
    ("GET", "/api/v1/records"),
    ("GET", "/api/v1/records/export"),
    ("GET", "/api/v1/records/999"),
    ("GET", "/api/v1/statistics/summary"),
    ("GET", "/api/v1/management/users"),
    ("GET", "/api/v1/management/settings"),
    ("GET", "/api/v1/management/help"),
    ("GET", "/api/v1/management/license"),
    ("GET", "/api/v1/management/me"),
    ("POST", "/api/v1/management/login"),
    ("DELETE", "/api/v1/management/users/999"),
    ("OPTIONS", "/api/v1/media/upload"),
    ("GET", "/api/v1/media"),
]
# Of each answer anew; who answered is told where an operation could have it.
_OWN = {"date", "x-request-id", "x-process-time", "x-camplane-path"}


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_path_of_its_own_is_answered_as_by_itself(
    server: Monolith, http_client: httpx.Client, method: str, path: str
) -> None:
    """Also where an operation of ours could have it, which domain knows nothing of."""

    def told(client: httpx.Client) -> tuple[Any, ...]:
        answer = client.request(method, path)
        headers = {name: value for name, value in answer.headers.items() if name not in _OWN}
        return answer.status_code, answer.content, headers

    with server.client() as direct:
        expected = told(direct)
    status, content, headers = told(http_client)
    assert (status, content) == expected[:2]
    port = str(http_client.base_url.port)
    location = headers.get("location", "").replace(port, str(server.port))
    assert headers | ({"location": location} if location else {}) == expected[2]


@pytest.mark.parametrize("path", ["/ws/echo", "/ws/echo?a=%2F"])
def test_a_websocket_takes_frames_both_ways_and_its_close_code(gateway: Gateway, path) -> None:
    with socket_of(gateway, path, subprotocols=["echo.v1"]) as websocket:
        assert websocket.subprotocol == "echo.v1"
        for message in ("häuser", b"\x00\xff" * 5000, ""):
            websocket.send(message)
            assert websocket.recv(10) == message
        websocket.send('{"close": 4001, "reason": "enough"}')
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(10)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "enough")


def test_a_websocket_below_an_operations_path_is_the_old_servers_too(gateway: Gateway) -> None:
    live = "/api/v1/cameras/nobody/live"
    with socket_of(gateway, live) as websocket, pytest.raises(ConnectionClosed) as closed:
        websocket.recv(10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404


def test_a_websocket_that_the_old_server_refuses_is_refused_by_its_status(
    server: Monolith, gateway: Gateway
) -> None:
    for address in (server.address, f"127.0.0.1:{gateway.port}"):
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(f"ws://{address}/ws/none", proxy=None),
        ):
            pass
        assert refused.value.response.status_code == 403
    (entry,) = [line for line in access_log(gateway) if line["path"] == "/ws/none"]
    assert entry["details"] == "via_upstream"


def access_log(gateway: Gateway) -> list[dict[str, Any]]:
    """Return what Envoy wrote down of answers of 400 and above, once it has."""
    log = gateway.directory / "errors.jsonl"
    until(lambda: log.exists() and "/ws/none" in log.read_text())
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_an_open_websocket_survives_a_change_of_weights(gateway: Gateway) -> None:
    with socket_of(gateway, "/ws/echo") as websocket:
        for percent in (10, 25, 50):
            gateway.split(camera=percent, alert=percent)
            websocket.send(str(percent))
            assert websocket.recv(10) == str(percent)


def test_an_upload_arrives_whole_however_slowly_it_comes(http_client: httpx.Client) -> None:
    """And larger than what a request to an operation may be."""
    digest = hashlib.sha256()

    def parts() -> Iterator[bytes]:
        for number in range(6):
            part = bytes([number]) + SECOND
            digest.update(part)
            yield part
            time.sleep(0.3)

    answer = http_client.put("/api/v1/media/raw/slow.bin", content=parts())
    assert answer.status_code == 200
    assert answer.json()["sha256"] == digest.hexdigest()
    part = http_client.get("/api/v1/media/slow.bin", headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, b"\x00" + b"x" * 9)


def test_events_arrive_as_they_happen(http_client: httpx.Client) -> None:
    with http_client.stream("GET", "/api/v1/events/stream?interval=600") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert next(answer.iter_lines()) == "id: 1"


def test_a_slow_answer_and_a_silent_stream_are_waited_for(http_client: httpx.Client) -> None:
    assert http_client.get("/api/v1/reports/daily?seconds=1.5").status_code == 200
    with http_client.stream("GET", "/api/v1/events/stream?silence=1.5&count=1") as answer:
        assert answer.read().startswith(b"id: 1\n")


def test_idle_connections_are_closed_before_the_old_server_does(gateway: Gateway) -> None:
    """So that no request meets its close."""

    def closed() -> int:
        name = r"^cluster\.old_http\.upstream_cx_idle_timeout$"
        (total,) = gateway.ask(lambda admin: admin.stats(name))
        return int(total["value"])

    gateway.rest("GET", "/api/v1/management/help")
    until(lambda: closed() > 0)


class Hasty:
    """A server that closes every other connection instead of answering."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                head = connection.recv(65536)
                if not head or b"/api/ping" in head:
                    continue
                self.requests.append(head.split(b" ", 1)[0])
                if len(self.requests) % 2 == 0:
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
                    )


OPENING = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/other", {}), ("/api/v1/cameras/c/status", {}), ("/ws/echo", OPENING)],
)
def test_a_read_whose_connection_was_closed_is_sent_again_and_a_write_is_not(
    path: str, headers: dict[str, str]
) -> None:
    """The opening of a WebSocket, too, is a read."""
    hasty = Hasty()
    try:
        with running(Split(0, 0), old_http=hasty.address) as gateway:
            assert gateway.rest("GET", path, b"", headers).status == 200
            assert hasty.requests == [b"GET", b"GET"]
            assert gateway.rest("POST", "/other", b"{}").status == 503
            assert hasty.requests == [b"GET", b"GET", b"POST"]
    finally:
        hasty.close()


def test_a_server_whose_loop_is_blocked_is_slow_and_not_down(gateway: Gateway) -> None:
    """Its health says what clients find."""
    blocking = threading.Thread(target=lambda: gateway.rest("GET", "/api/v1/system/load"))
    blocking.start()
    while blocking.is_alive():
        health = gateway.rest("GET", "/api/v1/monitoring/health")
        assert health.json["checks"]["legacy_services"] == "ok"
    blocking.join()


def test_limits_for_what_is_passed_through_are_the_settings(server: Monolith) -> None:
    limits = OldServer(request_seconds=1, idle_seconds=1, upgrade_idle_seconds=1)
    with running(Split(0, 0), old_http=server.address, old_server=limits) as gateway:
        assert gateway.rest("GET", "/api/v1/reports/daily?seconds=20").status == 504
        with socket_of(gateway, "/ws/echo") as websocket, pytest.raises(ConnectionClosed):
            websocket.recv(15)
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=15)
        connection.request("GET", "/api/v1/events/stream?interval=600")
        with pytest.raises(http.client.IncompleteRead):
            connection.getresponse().read()


def test_a_camera_that_domain_does_not_know_is_domains_to_refuse(gateway: Gateway) -> None:
    """Where the old server has no such path: GET of one camera is new."""
    gateway.split(camera=100)
    gateway.upstreams["camera/domain"].behave = missing
    answer = gateway.rest("GET", "/api/v1/cameras/nobody")
    assert (answer.status, answer.path) == (404, "domain")
    assert answer.json["detail"] == "no such camera"
    # And what the old server has there is no answer in domain's place.
    export = gateway.rest("GET", "/api/v1/cameras/export")
    assert (export.path, "x-camplane-fallback" in export.headers) == ("legacy", False)


def missing(rpc: str, request: object) -> None:
    raise MissingError("no such camera")
