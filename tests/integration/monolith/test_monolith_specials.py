"""What the old server of the tests does and no service of ours: camplane is tried before it."""

import ast
import hashlib
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.e2e.command_line import until
from tests.monolith_process import APPLICATION, VIDEO, Monolith, monolith

OURS = {"camera_service", "alert_service", "gateway", "servicekit", "camplane", "tests"} | {
    "camplane_tools"
}


@pytest.fixture(scope="module")
def server(tmp_path_factory, postgres) -> Iterator[Monolith]:
    folder = tmp_path_factory.mktemp("specials")
    with monolith(folder, postgres, DETECTOR_STOP_TIMEOUT="0.5") as one:
        one.lay_recorded()
        yield one


@pytest.fixture(scope="module", autouse=True)
def idle_seconds(server) -> Iterator[Future[float]]:
    """Give how long a connection stays open after its answer; it waits beside the other tests."""
    with ThreadPoolExecutor(1) as beside:
        yield beside.submit(seconds_until_closed, server)


def seconds_until_closed(server: Monolith) -> float:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        began = time.monotonic()
        connection.sendall(b"GET /api/ping HTTP/1.1\r\nhost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        while connection.recv(65536):
            pass
        return time.monotonic() - began


@pytest.fixture(scope="module")
def http(server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def socket_of(server: Monolith, path: str, **options: Any):
    return connect(f"ws://{server.address}{path}", proxy=None, open_timeout=20, **options)


def test_it_imports_nothing_of_ours() -> None:
    for path in APPLICATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.partition(".")[0] for name in names} & OURS, path


def test_a_socket_echoes_text_and_bytes_and_closes_as_asked(server) -> None:
    with socket_of(server, "/ws/echo", subprotocols=["other", "echo.v1"]) as echo:
        assert echo.subprotocol == "echo.v1"
        for message in ("门口", b"\x00\xff" * 50_000):
            echo.send(message)
            assert echo.recv(10) == message
        echo.send('{"close": 4001, "reason": "enough"}')
        with pytest.raises(ConnectionClosed) as closed:
            echo.recv(10)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "enough")


def test_sockets_push_states_and_pictures(server) -> None:
    with socket_of(server, "/ws/cameras?interval=0.05") as states:
        for _ in range(3):
            told = json.loads(states.recv(10))
            assert told["cameras"][0]["id"] == "cam0"
    with socket_of(server, "/api/v1/cameras/vid1/live?interval=0.5") as pictures:
        assert pictures.recv(10).startswith(b"\xff\xd8")
        pictures.send("seen")
        assert json.loads(pictures.recv(10)) == {"type": "ack", "text": "seen"}
        assert pictures.recv(10).startswith(b"\xff\xd8")
    ghost = socket_of(server, "/api/v1/cameras/ghost/live")
    with ghost, pytest.raises(ConnectionClosed) as closed:
        ghost.recv(10)
    assert closed.value.rcvd.code == 4404


