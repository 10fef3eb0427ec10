"""A service is killed at a known point of a keyed write: the other carries it out, or knows it was.

What happened before the kill stays happened: in between, somebody else undoes
it, and the repeated write must not do it again.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb

from camera_service.adapters.database.cameras import MirroredCameras
from camera_service.application.idempotency import IdempotentExecutor
from camera_service.application.use_cases import DomainCameras
from camera_service.bootstrap import MIGRATIONS
from camera_service.domain.entry_size import EntrySize
from camera_service.legacy.operations import LegacyCameras
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.completed import Completed
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.ending import WorkerEnder
from camera_service.shared_state.processes.records import WorkerRecords
from camera_service.shared_state.processes.starting import WorkerStarter
from camera_service.shared_state.processes.worker_command import WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from camera_service.shared_state.recovery import Recovery
from servicekit import atomic_file, idempotency
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate
from servicekit.threads import Threads

ENTRY = {"id": "cam0", "name": "n", "source": "s"}
DEADLINE = 20.0
SIDES = ("legacy", "domain")
# Where the service is killed: instead of what it would do there.
BEFORE_RENAME = (atomic_file.Replacement, "put")
BEFORE_SPAWN = (WorkerStarter, "spawn")
BEFORE_RECORD = (WorkerRecords, "write")
# Behind the pid file that is written beside it.
BEFORE_OWN_RECORD = (Layout, "record")
WORKER_ENDED = (WorkerEnder, "end_left")
EFFECT_MADE = (Completed, "confirm")


class Side:
    """One implementation on the world under `root`."""

    def __init__(self, name: str, root: Path, url: str) -> None:
        self.layout = Layout.under(root)
        self.layout.make()
        completed = Completed(self.layout)
        file = CamerasYaml(self.layout.cameras_file, completed)
        file.create_if_fresh()
        script = f'import time; open("{root}/starts", "a").write(chr(10)); time.sleep(600)'
        command = WorkerCommand.parse(f"{{python}} -ISc '{script}' --camera-id {{camera_id}}")
        self.workers = Workers(self.layout, WorkerSettings(command, 5.0))
        self.cameras: Any
        if name == "legacy":
            self.cameras = LegacyCameras(file, self.workers, None)
        else:
            mirrored = MirroredCameras(Database("camera", parse_url(url)), file)
            self.cameras = DomainCameras(mirrored, self.workers, None, EntrySize())
        self._once = IdempotentExecutor(
            Threads(1, "unused"), Recovery(completed, file, self.workers)
        )

    def ask(self, operation: str, *args: Any, key: str = "") -> Any:
        """Run an operation as the servicer does; with a key if one is given."""
        request = pb.StartCameraRequest(camera_id=f"{operation} {args}")
        metadata = [(idempotency.CLIENT_KEY, key)] if key else []
        idempotency.begin("/camplane.camera.v1.CameraService/Any", request, metadata)
        try:
            return self._once._run(getattr(self.cameras, operation), *args)
        finally:
            idempotency.begin("", request, [])

    @property
    def pid(self) -> int:
        return self.workers.status("cam0").pid


def ask_and_die(
    name: str, root: Path, url: str, point: tuple[type, str], operation: str, args: tuple[Any, ...]
) -> None:
    """Run the operation with the key "K" in a process that is killed at the point."""
    side = Side(name, root, url)
    setattr(*point, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    side.ask(operation, *args, key="K")


@pytest.fixture(scope="module")
def fork_server() -> Any:
    """Give a way to start processes that have everything imported, in milliseconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["camera_service.bootstrap"])
    return context


@pytest.fixture(params=SIDES)
def killed(
    request: Any, fork_server: Any, root: Path, sqlite_url: str
) -> tuple[Side, Callable[..., None]]:
    """Give one side, and `killed(point, operation, …)`: the other, killed while it does that."""
    root.mkdir(exist_ok=True)
    migrate(Database("camera", parse_url(sqlite_url)), MIGRATIONS)
    [other] = set(SIDES) - {request.param}
    here = Side(other, root, sqlite_url)

    def kill(point: tuple[type, str], operation: str, *args: Any) -> None:
        child = fork_server.Process(
            target=ask_and_die, args=(request.param, root, sqlite_url, point, operation, args)
        )
        child.start()
        child.join(DEADLINE)
        assert child.exitcode == -signal.SIGKILL

    return here, kill


Killed = tuple[Side, Callable[..., None]]


def names(side: Side) -> list[str]:
    return [entry["name"] for entry in side.cameras.list_entries(False)]


