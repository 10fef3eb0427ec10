"""Through the real gateway to the real services: each write happens once, whatever breaks.

A proxy before domain loses answers that domain has made, so that a write was
carried out and nobody was told.
"""

import contextlib
import fcntl
import json
import signal
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import DEFAULT_TEMPLATE, WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from gateway.vocabulary.split import Split
from servicekit.database.connections import parse_url
from tests.fire.service import ServiceProcess, new_database
from tests.fire.service import running as running_services
from tests.integration.gateway.cutting_proxy import CuttingProxy
from tests.integration.gateway.rig import Answer, Gateway, until

RULES, CAMERAS = "/api/v1/alerts/rules", "/api/v1/cameras"
SIDES = ("false", "true")


@dataclass
class Site:
    """A gateway that sends everything to domain, through the proxy, with legacy behind it."""

    gateway: Gateway
    proxy: CuttingProxy
    domain: ServiceProcess
    folder: Path
    database: str

    def ask(
        self, method: str, path: str, body: Any = None, key: str = "", force: str = ""
    ) -> Answer:
        """Send a request, to one implementation if `force` says which."""
        headers = {"content-type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        query = f"?force_domain={force}" if force else ""
        text = None if body is None else json.dumps(body)
        return self.gateway.rest(method, path + query, text, headers)

    def kill_domain(self) -> None:
        """End domain as a crash would."""
        self.domain.end(signal.SIGKILL)

    def bring_back(self) -> None:
        """Start domain again; returns when the gateway asks it."""
        self.domain.start()
        self.domain.wait_until_serving()
        path = RULES if self.domain.context == "alert" else CAMERAS
        until(lambda: self.ask("GET", path).path == "domain")

    def starts(self) -> int:
        """Return how many workers were started so far."""
        file = self.folder / "starts"
        return len(file.read_text().splitlines()) if file.exists() else 0


@contextlib.contextmanager
def site(context: str, kind: str, postgres: Callable[[], str]) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="once-") as name:
        folder = Path(name)
        database = new_database(kind, folder, postgres)
        worker = f"sh -c 'echo >> {folder}/starts; exec sleep 600' {{camera_id}}"
        environment = {
            "CAMPLANE_DATA": name,
            f"CAMPLANE_{context.upper()}_DATABASE_URL": database,
            "CAMPLANE_WORKER_COMMAND": worker,
        }
        domain, legacy = (
            ServiceProcess(context, side, folder, environment) for side in ("domain", "legacy")
        )
        proxy = CuttingProxy(folder / "proxy.sock", domain.address.removeprefix("unix:"))
        addresses = {
            f"{context}_domain": f"unix:{proxy.path}",
            f"{context}_legacy": legacy.address,
        }
        gateway = Gateway(folder, Split(100, 100), **addresses)
        with running_services([domain, legacy]), proxy.running():
            gateway.start()
            try:
                found = Site(gateway, proxy, domain, folder, database)
                path = RULES if context == "alert" else CAMERAS
                until(lambda: found.ask("GET", path).path == "domain")
                until(lambda: found.ask("GET", path, force="false").path == "legacy")
                yield found
            finally:
                gateway.stop()
                _stop_workers(folder)


def _stop_workers(folder: Path) -> None:
    layout = Layout.under(folder)
    workers = Workers(layout, WorkerSettings(WorkerCommand.parse(DEFAULT_TEMPLATE), 5.0))
    for camera_id in layout.known_workers():
        with workers.control(camera_id) as control:
            control.stop()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def rules(request: pytest.FixtureRequest) -> Iterator[Site]:
    with site("alert", request.param, lambda: request.getfixturevalue("postgres")) as found:
        yield found


@pytest.fixture(scope="module")
def cameras() -> Iterator[Site]:
    with site("camera", "sqlite", lambda: "") as found:
        yield found


def new_rule() -> dict[str, Any]:
    return {"name": uuid.uuid4().hex, "rule_type": "t", "conditions": {"threshold": 5}}


def new_camera() -> dict[str, Any]:
    return {"id": uuid.uuid4().hex, "name": "n", "source": "rtsp://u:p@h/s"}


