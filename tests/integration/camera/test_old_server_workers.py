"""Workers that an old server started, by pid file alone, are kept as all others are."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from camera_service.domain import restarts
from camera_service.shared_state.files.layout import Layout
from camera_service.supervision import supervisor
from servicekit import process
from servicekit.process import Identity
from tests.integration.camera.waiting import until
from tests.old_camera_server import old_camera_server


@dataclass
class Old:
    """The old server, a process of its own, and what of it can be seen in the data directory."""

    layout: Layout
    http: httpx.Client

    def start(self, camera_id: str) -> Identity:
        """Have it configure and start a camera; return the worker."""
        self.create(camera_id)
        return self.start_again(camera_id)

    def create(self, camera_id: str) -> None:
        entry = {"id": camera_id, "name": camera_id, "source": "0"}
        self.http.post("cameras", json=entry).raise_for_status()

    def start_again(self, camera_id: str) -> Identity:
        answer = self.http.post(f"cameras/{camera_id}/start").raise_for_status().json()
        worker = process.identify(answer["pid"])
        assert worker is not None
        return worker

    def sees(self, camera_id: str) -> int:
        """Return the pid it takes for the camera's worker."""
        pid: int = self.http.get(f"cameras/{camera_id}/status").json()["pid"]
        return pid

    def workers(self, camera_id: str) -> list[Identity]:
        """Return every living process of the camera, whoever knows of it."""
        return [
            found
            for folder in Path("/proc").iterdir()
            if folder.name.isdecimal()
            and process.working_directory(int(folder.name)) == self.layout.root
            and camera_id in process.command_line(int(folder.name))
            and (found := process.identify(int(folder.name)))
        ]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the data directory of all tests here; whatever still works in it ends with them."""
    root = tmp_path_factory.mktemp("monolith")
    Layout.under(root).make()
    Layout.under(root).cameras_file.write_text("cameras: []\n")
    yield root
    for folder in Path("/proc").iterdir():
        pid = int(folder.name) if folder.name.isdecimal() else 0
        if process.working_directory(pid) == root and (found := process.identify(pid)):
            process.end(found, 0)


@pytest.fixture(scope="module")
def old(root: Path) -> Iterator[Old]:
    with (
        old_camera_server(root) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1") as http,
    ):
        yield Old(Layout.under(root), http)


@pytest.fixture
def camera_id() -> str:
    """Give a camera that no other test has."""
    return f"cam-{uuid.uuid4().hex[:8]}"


async def taken_over(old: Old, camera_id: str) -> None:
    await until(old.layout.record(camera_id).exists)


async def another(old: Old, camera_id: str, before: Identity) -> Identity:
    """Wait until the old server sees another worker than `before`; return it."""
    await until(lambda: old.sees(camera_id) not in (0, before.pid))
    # Its command line is empty for an instant of exec.
    (worker,) = await until(lambda: old.workers(camera_id))
    assert worker.pid == old.sees(camera_id)
    return worker


async def test_a_killed_one_is_started_again_and_the_old_server_sees_it(
    serving, sqlite_url, old, camera_id
) -> None:
    async with serving("domain", sqlite_url) as domain:
        worker = old.start(camera_id)
        await taken_over(old, camera_id)
        began = time.monotonic()
        os.kill(worker.pid, signal.SIGKILL)
        again = await another(old, camera_id, worker)
        assert time.monotonic() - began < restarts.STOP_SECONDS / 2
        assert (await domain.call("GetCameraStatus", camera_id=camera_id)).pid == again.pid
        assert process.has_open(again.pid, old.layout.worker_lock(camera_id))
        # And again, now that it is domain's own.
        os.kill(again.pid, signal.SIGKILL)
        await another(old, camera_id, again)


async def test_one_that_died_while_domain_was_away_is_started_by_the_next(
    serving, sqlite_url, old, camera_id
) -> None:
    async with serving("domain", sqlite_url):
        worker = old.start(camera_id)
        await taken_over(old, camera_id)
    os.kill(worker.pid, signal.SIGKILL)
    async with serving("domain", sqlite_url):
        await another(old, camera_id, worker)


@pytest.mark.parametrize("by", ["old server", "hand"])
async def test_one_ends_when_its_camera_is_deleted(
    serving, sqlite_url, old, camera_id, monkeypatch, by
) -> None:
    monkeypatch.setattr(supervisor, "ABSENT_SECONDS", 0.2)
    async with serving("domain", sqlite_url):
        worker = old.start(camera_id)
        await taken_over(old, camera_id)
        if by == "old server":
            old.http.delete(f"cameras/{camera_id}")
        else:
            text = old.layout.cameras_file.read_text()
            old.layout.cameras_file.write_text(text.replace(f"id: {camera_id}", "id: another"))
        await until(lambda: not process.is_alive(worker))
        await until(lambda: not old.layout.record(camera_id).exists())
        assert not old.layout.pid_file(camera_id).exists()


@pytest.mark.parametrize("method", ["StopCamera", "DeleteCamera"])
async def test_domain_stops_one_at_once(serving, sqlite_url, old, camera_id, method) -> None:
    """Also one that it has not recorded yet."""
    async with serving("domain", sqlite_url) as domain:
        worker = old.start(camera_id)
        await domain.call(method, camera_id=camera_id)
        assert not process.is_alive(worker)
        assert not old.layout.pid_file(camera_id).exists()
        assert not old.layout.record(camera_id).exists()


async def test_a_restart_by_domain_makes_it_domains_own(
    serving, sqlite_url, old, camera_id
) -> None:
    async with serving("domain", sqlite_url) as domain:
        worker = old.start(camera_id)
        await taken_over(old, camera_id)
        pid = (await domain.call("RestartCamera", camera_id=camera_id)).pid
        assert pid == (await another(old, camera_id, worker)).pid
        assert (await domain.call("StartCamera", camera_id=camera_id)).pid == pid


async def test_what_the_old_server_stopped_stays_stopped_however_long_its_stop_takes(
    serving, sqlite_url, old, camera_id
) -> None:
    """It sees its dead child as alive until its patience ends, and only then removes the file."""
    async with serving("domain", sqlite_url) as domain:
        worker = old.start(camera_id)
        await taken_over(old, camera_id)
        stopping = asyncio.create_task(
            asyncio.to_thread(old.http.post, f"cameras/{camera_id}/stop")
        )
        await until(lambda: not process.is_alive(worker))
        while not stopping.done():
            assert old.workers(camera_id) == []
            await asyncio.sleep(0.02)
        await until(lambda: not old.layout.record(camera_id).exists())
        assert old.workers(camera_id) == []
        assert not (await domain.call("GetCameraStatus", camera_id=camera_id)).running
        # It starts the next one itself, which is kept alive again.
        worker = old.start_again(camera_id)
        await taken_over(old, camera_id)
        os.kill(worker.pid, signal.SIGKILL)
        await another(old, camera_id, worker)


async def test_a_second_one_ends_and_the_one_that_the_old_server_knows_stays(
    serving, sqlite_url, old, camera_id
) -> None:
    """As after two starts at the same moment, one on each side."""
    async with serving("domain", sqlite_url) as domain:
        old.create(camera_id)
        first = (await domain.call("StartCamera", camera_id=camera_id)).pid
        old.layout.pid_file(camera_id).unlink()
        second = old.start_again(camera_id)
        await until(lambda: old.workers(camera_id) == [second])
        assert second.pid != first
        assert (await domain.call("GetCameraStatus", camera_id=camera_id)).pid == second.pid


async def test_a_process_that_got_the_number_is_never_signalled(
    serving, sqlite_url, old, camera_id
) -> None:
    """Neither for the dead worker's return, nor for the end of its camera."""
    async with serving("domain", sqlite_url) as domain:
        worker = old.start(camera_id)
        await taken_over(old, camera_id)
        with harmless(old.layout.root) as other:
            # The pid file now has the number of somebody else, as after a reuse.
            old.layout.pid_file(camera_id).write_text(str(other.pid))
            os.kill(worker.pid, signal.SIGKILL)
            await another(old, camera_id, other)
            old.layout.pid_file(camera_id).write_text(str(other.pid))
            await domain.call("StopCamera", camera_id=camera_id)
            assert process.is_alive(other)
            assert old.workers(camera_id) == []


