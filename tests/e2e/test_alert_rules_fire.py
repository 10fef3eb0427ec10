"""What is reported to the gateway makes a rule fire, and who is to know of it is told."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.alerts.alerts import app as alerts
from gateway.cli.alerts.rules import app
from gateway.cli.output import Terminal
from gateway.launcher.configuration import Configuration
from servicekit.webhooks.target import Target
from tests.e2e.command_line import until
from tests.stack import Stack, run_stack

HISTORY = "/api/v1/alerts/history-db?alert_type=camera_offline"
RULE = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}
KEY, SECRET = "CAMPLANE_WEBHOOK_PLANT", base64.b64encode(b"k" * 24).decode()


class Pager(HTTPServer):
    """Keeps what it is told, and whether that is signed as Standard Webhooks says."""

    genuine: list[bool]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Telling(BaseHTTPRequestHandler):
    server: Pager

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        digest = hmac.new(b"k" * 24, signed + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(digest).decode()
        self.server.genuine.append(self.headers["webhook-signature"] == expected)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def pager() -> Iterator[Pager]:
    with Pager(("127.0.0.1", 0), Telling) as server:
        server.genuine = []
        thread = threading.Thread(target=server.serve_forever, args=(0.1,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def running_stack(pager: Pager, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    configuration = Configuration(alert_channels={"plant": Target(pager.url, KEY)})
    root = tmp_path_factory.mktemp("camplane") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY, f"whsec_{SECRET}")
        with run_stack(root, configuration) as stack:
            yield stack


def test_a_rule_of_either_side_fires_for_an_event_of_the_other(stack: Stack, pager: Pager) -> None:
    """Domain evaluates and tells, whoever was asked: events and rules come through both."""
    rules = {
        stack.ask(
            "POST",
            "/api/v1/alerts/rules",
            side,
            json={**RULE, "camera_id": f"of-{side}", "notification_channels": ["plant"]},
        ).json()["id"]: f"of-{side}"
        for side in ("legacy", "domain")
    }
    for side, camera_id in (("domain", "of-legacy"), ("legacy", "of-domain")):
        event = {"event_id": "1", "camera_id": camera_id, "type": "source_failed"}
        body = {"events": [{**event, "time": time.time()}] * 2}
        answer = stack.ask("POST", "/api/v1/alerts/events", side, json=body)
        assert answer.json() == {"stored": 1, "duplicates": 1, "refused": []}
        assert answer.headers["x-camplane-path"] == side

    def told() -> list[dict[str, Any]]:
        items = stack.ask("GET", HISTORY, "legacy").json()["items"]
        return [one for one in items if one["notification_sent"]]

    until(lambda: len(told()) == 2, 20, "both fire and are told")
    assert pager.genuine == [True, True]
    assert {one["rule_id"]: one["camera_id"] for one in told()} == rules
    assert [one["notification_channels_used"] for one in told()] == [["plant"]] * 2
    assert told() == stack.ask("GET", HISTORY, "domain").json()["items"]


def test_rules_are_told_and_tried_by_the_command_line(stack: Stack, tmp_path: Path) -> None:
    """Over the gateway's REST, on either side; the state of a rule is the same on both."""
    rule = {**RULE, "camera_id": "door"}
    rule_id = stack.ask("POST", "/api/v1/alerts/rules", "legacy", json=rule).json()["id"]
    event = {"event_id": "3", "camera_id": "door", "type": "source_failed", "time": time.time()}
    stack.ask("POST", "/api/v1/alerts/events", "domain", json={"events": [event]})

    def said(*arguments: str, side: str = "domain", code: int = 0) -> Any:
        address = ("--url", str(stack.client.base_url), "--path", side, "--json")
        done = CliRunner().invoke(app, [*arguments, *address])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    def stands(side: str) -> dict[str, Any]:
        return next(one for one in said("states", side=side) if one["rule_id"] == rule_id)

    until(lambda: stands("legacy")["phase"] == "firing", 20, "it fires")
    assert stands("domain") == stands("legacy")
    other = tmp_path / "conditions.json"
    other.write_text('{"for_seconds": 3600}')
    for side in ("domain", "legacy"):
        tried = said("test", str(rule_id), "--conditions", str(other), side=side)
        assert (tried["stored"]["count"], tried["given"]["count"]) == (1, 0)
    wrong = {**RULE, "rule_type": "custom"}
    odd = stack.ask("POST", "/api/v1/alerts/rules", "domain", json=wrong).json()["id"]
    assert odd in {one["rule_id"] for one in said("lint", code=1)}


