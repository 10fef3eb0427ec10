"""`camplane verify` and `compare` where the old side is a server that nobody here wrote."""

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.command_line import CAMPLANE, Up, ending, environment, processes_of, run, until
from tests.monolith_process import Monolith, monolith

# What only this system has; the old server refuses it or knows nothing of it.
LEFT_OUT = {
    *("get camera", "get a deleted camera", "log stream"),
    *("get rule", "delete rule", "get a deleted rule", "states of rules", "test rule"),
    "channels",
    *("alerts", "handle alerts", "alerts counted"),
    *("snooze rule", "snoozes", "end snooze"),
    *("health of a container", "unknown path", "wrong method"),
}
ASKED = (
    {"method": "GET", "path": "/api/v1/cameras"},
    {"method": "GET", "path": "/api/v1/cameras/cam%20space/status"},
    {"method": "POST", "path": "/api/v1/cameras/batch-status", "body": {"camera_ids": ["vid1"]}},
    {"method": "GET", "path": "/api/v1/alerts/rules?enabled=t"},
    {"method": "GET", "path": "/api/v1/alerts/history-db?limit=2"},
    {"method": "GET", "path": "/api/v1/cameras?force_domain=yes"},
)


@dataclass(frozen=True)
class Deployment:
    """The old server and a camplane before it, on one folder and one database."""

    old: Monolith
    camplane: Up

    def state(self) -> tuple[Any, Any, Any]:
        """Return cameras, rules, and which processes of cameras live."""
        rules = self.camplane.ask("GET", "/api/v1/alerts/rules?force_domain=true")
        workers = [one for one in processes_of(self.old.root) if "camera-id" in one]
        return yaml.safe_load(self.old.cameras_file.read_text()), rules, workers

    def running(self) -> dict[str, int]:
        """Return the cameras of a walk that run, by the worker's process."""
        found = self.camplane.http.post("/api/v1/cameras/batch-status?force_domain=true").json()
        return {i: s["pid"] for i, s in found.items() if i.startswith("verify ") and s["running"]}


@pytest.fixture(scope="module")
def deployment(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("beside")
    with monolith(folder / "srv", postgres, DETECTOR_STOP_TIMEOUT="0.5") as old:
        old.lay_recorded()
        config = folder / "camplane.yaml"
        databases = {"alert": old.database_url}
        config.write_text(json.dumps({"legacy": {"http": old.address}, "databases": databases}))
        with ending(folder) as start:
            yield Deployment(old, start("--config", str(config), data=old.root))


def test_a_walk_leaves_out_what_the_old_server_lacks_and_leaves_nothing_behind(
    deployment: Deployment,
) -> None:
    before = deployment.state()
    found = json.loads(deployment.camplane.camplane("verify", "--json"))
    assert found["ok"], [one for one in found["operations"] if one["problem"]]
    assert {one["operation"] for one in found["operations"] if one["left_out"]} == LEFT_OUT
    assert found["left_behind"] == []
    assert deployment.state() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_walk_that_is_stopped_in_its_middle_leaves_nothing_behind(
    deployment: Deployment, number: signal.Signals
) -> None:
    before = deployment.state()
    walk = begun(deployment)
    until(deployment.running, what="the walk's camera runs")
    walk.send_signal(number)
    _, said = walk.communicate(timeout=60)
    assert (walk.returncode, "stopped before the end" in said) == (1, True)
    assert deployment.state() == before


@pytest.mark.parametrize(
    ("old", "new", "options"),
    [
        ("legacy@{gateway}", "domain@{gateway}", ()),
        ("{old}", "gateway@{gateway}", ("--generate", "100", "--seed", "3")),
        ("{old}", "legacy@{gateway}", ("--only", "^log|^batch|^list|force_domain")),
        ("{old}", "domain", ("--from", "{asked}")),
    ],
)
def test_the_old_server_answers_alike_by_whichever_way(
    deployment: Deployment, tmp_path: Path, old: str, new: str, options: tuple[str, ...]
) -> None:
    """But for what is declared: the suite, generated and recorded requests."""
    asked = tmp_path / "asked.jsonl"
    asked.write_text("".join(f"{json.dumps(one)}\n" for one in ASKED))
    names = {"old": deployment.old.url, "gateway": deployment.camplane.url, "asked": str(asked)}
    arguments = [one.format(**names) for one in ("--old", old, "--new", new, *options)]
    before = deployment.state()
    done = run("compare", *arguments, "--json", str(tmp_path / "report.json"), seconds=120)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["groups"], report["stale"]) == ([], [])
    assert report["comparisons"] >= len(ASKED)
    assert deployment.state() == before


def test_a_walk_whose_old_server_dies_removes_what_it_made(deployment: Deployment) -> None:
    """The last one here: the old server does not come back."""
    before = deployment.state()
    walk = begun(deployment)
    until(deployment.running, what="the walk's camera runs")
    deployment.old.kill()
    walk.communicate(timeout=90)
    assert walk.returncode == 1
    assert deployment.state() == before


def begun(deployment: Deployment) -> subprocess.Popen[str]:
    """Start a walk that does not end before its worker runs."""
    return subprocess.Popen(
        [CAMPLANE, "verify", "--data", str(deployment.old.root)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
