"""Four processes of a context on one shared state: two of each implementation."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import DEFAULT_TEMPLATE, WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from tests.fire.service import IMPLEMENTATIONS, ServiceProcess, new_database, running

# Starts in 20 ms; tells, by a lock of its own, when another one of its camera lives.
WORKER = """
import fcntl, sys, time
world, camera = sys.argv[1], sys.argv[3]
alone = open(world + "/alone-" + camera, "a")
try:
    fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    open(world + "/doubles", "a").write(camera + chr(10))
time.sleep(600)
"""


@dataclass(frozen=True)
class World:
    """The services of one context, and what they share."""

    root: Path
    services: tuple[ServiceProcess, ...]

    @property
    def cameras_file(self) -> Path:
        return self.root / "config" / "cameras.yaml"

    @property
    def doubles(self) -> list[str]:
        """The cameras that had two workers at a time."""
        path = self.root / "doubles"
        return path.read_text().split() if path.exists() else []


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a folder whose name is short, as socket paths must be."""
    with tempfile.TemporaryDirectory(prefix="fire-") as name:
        yield Path(name)


def empty_database(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the URL of an empty database, of the kind that is the fixture's parameter."""
    return new_database(request.param, folder, lambda: request.getfixturevalue("postgres"))


# What all four share are files: the database is domain's alone.
@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def cameras(request: pytest.FixtureRequest, folder: Path) -> Iterator[World]:
    """Give four camera services on one data directory."""
    database = empty_database(request, folder)
    root = folder / database.rpartition("/")[2].partition("?")[0].removesuffix(".db")
    script = root / "worker.py"
    root.mkdir()
    script.write_text(WORKER)
    environment = {
        "CAMPLANE_DATA": str(root),
        "CAMPLANE_CAMERA_DATABASE_URL": database,
        "CAMPLANE_WORKER_COMMAND": f"{{python}} -IS {script} {root} --camera-id {{camera_id}}",
        "CAMPLANE_AUTO_START": "false",
        "CAMPLANE_THREADS": "8",
    }
    services = [
        ServiceProcess("camera", implementation, folder, environment)
        for implementation in IMPLEMENTATIONS * 2
    ]
    try:
        with running(services):
            yield World(root, tuple(services))
    finally:
        layout = Layout.under(root)
        workers = Workers(layout, WorkerSettings(WorkerCommand.parse(DEFAULT_TEMPLATE), 5.0))
        for camera_id in layout.known_workers():
            with workers.control(camera_id) as control:
                control.stop()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def alerts(request: pytest.FixtureRequest, folder: Path) -> Iterator[World]:
    """Give four alert services on one database."""
    database = empty_database(request, folder)
    environment = {"CAMPLANE_DATA": str(folder), "CAMPLANE_ALERT_DATABASE_URL": database}
    services = [
        ServiceProcess("alert", implementation, folder, environment)
        for implementation in IMPLEMENTATIONS * 2
    ]
    with running(services):
        yield World(folder, tuple(services))