def named(rules: Site, rule: dict[str, Any]) -> list[int]:
    """Return the ids of the rules of this name."""
    items = rules.ask("GET", RULES).json["items"]
    return [item["id"] for item in items if item["name"] == rule["name"]]


def fell_back(answer: Answer) -> bool:
    fallback = answer.headers.get("x-camplane-fallback")
    return (answer.status, answer.path, fallback) == (200, "legacy", "true")


@pytest.mark.parametrize("sides", [SIDES, SIDES[::-1]], ids=["legacy first", "domain first"])
def test_a_repeated_create_gets_the_same_answer_from_either(
    rules: Site, cameras: Site, sides: tuple[str, str]
) -> None:
    for at, path, body in ((rules, RULES, new_rule()), (cameras, CAMERAS, new_camera())):
        key = uuid.uuid4().hex
        first, *others = [at.ask("POST", path, body, key, side) for side in (*sides, *sides)]
        assert first.status == 200
        assert {other.body for other in others} == {first.body}
        assert {other.path for other in others} == {"legacy", "domain"}
        assert at.ask("GET", path).body.count((body.get("id") or body["name"]).encode()) == 1


def test_twenty_creates_at_once_with_one_key_are_one(rules: Site, cameras: Site) -> None:
    for at, path, body in ((rules, RULES, new_rule()), (cameras, CAMERAS, new_camera())):
        key = uuid.uuid4().hex
        with ThreadPoolExecutor(20) as clients:
            asked = [
                clients.submit(at.ask, "POST", path, body, key, SIDES[n % 2]) for n in range(20)
            ]
        answers = [one.result() for one in asked]
        assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
        assert at.ask("GET", path).body.count((body.get("id") or body["name"]).encode()) == 1


def test_a_key_with_another_body_is_refused_in_words(rules: Site, cameras: Site) -> None:
    for at, path, new in ((rules, RULES, new_rule), (cameras, CAMERAS, new_camera)):
        key = uuid.uuid4().hex
        assert at.ask("POST", path, new(), key).status == 200
        for side in SIDES:
            answer = at.ask("POST", path, new(), key, side)
            assert answer.status == 400
            assert answer.json["details"][0]["reason"] == "IDEMPOTENCY_KEY_REUSED"
            assert "give each write a key of its own" in answer.json["detail"]


@pytest.mark.parametrize("key", ["", "mine"])
def test_a_rule_whose_answer_was_lost_is_created_once(rules: Site, key: str) -> None:
    rule = new_rule()
    key = key and key + rule["name"]
    with rules.proxy.cutting(rule["name"].encode()):
        answer = rules.ask("POST", RULES, rule, key)
        assert rules.proxy.cuts == 1
    assert fell_back(answer)
    assert named(rules, rule) == [answer.json["id"]]
    if key:
        assert rules.ask("POST", RULES, rule, key).body == answer.body


def test_lost_answers_of_an_update_and_a_delete_are_given_by_legacy(rules: Site) -> None:
    rule, other = new_rule(), new_rule()
    path = f"{RULES}/{rules.ask('POST', RULES, rule).json['id']}"
    with rules.proxy.cutting(other["name"].encode()):
        assert fell_back(rules.ask("PUT", path, {"name": other["name"]}))
        assert rules.proxy.cuts == 1
    assert rules.ask("GET", path).json["name"] == other["name"]
    # Its message is the id alone: 08, and the id.
    number = int(path.rpartition("/")[2])
    with rules.proxy.cutting(bytes([0, 0, 0, 0, 2, 8, number])):
        assert fell_back(rules.ask("DELETE", path))
        assert rules.proxy.cuts == 1
    assert rules.ask("GET", path).status == 404


def test_a_domain_killed_between_commit_and_answer_costs_nothing(rules: Site) -> None:
    rule = new_rule()
    with rules.proxy.cutting(rule["name"].encode(), rules.kill_domain):
        answer = rules.ask("POST", RULES, rule)
    rules.bring_back()
    assert fell_back(answer)
    assert named(rules, rule) == [answer.json["id"]]


