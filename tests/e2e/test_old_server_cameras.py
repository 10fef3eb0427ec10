"""camplane before an old server that starts workers of its own: both see one world."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.command_line import Up, ending, lives, run, until
from tests.old_camera_server import old_camera_server

CAMERAS = "/api/v1/cameras"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give the old server's working directory."""
    data = tmp_path / "monolith"
    for folder in ("config", "logs/pids"):
        (data / folder).mkdir(parents=True)
    (data / "config" / "cameras.yaml").write_text("cameras: []\n")
    return data


@pytest.fixture
def old(data: Path) -> Iterator[httpx.Client]:
    url = "http://127.0.0.1:{}"
    with old_camera_server(data) as port, httpx.Client(base_url=url.format(port)) as http:
        yield http


@pytest.fixture
def before_old(old: httpx.Client, data: Path, tmp_path: Path) -> Iterator[Up]:
    config = tmp_path / "camplane.yaml"
    config.write_text(f'legacy: {{http: "127.0.0.1:{old.base_url.port}"}}\n')
    with ending(tmp_path) as start:
        yield start("--config", str(config), data=data, USE_DOMAIN_SERVICE_CAMERA="true")


def test_an_old_servers_worker_is_kept_alive_and_told_of_as_it_is(before_old, old, data) -> None:
    """And it outlives camplane, which was never asked to start it."""
    cameras = {name: {"id": name, "name": name, "source": "0"} for name in ("gate", "hall", "yard")}
    for camera in cameras.values():
        before_old.ask("POST", CAMERAS, json=camera)
    asked = f"{CAMERAS}/{{}}/start?force_domain=false"
    pids = {name: before_old.ask("POST", asked.format(name))["pid"] for name in cameras}
    records = [data / "workers" / f"{name}.json" for name in cameras]
    until(lambda: all(record.exists() for record in records))

    told = before_old.ask("GET", f"{CAMERAS}/gate/stats")
    assert (told["pid"], told["stats"]["total_frames"]) == (pids["gate"], 0)
    assert told["stats"]["known"] is False
    shown = before_old.camplane("cameras", "stats", "gate")
    assert shown.count("unknown") == 8
    assert before_old.ask("GET", "/api/v1/monitoring/health")["status"] == "healthy"

    os.kill(pids["gate"], signal.SIGKILL)
    until(lambda: before_old.running().get("gate", pids["gate"]) != pids["gate"])
    assert old.get(f"{CAMERAS}/gate/status").json()["pid"] == before_old.running()["gate"]

    # The old server leaves it running; camplane ends it some 10 s later.
    before_old.ask("DELETE", f"{CAMERAS}/hall?force_domain=false")
    assert lives(pids["hall"])
    until(lambda: not lives(pids["hall"]), 30)
    assert "all agree" in before_old.camplane("consistency", "check")

    before_old.stop()
    assert "yard (pid" in before_old.output
    down = run("down", "--data", str(data))
    assert "stopped camera gate" in down.stderr + down.stdout
    assert lives(pids["yard"])
    old.post(f"{CAMERAS}/yard/stop")
    until(lambda: not lives(pids["yard"]))
