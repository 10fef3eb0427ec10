"""A control process that is killed while rollouts are under way: they go on where they were."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.proxy.files import read_routing
from gateway.vocabulary.placement import bucket
from tests.e2e.command_line import Up, until

WEIGHTS = {"alert": 10, "camera": 25}
LOOK_SECONDS = 0.005

PLAN = """
apiVersion: camplane/v1
kind: Rollout
metadata: {{name: long}}
spec:
  context: {context}
  steps:
    - {{setWeight: {weight}, minDwell: 1h, minRequests: 500}}
    - {{setWeight: 50, minDwell: 1h, minRequests: 500}}
"""


class Weights:
    """What the routes say, looked at again and again while it is entered."""

    def __init__(self, directory: Path) -> None:
        self.seen: set[tuple[int, int]] = set()
        self.looks = 0
        self._directory = directory

    @contextmanager
    def watched(self) -> Iterator[None]:
        over = threading.Event()

        def look() -> None:
            while not over.wait(LOOK_SECONDS):
                routing = read_routing(self._directory)
                self.seen.add((routing.split.alert, routing.split.camera))
                self.looks += 1

        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join()


def start(camplane: Up, context: str) -> None:
    plan = PLAN.format(context=context, weight=WEIGHTS[context])
    camplane.ask("POST", f"/api/v1/rollouts/{context}/start", json={"plan": plan})
    until(lambda: rollout(camplane, context)["weight_in_force"] == WEIGHTS[context])


def rollout(camplane: Up, context: str) -> dict[str, Any]:
    found: dict[str, Any] = camplane.ask("GET", f"/api/v1/rollouts/{context}")["rollout"]
    return found


def controller(camplane: Up) -> dict[str, Any]:
    """Return what the controller says of itself, {} while there is none."""
    try:
        answer = camplane.http.get("/api/v1/rollouts")
    except httpx.HTTPError:
        return {}
    return dict(answer.json()["controller"]) if answer.status_code == 200 else {}


def camera_that_has_moved() -> str:
    """Return a camera that falls below the weight of the cameras."""
    return next(name for n in range(1000) if bucket(name := f"cam{n}") < WEIGHTS["camera"])


@pytest.fixture
def camplane(up: Any) -> Up:
    found: Up = up()
    for context in WEIGHTS:
        start(found, context)
    return found


def test_a_killed_controller_goes_on_where_it_was(camplane: Up) -> None:
    """Running, then paused: weights never change, nothing is decided, no step begins anew."""
    weights = Weights(camplane.data / "envoy")
    moved = camera_that_has_moved()
    for phases in ({"alert": "running", "camera": "running"}, {"alert": "paused"}):
        if phases.get("alert") == "paused":
            camplane.ask("POST", "/api/v1/rollouts/alert/pause", json={})
        before = {context: rollout(camplane, context) for context in WEIGHTS}
        assert {c: before[c]["phase"] for c in phases} == phases
        led, killed = controller(camplane), camplane.pids["control"]
        with weights.watched():
            os.kill(killed, signal.SIGKILL)
            until(lambda led=led: controller(camplane).get("token", 0) > led["token"])
            until(lambda: controller(camplane).get("leads"))
            answer = camplane.http.get(f"/api/v1/cameras/{moved}/status")
        assert answer.headers["x-camplane-path"] == "domain"
        now = controller(camplane)
        assert (now["decisions"], now["head"]) == (led["decisions"], led["head"])
        for context, was in before.items():
            found = rollout(camplane, context)
            for name in ("phase", "weight", "weight_in_force", "step_since", "steps", "changed_at"):
                assert found[name] == was[name], (context, name)
    assert weights.seen == {(WEIGHTS["alert"], WEIGHTS["camera"])}
    assert weights.looks > 100
    assert "unbroken" in camplane.camplane("rollout", "history", "--verify")
    camplane.ask("POST", "/api/v1/rollouts/alert/resume", json={})
    resumed = rollout(camplane, "alert")
    assert (resumed["phase"], resumed["step_since"]) == ("running", before["alert"]["step_since"])