@contextlib.contextmanager
def harmless(root: Path) -> Iterator[Identity]:
    """Give a process that works in the data directory and is no worker."""
    with subprocess.Popen(["sleep", "600"], cwd=root) as child:
        found = process.identify(child.pid)
        assert found is not None
        yield found
        child.kill()


async def test_a_pid_file_of_which_nobody_saw_a_process_starts_nothing(
    serving, sqlite_url, old, camera_id
) -> None:
    """It may be of an earlier boot, or of last week; a note tells of it."""
    old.create(camera_id)
    with harmless(old.layout.root) as gone:
        pass
    old.layout.pid_file(camera_id).write_text(str(gone.pid))
    async with serving("domain", sqlite_url) as domain:
        other = old.start(f"{camera_id}-2")  # what is recorded was looked at after this
        await taken_over(old, f"{camera_id}-2")
        assert process.is_alive(other)
        assert old.workers(camera_id) == []
        found = await domain.call("CheckConsistency")
        assert ("PID_FILE_STALE", camera_id) in [
            (note.kind, note.camera_id) for note in found.notes
        ]


async def test_after_a_reboot_a_record_is_dropped_and_what_runs_by_now_is_left_alone(
    serving, sqlite_url, old, camera_id
) -> None:
    """The old server may have started the camera before camplane was started."""
    worker = old.start(camera_id)
    boot = '{"pid": 4711, "start_time": 5, "boot": "an earlier one", "old_server": true}'
    old.layout.record(camera_id).write_text(boot)
    async with serving("domain", sqlite_url):
        await until(lambda: str(worker.pid) in read(old.layout.record(camera_id)))
        assert process.is_alive(worker)
        assert old.sees(camera_id) == worker.pid