def test_alerts_are_told_and_handled_by_the_command_line(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On either side alike; what there is not ends the command with 1, and the others stand."""
    rule = {**RULE, "name": "Offline at the north gate", "camera_id": "alerts"}
    rule_id = stack.ask("POST", "/api/v1/alerts/rules", "legacy", json=rule).json()["id"]
    event = {"event_id": "4", "camera_id": "alerts", "type": "source_failed", "time": time.time()}
    stack.ask("POST", "/api/v1/alerts/events", "domain", json={"events": [event]})

    def said(*arguments: str, side: str = "domain", code: int = 0, width: int = 80) -> str:
        address = ("--url", str(stack.client.base_url), "--path", side)
        monkeypatch.setattr("gateway.cli.output.console", Terminal(width=width))
        done = CliRunner().invoke(alerts, [*arguments, *address])
        assert done.exit_code == code, done.output
        return done.stdout

    def told(*arguments: str, side: str = "domain", code: int = 0) -> Any:
        return json.loads(said(*arguments, "--json", side=side, code=code))

    # The fixture's table gives the ids of rules again that are gone.
    of_rule = ("--rule", str(rule_id), "--camera", "alerts")
    until(lambda: told("list", *of_rule), 20, "it fires")
    (one,) = told("list", *of_rule, "--state", "firing", "--handled", "none", side="legacy")
    assert (one["camera_id"], one["state"]) == ("alerts", "firing")
    lines = said("list", *of_rule).splitlines()
    assert len(lines) == 2 and lines[1].split()[0] == str(one["id"])
    comment = ("--author", "alice", "--comment", "on my way")
    known, unknown = str(one["id"]), str(2**31 - 1)
    answer = told("ack", known, unknown, *comment, code=1)
    assert (answer["changed"], answer["refused"][0]["alert_id"]) == (1, 2**31 - 1)
    assert told("ack", known, *comment, side="legacy")["unchanged"] == 1
    shown = said("show", known)
    assert "acknowledged by alice" in shown and "on my way" in shown
    assert told("confirm", known)["changed"] == 1
    assert told("false-positive", known)["changed"] == 1
    counted = told("statistics", *of_rule, side="legacy")
    assert counted["total"] == counted["total"] | {"raised": 1, "false_positive": 1}
    assert "alerts" in said("statistics", *of_rule)
    said("list", "--state", "pending", code=1)


def test_a_rule_is_snoozed_by_the_command_line(stack: Stack) -> None:
    """On either side alike; and is told when it wakes."""
    rule = {**RULE, "camera_id": "asleep", "notification_channels": ["plant"]}
    rule_id = stack.ask("POST", "/api/v1/alerts/rules", "legacy", json=rule).json()["id"]

    def said(*arguments: str, side: str = "domain", code: int = 0) -> Any:
        address = ("--url", str(stack.client.base_url), "--path", side, "--json")
        done = CliRunner().invoke(app, [*arguments, *address])
        assert done.exit_code == code, done.output
        return None if code else json.loads(done.stdout)

    def history() -> list[dict[str, Any]]:
        items = stack.ask("GET", HISTORY, "legacy").json()["items"]
        return [one for one in items if one["camera_id"] == "asleep"]

    known = ("snooze", str(rule_id))
    said(*known, code=2)
    said(*known, "--for", "an hour", code=2)
    said(*known, "--for", "1h", "--until", "2126-01-01T00:00Z", code=2)
    said(*known, "--until", "2126-01-01T00:00Z", code=1)
    assert said(*known, "--for", "1h", "--author", "alice", "--reason", "cleaning")["ok"]
    for side in ("domain", "legacy"):
        (one,) = said("snoozes", side=side)
        assert (one["rule_id"], one["snoozed_by"], one["reason"]) == (rule_id, "alice", "cleaning")
    event = {"event_id": "5", "camera_id": "asleep", "type": "source_failed", "time": time.time()}
    stack.ask("POST", "/api/v1/alerts/events", "domain", json={"events": [event]})
    until(history, 20, "it fires")
    assert history()[0]["notification_sent"] is False
    assert said("unsnooze", str(rule_id), side="legacy")["ok"]
    until(lambda: history()[0]["notification_sent"], 20, "it is told")
    said("unsnooze", str(rule_id), code=1)


def test_a_camera_that_fails_makes_a_rule_fire_by_itself(stack: Stack, tmp_path: Path) -> None:
    """camplane reports its own cameras; one that is stopped is no longer offline."""
    camera = {"id": "broken", "name": "Broken", "source": str(tmp_path / "nothing.mp4")}
    stack.ask("POST", "/api/v1/alerts/rules", "domain", json={**RULE, "camera_id": "broken"})
    stack.ask("POST", "/api/v1/cameras", "domain", json=camera)
    stack.ask("POST", "/api/v1/cameras/broken/start", "domain")

    def told() -> list[str]:
        items = stack.ask("GET", f"{HISTORY}&camera_id=broken", "legacy").json()["items"]
        return [one["details"]["state"] for one in items]

    until(lambda: told() == ["firing"], 30, "it fires")
    stack.ask("POST", "/api/v1/cameras/broken/stop", "legacy")
    until(lambda: told() == ["resolved", "firing"], 30, "it is over")


def test_health_and_metrics_say_that_a_channel_is_not_told(stack: Stack, pager: Pager) -> None:
    def health() -> dict[str, Any]:
        return stack.client.get("/api/v1/monitoring/health").json()

    assert "notifications" not in health()["checks"]
    pager.shutdown()
    pager.server_close()
    rule = {**RULE, "camera_id": "gate", "notification_channels": ["plant"]}
    stack.ask("POST", "/api/v1/alerts/rules", "domain", json=rule)
    event = {"event_id": "2", "camera_id": "gate", "type": "source_failed", "time": time.time()}
    stack.ask("POST", "/api/v1/alerts/events", "domain", json={"events": [event]})
    until(lambda: "notifications" in health()["checks"], 20, "it is said")
    assert "not told" in health()["checks"]["notifications"]
    told = stack.client.get("/metrics/alert/domain").text
    assert 'camplane_alert_notifications_waiting{channel="plant"' in told
    failing = next(
        line for line in told.splitlines() if line.startswith("camplane_alert_notifications_fail")
    )
    assert float(failing.rsplit(" ", 1)[1]) >= 1