def test_files_go_up_and_come_down_whole_and_in_parts(http) -> None:
    film = VIDEO.read_bytes()
    digest = hashlib.sha256(film).hexdigest()
    stored = {"name": "a.mp4", "size": len(film), "sha256": digest}
    sent = http.post("/api/v1/media/upload", files={"file": ("a.mp4", io.BytesIO(film))})
    assert (sent.status_code, sent.json()) == (201, stored)
    pieces = (film[start : start + 65536] for start in range(0, len(film), 65536))
    raw = http.put("/api/v1/media/raw/b.mp4", content=pieces)
    assert (raw.status_code, raw.json()) == (200, {**stored, "name": "b.mp4"})

    plain = {"accept-encoding": "identity"}
    down = http.get("/api/v1/media/b.mp4", headers=plain)
    assert down.content == film
    part = http.get("/api/v1/media/b.mp4", headers={**plain, "range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, film[10:20])
    head = http.head("/api/v1/media/b.mp4", headers=plain)
    assert (head.headers["content-length"], head.headers["etag"]) == (
        str(len(film)),
        down.headers["etag"],
    )
    assert http.delete("/api/v1/media/b.mp4").status_code == 204
    assert http.get("/api/v1/media/b.mp4").status_code == 404


def test_an_upload_that_breaks_off_leaves_nothing(server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            b"PUT /api/v1/media/raw/cut.mp4 HTTP/1.1\r\nhost: x\r\ncontent-length: 9000\r\n\r\nhalf"
        )
        until(lambda: list(server.root.glob("media/.cut*")))
    until(lambda: not list(server.root.glob("media/.cut*")))
    assert not (server.root / "media" / "cut.mp4").exists()


def test_events_stream_one_by_one_after_a_silence(http) -> None:
    began = time.monotonic()
    with http.stream("GET", "/api/v1/events/stream?silence=0.3&interval=0.5&count=2") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        came = [
            time.monotonic() - began for line in answer.iter_lines() if line.startswith("data:")
        ]
    assert len(came) == 2
    assert came[0] >= 0.3
    assert came[1] - came[0] >= 0.2


def test_a_long_poll_waits_for_an_event_or_for_nothing(http) -> None:
    last = http.get("/api/v1/events/poll?wait=0.2").json()
    assert last["events"] == []
    found: list[dict[str, Any]] = []

    def poll() -> None:
        query = f"wait=20&after={last['last']}"
        found.extend(http.get(f"/api/v1/events/poll?{query}").json()["events"])

    polling = threading.Thread(target=poll)
    polling.start()
    http.post("/api/v1/cameras", json={"id": "polled", "name": "p", "source": "0"})
    polling.join(10)
    assert [event["camera_id"] for event in found] == ["polled"]


def test_the_load_is_measured_for_a_second_in_which_nobody_is_answered(http) -> None:
    began = time.monotonic()
    measuring = threading.Thread(target=http.get, args=("/api/v1/system/load",))
    measuring.start()
    slowest = 0.0
    while measuring.is_alive():
        asked = time.monotonic()
        http.get("/api/ping")
        slowest = max(slowest, time.monotonic() - asked)
    measuring.join()
    assert time.monotonic() - began >= 1
    assert slowest > 0.3


def test_the_database_deletes_a_rules_history_with_the_rule(server, http) -> None:
    rule = {"name": "n", "rule_type": "custom", "conditions": {}}
    rule_id = http.post("/api/v1/alerts/rules", json=rule).json()["id"]
    alert = http.post(f"/api/v1/alerts/rules/{rule_id}/test").json()["id"]
    handled = {"status": "resolved", "handled_by": "me"}
    assert http.patch(f"/api/v1/alerts/history/{alert}", json=handled).status_code == 200
    with psycopg.connect(server.database_url) as connection:
        count = f"SELECT count(*) FROM alert_history WHERE rule_id = {rule_id}"
        assert connection.execute(count).fetchone() == (1,)
        connection.execute(f"DELETE FROM alert_rules WHERE id = {rule_id}")
        assert connection.execute(count).fetchone() == (0,)


def test_it_migrates_while_it_serves(http) -> None:
    long = {"name": "n" * 120, "rule_type": "custom", "conditions": {}}
    assert http.post("/api/v1/alerts/rules", json=long).status_code == 500
    assert http.post("/api/v1/system/migrate").json()["taken"] == ["longer names of alert rules"]
    assert http.post("/api/v1/alerts/rules", json=long).status_code == 200
    assert http.get("/api/v1/alerts/rules").json()["items"][0]["name"] == "n" * 120


def test_a_detector_is_known_by_its_pid_file_and_outlives_its_camera(server, http) -> None:
    pid = http.post("/api/v1/cameras/cam0/start").json()["pid"]
    assert server.pid_file("cam0").read_text() == str(pid)
    assert server.detectors() == {"cam0": [pid]}
    assert Path(f"/proc/{pid}/cwd").readlink() == server.root
    assert http.delete("/api/v1/cameras/cam0").status_code == 200
    assert http.get("/api/v1/cameras/cam0/status").json()["pid"] == pid
    assert http.post("/api/v1/cameras/cam0/stop").json() == {"ok": True, "running": False}
    assert not server.pid_file("cam0").exists()
    assert server.detectors() == {}


def test_a_detector_that_ignores_sigterm_is_killed(server, http) -> None:
    http.post("/api/v1/cameras/cam_stubborn/start")
    log = server.root / "logs" / "detect_cam_stubborn.log"
    until(lambda: "cam_stubborn" in log.read_text())
    began = time.monotonic()
    http.post("/api/v1/cameras/cam_stubborn/stop")
    assert time.monotonic() - began > 0.5
    assert server.detectors() == {}


@pytest.mark.parametrize(
    ("method", "path", "status", "header", "value"),
    [
        ("GET", "/", 200, "content-type", "text/html; charset=utf-8"),
        ("HEAD", "/", 200, "content-type", "text/html; charset=utf-8"),
        ("GET", "/static/kitchenwatch.css", 200, "content-type", "text/css; charset=utf-8"),
        ("GET", "/favicon.ico", 200, "content-type", "image/x-icon"),
        ("GET", "/docs", 200, "content-type", "text/html; charset=utf-8"),
        ("GET", "/health", 200, "content-type", "application/json"),
        ("GET", "/dashboard", 302, "location", "/"),
        ("GET", "/api/v1/management/help", 302, "location", "/docs"),
        ("OPTIONS", "/api/v1/media/upload", 204, "allow", "OPTIONS, POST"),
        ("GET", "/api/v1/statistics/hourly", 200, "content-encoding", "gzip"),
        ("GET", "/api/v1/records/export", 200, "content-type", "text/csv; charset=utf-8"),
        ("GET", "/api/v1/cameras/export", 200, "content-type", "text/csv; charset=utf-8"),
        ("GET", "/api/v1/cameras/vid1/snapshots", 200, "content-type", "application/json"),
        ("GET", "/api/v1/cameras?force_domain=yes", 200, "content-type", "application/json"),
        ("GET", "/api/v1/cameras/cam0", 405, "allow", "PUT"),
        ("GET", "/sentry-debug", 500, "content-type", "text/plain; charset=utf-8"),
        ("GET", "/api/v1/reports/daily?seconds=0.1", 200, "content-type", "application/json"),
    ],
)
def test_other_answers(http, method, path, status, header, value) -> None:
    # uvicorn closes the connection behind an error, and does not say so in its answer.
    answer = http.request(method, path, headers={"connection": "close"})
    assert (answer.status_code, answer.headers[header]) == (status, value)


def test_a_slash_too_many_is_redirected_to_the_host_that_was_asked(http) -> None:
    answer = http.get("/api/v1/cameras/", headers={"host": "cams.example"})
    assert answer.status_code == 307
    assert answer.headers["location"] == "http://cams.example/api/v1/cameras"


def test_other_contexts_keep_records_users_and_settings(http) -> None:
    made = http.post("/api/v1/records", json={"camera_id": "cam0", "persons": 2})
    place = made.headers["location"]
    assert http.patch(place, json={"note": "n"}).json()["persons"] == 2
    summary = http.get("/api/v1/statistics/summary")
    assert summary.json() == {"cam0": {"records": 1, "persons": 2}}
    again = {"if-none-match": summary.headers["etag"]}
    assert http.get("/api/v1/statistics/summary", headers=again).status_code == 304
    assert http.get("/api/v1/records").headers["x-total-count"] == "1"
    assert http.delete(place).status_code == 204
    assert http.put("/api/v1/management/settings/site", json={"value": [1]}).status_code == 200
    assert http.get("/api/v1/management/settings").json() == {"retention": 30, "site": [1]}
    user = {"username": "ann", "password": "long enough"}
    assert http.post("/api/v1/management/users", json=user).status_code == 201
    assert http.get("/api/v1/management/me").status_code == 401
    logged_in = http.post("/api/v1/management/login", json=user)
    assert len(logged_in.headers.get_list("set-cookie")) == 2
    assert http.get("/api/v1/management/me").json()["username"] == "ann"
    assert http.post("/api/v1/management/logout").status_code == 204
    assert http.get("/api/v1/management/me").status_code == 401


def test_its_own_rewrite_stores_entries_in_another_shape(server, http) -> None:
    """Where its switches are on, or asked for: `yes` is a yes."""
    for wish, has_type in (("no", False), ("yes", True)):
        http.put(f"/api/v1/cameras/cam_bare?force_domain={wish}", json={"name": wish})
        listed = http.get("/api/v1/cameras").json()["cameras"]
        (bare,) = (camera for camera in listed if camera["id"] == "cam_bare")
        assert (bare["name"], "camera_type" in bare) == (wish, has_type)
    usage = http.get("/api/v1/monitoring/metrics").json()["domain_service"]
    assert usage["usage_count"] >= 1


def test_every_answer_has_its_id_and_time_and_a_line_in_the_access_log(server, http) -> None:
    origin = {"origin": "http://kitchen.example", "x-request-id": "of-the-client"}
    answer = http.get("/api/ping", headers=origin)
    assert answer.headers["x-request-id"] == "of-the-client"
    assert float(answer.headers["x-process-time"]) >= 0
    assert answer.headers["access-control-allow-origin"] == "http://kitchen.example"
    assert "of-the-client GET /api/ping 200" in (server.root / "logs" / "access.log").read_text()


def test_an_idle_connection_is_closed_after_five_seconds(idle_seconds) -> None:
    assert 5 <= idle_seconds.result(20) < 15


def test_killed_it_starts_again_on_its_port_and_finds_its_detectors(server) -> None:
    with server.client(headers={"connection": "close"}) as http:
        rules = http.get("/api/v1/alerts/rules").json()
        detector = http.post("/api/v1/cameras/vid1/start").json()["pid"]
        url = server.url
        server.kill()
        assert server.server_pids() == []
        assert server.detectors() == {"vid1": [detector]}
        server.start()
        assert server.url == url
        assert http.get("/api/v1/alerts/rules").json() == rules
        assert http.get("/api/v1/cameras/vid1/status").json()["pid"] == detector


def test_two_workers_serve_one_world_of_timestamps_with_a_zone(tmp_path, postgres) -> None:
    with monolith(tmp_path, postgres, workers=2, TIMESTAMPS_WITH_ZONE="true") as server:
        server.lay_recorded()
        # Each request on a connection of its own: either worker may take it.
        with server.client(headers={"connection": "close"}) as http:
            pids: set[int] = set()
            until(lambda: pids.add(http.get("/api/v1/system/info").json()["pid"]) or len(pids) == 2)
            assert pids < set(server.server_pids())
            listed = http.get("/api/v1/alerts/rules").json()
            assert listed["items"][0]["updated_at"] == "2026-01-01T00:00:09"
            http.post("/api/v1/cameras/cam0/start")
    assert server.server_pids() == []
    assert server.detectors() == {}