def test_a_domain_killed_before_the_commit_is_stood_in_for(rules: Site) -> None:
    rule = new_rule()
    with rules.proxy.cutting(rule["name"].encode()), ThreadPoolExecutor(1) as client:
        with locked(rules.database):
            asked = client.submit(rules.ask, "POST", RULES, rule)
            assert rules.proxy.seen.wait(10)
            rules.kill_domain()
        answer = asked.result()
        assert rules.proxy.cuts == 0
    rules.bring_back()
    assert fell_back(answer)
    assert named(rules, rule) == [answer.json["id"]]


@contextlib.contextmanager
def locked(database: str) -> Iterator[None]:
    """Let nobody write rules within the block."""
    url = parse_url(database)
    if url.get_backend_name() == "sqlite":
        with contextlib.closing(sqlite3.connect(str(url.database), isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            yield
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            connection.execute("LOCK TABLE alert_rules IN EXCLUSIVE MODE")
            yield


def test_a_camera_whose_answer_was_lost_is_created_once(cameras: Site) -> None:
    camera = new_camera()
    with cameras.proxy.cutting(camera["id"].encode()):
        answer = cameras.ask("POST", CAMERAS, camera)
        assert cameras.proxy.cuts == 1
    assert fell_back(answer)
    assert answer.json == {"ok": True, "camera": camera}
    assert cameras.ask("GET", CAMERAS).body.count(camera["id"].encode()) == 1


@pytest.mark.parametrize("operation", ["start", "restart"])
def test_a_worker_whose_start_was_not_answered_is_started_once(
    cameras: Site, operation: str
) -> None:
    camera = new_camera()
    path = f"{CAMERAS}/{camera['id']}"
    cameras.ask("POST", CAMERAS, camera)
    before = cameras.starts()
    with cameras.proxy.cutting(camera["id"].encode()):
        answer = cameras.ask("POST", f"{path}/{operation}")
        assert cameras.proxy.cuts == 1
    assert fell_back(answer)
    assert answer.json["cmd"]
    assert cameras.ask("GET", f"{path}/status").json["pid"] == answer.json["pid"]
    until(lambda: cameras.starts() > before)
    assert cameras.starts() == before + 1


def test_every_other_write_whose_answer_was_lost_is_answered_by_legacy(cameras: Site) -> None:
    camera = new_camera()
    path = f"{CAMERAS}/{camera['id']}"
    cameras.ask("POST", CAMERAS, camera)
    cameras.ask("POST", f"{path}/start")
    with cameras.proxy.cutting(camera["id"].encode()):
        for number, (method, where, body) in enumerate(
            (
                ("PUT", path, {"name": "m"}),
                ("POST", f"{path}/stop", None),
                ("PUT", f"{path}/auto-start", None),
                ("POST", f"{path}/deactivate", None),
                ("POST", f"{path}/activate", None),
                ("DELETE", path, None),
            ),
            1,
        ):
            answer = cameras.ask(method, where, body)
            assert fell_back(answer), (where, answer)
            assert cameras.proxy.cuts == number
    assert cameras.ask("GET", path).status == 404


def test_a_killed_domain_leaves_one_camera_before_or_after_its_commit(cameras: Site) -> None:
    late, early = new_camera(), new_camera()
    with cameras.proxy.cutting(late["id"].encode(), cameras.kill_domain):
        answer = cameras.ask("POST", CAMERAS, late)
    cameras.bring_back()
    assert fell_back(answer)

    lock = cameras.folder / "config" / ".cameras.yaml.lock"
    with cameras.proxy.cutting(early["id"].encode()), ThreadPoolExecutor(1) as client:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            asked = client.submit(cameras.ask, "POST", CAMERAS, early)
            assert cameras.proxy.seen.wait(10)
            cameras.kill_domain()
        answer = asked.result()
    cameras.bring_back()
    assert fell_back(answer)
    listed = cameras.ask("GET", CAMERAS).body
    assert [listed.count(one["id"].encode()) for one in (late, early)] == [1, 1]
