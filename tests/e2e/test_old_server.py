"""The old server itself as the old side: any HTTP server, left as it is."""

import contextlib
import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e.command_line import Up, ending, until

# Spaced as no service of ours would.
OLD_BODY = b'{"monolith" : true, "\\u5c3a" : null}\n'
# The control process asks it whether the old server is up, whenever it likes.
LOOKED_AT = "/api/ping"


@dataclass(frozen=True)
class Received:
    """A request as it reached the old server."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str] = field(compare=False)


class OldServer:
    """Answers everything with 200 and a body that no service of ours gives.

    What clients sent it is noted, looks after its health are not.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        old = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                if self.path != LOOKED_AT:
                    old.received.append(Received(self.command, self.path, body, headers))
                self.send_response(418 if "teapot" in self.path else 200)
                self.send_header("content-type", "application/json; charset=utf-8")
                self.send_header("x-monolith", "7")
                self.send_header("content-length", str(len(OLD_BODY)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(OLD_BODY)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = handle_any  # noqa: N815

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def old() -> Iterator[OldServer]:
    server = OldServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def before_old(old, tmp_path_factory) -> Iterator[Up]:
    """Give a camplane before the old server: all cameras are domain's, no alert rule is."""
    folder = tmp_path_factory.mktemp("old")
    config = folder / "camplane.yaml"
    config.write_text(f'legacy: {{http: "127.0.0.1:{old.port}"}}\n')
    with ending(folder) as start:
        yield start("--config", str(config), USE_DOMAIN_SERVICE_CAMERA="true")


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/api/v1/alerts/rules?camera_id=a%20b&enabled=1&x=%2F%2e", b""),
        ("POST", "/api/v1/alerts/rules", b'{ "name":"\xe9\x97\xa8" ,"n":1.0}'),
        ("PUT", "/api/v1/alerts/rules/7?a=1&a=2", b"not json at all \x00\xff"),
        ("DELETE", "/api/v1/alerts/rules/7/", b""),
        ("GET", "/", b""),
        ("GET", "/static/app%20name.js?v=3", b""),
        ("POST", "/api/v1/detect/upload", b"x" * 500_000),
        ("PATCH", "/api/v1/cameras", b"{}"),
        ("GET", "/api/v1/cameras/a%2Fb/status", b""),
        ("GET", "/teapot//double/./slash", b""),
        ("HEAD", "/docs", b""),
    ],
)
def test_the_old_side_gets_requests_as_they_came(before_old, old, method, target, body) -> None:
    """Method, path, query and body, byte for byte; its answer comes back as it is."""
    old.received.clear()
    headers = {"content-type": "application/json", "authorization": "Bearer t", "host": "cams:80"}
    answer = raw(before_old, method, target, body, headers)
    assert old.received == [Received(method, target, body, {})]
    (received,) = old.received
    assert {name: received.headers[name] for name in headers} == headers
    assert answer.status == (418 if "teapot" in target else 200)
    assert answer.getheader("x-monolith") == "7"
    assert answer.getheader("content-type") == "application/json; charset=utf-8"
    assert answer.read() == (b"" if method == "HEAD" else OLD_BODY)


def raw(camplane: Up, method: str, target: str, body: bytes, headers: dict[str, str]):
    """Send a request whose path nobody tidies up."""
    port = int(camplane.url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, target, body, headers)
    return connection.getresponse()


def test_domains_share_is_answered_by_domain(before_old, old) -> None:
    old.received.clear()
    answer = before_old.http.get("/api/v1/cameras")
    assert answer.json() == {"cameras": []}
    assert answer.headers["x-camplane-path"] == "domain"
    assert old.received == []


def test_force_domain_overrides_the_split(before_old, old) -> None:
    old.received.clear()
    forced = before_old.http.get("/api/v1/alerts/rules?force_domain=true")
    assert forced.json() == {"count": 0, "items": []}
    assert old.received == []
    forced = before_old.http.get("/api/v1/cameras?force_domain=false")
    assert forced.content == OLD_BODY
    assert forced.headers["x-camplane-path"] == "legacy"
    assert [one.target for one in old.received] == ["/api/v1/cameras?force_domain=false"]


@pytest.mark.parametrize("query", ["", "?force_domain=false"])
def test_events_are_taken_in_by_domain_whatever_is_asked_for(before_old, old, query) -> None:
    """The old server knows nothing of them."""
    old.received.clear()
    event = {"event_id": f"e{query}", "camera_id": "c", "type": "motion", "time": time.time()}
    answer = before_old.http.post(f"/api/v1/alerts/events{query}", json={"events": [event]})
    assert answer.json() == {"stored": 1, "duplicates": 0, "refused": []}
    assert answer.headers["x-camplane-path"] == "domain"
    assert old.received == []


def test_the_old_server_counts_as_the_legacy_side_in_health(before_old) -> None:
    health = before_old.ask("GET", "/api/v1/monitoring/health")
    assert health["status"] == "healthy", health
    assert set(before_old.pids) == {"camera/domain", "alert/domain", "control", "envoy"}
    assert "camera/domain" in json.loads(before_old.camplane("status", "--json"))["processes"]


def test_a_domain_that_is_down_loses_its_share_and_gets_it_back(before_old) -> None:
    """Within seconds, and without a word from anybody."""

    def answered_by_old() -> bool:
        # Started again, it is killed again: a short absence would not be noticed.
        if (pid := before_old.pids.get("camera/domain")) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        answer = before_old.http.get("/api/v1/cameras")
        return answer.content == OLD_BODY

    began = time.monotonic()
    until(answered_by_old, 10, "the old server answers")
    assert time.monotonic() - began < 10
    for _ in range(20):
        assert before_old.http.get("/api/v1/cameras").status_code == 200
    until(lambda: before_old.http.get("/api/v1/cameras").headers["x-camplane-path"] == "domain", 60)
    assert before_old.http.get("/api/v1/cameras").json() == {"cameras": []}