def starts(root: Path, expected: int) -> int:
    """Return how many workers were ever started, as soon as there are as many as expected."""
    file = root / "starts"
    until = time.monotonic() + DEADLINE
    while True:
        count = len(file.read_text().splitlines()) if file.exists() else 0
        if count >= expected or time.monotonic() > until:
            return count
        time.sleep(0.01)


def test_a_change_that_was_not_renamed_into_place_is_made_by_the_other(killed: Killed) -> None:
    here, kill = killed
    kill(BEFORE_RENAME, "create", ENTRY)
    assert names(here) == []
    here.ask("create", ENTRY, key="K")
    assert names(here) == ["n"]


def test_a_create_that_was_is_not_made_again(killed: Killed) -> None:
    here, kill = killed
    kill(EFFECT_MADE, "create", ENTRY)
    assert names(here) == ["n"]
    here.ask("create", ENTRY, key="K")
    here.ask("delete", "cam0")
    here.ask("create", ENTRY, key="K")
    assert names(here) == []


def test_a_create_that_was_and_was_undone_is_not_made_again(killed: Killed) -> None:
    here, kill = killed
    kill(EFFECT_MADE, "create", ENTRY)
    here.ask("delete", "cam0")
    here.ask("create", ENTRY, key="K")
    assert names(here) == []


def test_an_update_that_was_made_does_not_undo_a_later_one(killed: Killed) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    kill(EFFECT_MADE, "update", "cam0", {"name": "first"})
    assert names(here) == ["first"]
    here.ask("update", "cam0", {"name": "second"})
    here.ask("update", "cam0", {"name": "first"}, key="K")
    assert names(here) == ["second"]


def test_a_delete_that_was_made_is_answered_as_one(killed: Killed) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    kill(EFFECT_MADE, "delete", "cam0")
    assert here.ask("delete", "cam0", key="K") is None
    assert names(here) == []


def test_a_deactivation_that_was_made_says_that_it_stopped_the_worker(killed: Killed) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    here.ask("start", "cam0")
    kill(EFFECT_MADE, "deactivate", "cam0")
    assert here.ask("deactivate", "cam0", key="K") is True


@pytest.mark.parametrize("operation", ["start", "restart"])
def test_a_worker_that_was_not_started_is_started_by_the_other(
    killed: Killed, root: Path, operation: str
) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    kill(BEFORE_SPAWN, operation, "cam0")
    assert here.pid == 0
    started = here.ask(operation, "cam0", key="K")
    assert started.pid == here.pid
    assert starts(root, 1) == 1


def test_a_worker_with_a_pid_file_and_no_record_is_the_answer(killed: Killed, root: Path) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    kill(BEFORE_OWN_RECORD, "start", "cam0")
    assert starts(root, 1) == 1
    assert here.ask("start", "cam0", key="K").command
    assert starts(root, 1) == 1


@pytest.mark.parametrize("point", [BEFORE_RECORD, EFFECT_MADE], ids=["started", "recorded"])
@pytest.mark.parametrize("operation", ["start", "restart"])
def test_a_worker_that_was_started_is_the_answer(
    killed: Killed, root: Path, operation: str, point: tuple[type, str]
) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    kill(point, operation, "cam0")
    assert starts(root, 1) == 1
    first = here.ask(operation, "cam0", key="K")
    assert first.pid == here.pid
    assert first.command
    assert here.ask(operation, "cam0", key="K") == first
    assert starts(root, 1) == 1


@pytest.mark.parametrize("point", [BEFORE_RECORD, EFFECT_MADE], ids=["started", "recorded"])
def test_a_worker_that_was_started_and_stopped_since_stays_stopped(
    killed: Killed, root: Path, point: tuple[type, str]
) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    kill(point, "start", "cam0")
    assert starts(root, 1) == 1
    here.ask("stop", "cam0")
    assert here.ask("start", "cam0", key="K").pid > 0
    assert here.pid == 0
    assert starts(root, 1) == 1


def test_a_stop_that_was_not_completed_is_completed_by_the_other(killed: Killed) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    here.ask("start", "cam0")
    kill(WORKER_ENDED, "stop", "cam0")
    assert here.layout.record("cam0").exists()
    here.ask("stop", "cam0", key="K")
    assert not here.layout.record("cam0").exists()


def test_a_stop_that_was_made_does_not_stop_a_later_worker(killed: Killed) -> None:
    here, kill = killed
    here.ask("create", ENTRY)
    here.ask("start", "cam0")
    kill(EFFECT_MADE, "stop", "cam0")
    pid = here.ask("start", "cam0").pid
    here.ask("stop", "cam0", key="K")
    assert here.pid == pid