def read(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text()
    return ""


async def test_a_worker_of_a_camera_that_was_never_configured_is_told_and_left_alone(
    serving, sqlite_url, old, camera_id, monkeypatch
) -> None:
    """Domain may have been given another cameras.yaml than the old server."""
    monkeypatch.setattr(supervisor, "ABSENT_SECONDS", 0.0)
    worker = old.start(camera_id)
    old.http.delete(f"cameras/{camera_id}")
    async with serving("domain", sqlite_url) as domain:
        old.start(f"{camera_id}-2")
        await taken_over(old, f"{camera_id}-2")
        assert process.is_alive(worker)
        (found,) = [
            issue
            for issue in (await domain.call("CheckConsistency")).issues
            if issue.camera_id == camera_id
        ]
        assert found.kind == "WORKER_UNCONFIGURED"
        assert (old.layout.root / found.path).exists()
        assert f"pid file has pid {worker.pid}" in found.description
        await domain.call("RepairConsistency", camera_ids=[camera_id], dry_run=False)
        assert not process.is_alive(worker)


async def test_one_that_runs_is_no_finding_and_its_figures_are_unknown(
    serving, sqlite_url, old, camera_id
) -> None:
    async with serving("domain", sqlite_url) as domain:
        worker = old.start(camera_id)
        for _ in range(2):  # before it is recorded, and afterwards
            stats = await domain.call("GetCameraStats", camera_id=camera_id)
            assert (stats.running, stats.pid, stats.stats.total_frames) == (True, worker.pid, 0)
            assert stats.stats.HasField("known")
            assert not stats.stats.known
            await taken_over(old, camera_id)
        found = await domain.call("CheckConsistency")
        assert [one for one in (*found.issues, *found.notes) if one.camera_id == camera_id] == []
        await domain.call("StopCamera", camera_id=camera_id)
        stats = await domain.call("GetCameraStats", camera_id=camera_id)
        assert not stats.stats.HasField("known")


async def test_what_an_earlier_worker_reported_is_not_held_against_this_one(
    serving, sqlite_url, old, camera_id
) -> None:
    """Neither as its figures, nor as the signs of life of one that hangs."""
    settings = {"CAMPLANE_WORKER_HEARTBEAT_SECONDS": "1"}
    old.layout.report(camera_id).write_text('{"pid": 4711, "state": "streaming"}')
    old.layout.worker_lock(camera_id).touch()
    async with serving("domain", sqlite_url, **settings) as domain:
        worker = old.start(camera_id)
        await taken_over(old, camera_id)
        assert not old.layout.report(camera_id).exists()
        await asyncio.sleep(2.5)  # nothing is to happen: there is no event to wait for
        assert process.is_alive(worker)
        found = await domain.call("CheckConsistency")
        assert [issue for issue in found.issues if issue.camera_id == camera_id] == []
