"""Domain keeps workers alive: what dies or hangs comes back, what was stopped does not."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb

from camera_service.shared_state.files.layout import Layout
from camera_service.supervision import supervisor
from servicekit import process
from tests.integration.camera.waiting import until

GATE = {"id": "gate", "name": "Gate", "source": "rtsp://h/1"}
FAILS = "{python} -ISc 'raise SystemExit(3)' {camera_id}"
# Reports as docs/worker-contract.md asks, then waits for the signal that a test sends.
REPORTS = (
    "{python} -ISc 'import json, os, time\n"
    'path = os.environ["CAMPLANE_STATS_FILE"]\n'
    "while True:\n"
    '    text = json.dumps(dict(pid=os.getpid(), state="streaming"))\n'
    '    open(path + "~", "w").write(text); os.rename(path + "~", path)\n'
    "    time.sleep(0.1)' --camera-id {camera_id}"
)
REFUSED = (
    "{python} -ISc 'import json, os\n"
    'path = os.environ["CAMPLANE_STATS_FILE"]\n'
    'report = dict(pid=os.getpid(), state="source_failed", cause="auth")\n'
    'open(path, "w").write(json.dumps(report))\n'
    "raise SystemExit(1)' {camera_id}"
)


async def another_pid(client: Any, pid: int, camera_id: str = "gate", seconds: float = 15) -> int:
    """Wait until the camera runs as another process than `pid`; return which."""

    async def found() -> int:
        status = await client.call("GetCameraStatus", camera_id=camera_id)
        return status.pid if status.pid != pid else 0

    return await until(found, seconds)


async def first(events: AsyncIterator[Any], *states: int) -> Any:
    """Return the next event with one of these states."""
    async with asyncio.timeout(15):
        async for event in events:
            if event.state in states:
                return event
    raise AssertionError("the watch ended")


async def started(client: Any, camera_id: str = "gate") -> int:
    await client.create({**GATE, "id": camera_id})
    return (await client.call("StartCamera", camera_id=camera_id)).pid


@pytest.mark.parametrize("starter", ["legacy", "domain"])
async def test_a_killed_worker_is_started_again_whoever_started_it(
    serving, sqlite_url, starter
) -> None:
    """Both implementations tell of the new one."""
    async with serving("domain", sqlite_url) as domain, serving("legacy") as legacy:
        pid = await started({"domain": domain, "legacy": legacy}[starter])
        os.kill(pid, signal.SIGKILL)
        again = await another_pid(domain, pid)
        assert (await legacy.call("GetCameraStatus", camera_id="gate")).pid == again


async def test_watchers_are_told_why_and_when(serving, sqlite_url) -> None:
    async with serving("domain", sqlite_url) as client:
        pid = await started(client)
        events = client.watch()
        os.kill(pid, signal.SIGKILL)
        event = await first(events, pb.CAMERA_STATE_RESTARTING)
        assert (event.cause, event.failures) == (pb.STREAM_FAILURE_WORKER_KILLED, 1)
        assert event.detail == "ended by SIGKILL"
        assert 0 < event.next_retry_at.ToMilliseconds() - event.time.ToMilliseconds() <= 1000
        again = await first(events, pb.CAMERA_STATE_STARTING)
        assert (again.cause, again.failures, again.detail) == (0, 0, "")
        assert not again.HasField("next_retry_at")


async def test_a_worker_that_dies_again_and_again_is_a_crash_loop(serving, sqlite_url) -> None:
    async with serving("domain", sqlite_url, CAMPLANE_WORKER_COMMAND=FAILS) as client:
        await started(client)
        event = await first(client.watch(), pb.CAMERA_STATE_CRASH_LOOP)
        assert (event.failures, event.cause) == (3, pb.STREAM_FAILURE_WORKER_EXITED)
        assert event.detail.startswith("exit code 3")


async def test_deaths_are_counted_on_by_the_next_service(serving, sqlite_url) -> None:
    async with serving("domain", sqlite_url, CAMPLANE_WORKER_COMMAND=FAILS) as client:
        await started(client)
        await first(client.watch(), pb.CAMERA_STATE_CRASH_LOOP)
    async with serving("domain", sqlite_url, CAMPLANE_WORKER_COMMAND=FAILS) as client:
        event = await first(client.watch(), pb.CAMERA_STATE_CRASH_LOOP)
        assert event.failures >= 3


async def test_a_refused_password_is_not_tried_again_at_once(serving, sqlite_url) -> None:
    """A program that ends when its source fails is told by the source's cause."""
    async with serving("domain", sqlite_url, CAMPLANE_WORKER_COMMAND=REFUSED) as client:
        await started(client)
        event = await first(client.watch(), pb.CAMERA_STATE_RESTARTING)
        assert event.cause == pb.STREAM_FAILURE_AUTH
        assert event.next_retry_at.ToSeconds() - event.time.ToSeconds() >= 29


@pytest.mark.parametrize("method", ["StartCamera", "RestartCamera"])
async def test_a_start_by_hand_begins_a_new_count(serving, sqlite_url, root, method) -> None:
    async with serving("domain", sqlite_url, CAMPLANE_WORKER_COMMAND=FAILS) as client:
        await started(client)
        restarts = Layout.under(root).restarts("gate")
        await until(lambda: restarts.exists() and json.loads(restarts.read_text())["failures"] == 2)
        events = client.watch()
        await client.call(method, camera_id="gate")
        assert (await first(events, pb.CAMERA_STATE_RESTARTING)).failures <= 2
        await until(lambda: json.loads(restarts.read_text())["failures"] == 1, 1.5)


async def test_a_worker_that_hangs_is_killed_and_started_again(serving, sqlite_url) -> None:
    settings = {"CAMPLANE_WORKER_COMMAND": REPORTS, "CAMPLANE_WORKER_HEARTBEAT_SECONDS": "2"}
    async with serving("domain", sqlite_url, **settings) as client:
        pid = await started(client)
        events = client.watch()
        await first(events, pb.CAMERA_STATE_STREAMING)
        os.kill(pid, signal.SIGSTOP)
        event = await first(events, pb.CAMERA_STATE_RESTARTING)
        assert event.cause == pb.STREAM_FAILURE_WORKER_HUNG
        assert (await first(events, pb.CAMERA_STATE_STREAMING)).pid != pid


async def test_a_program_that_never_reports_is_not_taken_for_hung(serving, sqlite_url) -> None:
    async with serving("domain", sqlite_url, CAMPLANE_WORKER_HEARTBEAT_SECONDS="1") as client:
        pid = await started(client)
        other = await started(client, "other")
        os.kill(other, signal.SIGKILL)
        await another_pid(client, other, "other")  # a second or so later
        await asyncio.sleep(1.5)  # nothing is to happen: there is no event to wait for
        assert (await client.call("GetCameraStatus", camera_id="gate")).pid == pid


async def test_a_camera_that_was_stopped_stays_stopped(serving, sqlite_url, root) -> None:
    """Through a service, or by an old server that kills the process and removes its pid file."""
    async with serving("domain", sqlite_url) as client:
        worker = process.identify(await started(client))
        await client.call("StopCamera", camera_id="gate")
        other = await started(client, "other")
        os.kill(other, signal.SIGKILL)
        Layout.under(root).pid_file("other").unlink()
        await until(lambda: not Layout.under(root).record("other").exists())
        for camera_id in ("gate", "other"):
            assert not (await client.call("GetCameraStatus", camera_id=camera_id)).running
        assert worker is not None and not process.is_alive(worker)


async def test_a_camera_that_was_deactivated_meanwhile_stays_stopped(
    serving, sqlite_url, root, cameras_file
) -> None:
    async with serving("domain", sqlite_url) as client:
        pid = await started(client)
        cameras_file.write_text("cameras:\n- {id: gate, name: Gate, source: s, active: false}\n")
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not Layout.under(root).record("gate").exists())
        assert not (await client.call("GetCameraStatus", camera_id="gate")).running


async def test_a_camera_that_was_removed_by_hand_leaves_no_worker(
    serving, sqlite_url, cameras_file, monkeypatch
) -> None:
    monkeypatch.setattr(supervisor, "ABSENT_SECONDS", 0.2)
    async with serving("domain", sqlite_url) as client:
        worker = process.identify(await started(client))
        cameras_file.write_text("cameras: []\n")
        await until(lambda: not process.is_alive(worker))


async def test_a_file_that_cannot_be_read_stops_nothing(
    serving, sqlite_url, cameras_file, monkeypatch
) -> None:
    """And when it can be again, what died meanwhile is started."""
    monkeypatch.setattr(supervisor, "ABSENT_SECONDS", 0.0)
    async with serving("domain", sqlite_url) as client:
        pid, other = await started(client), await started(client, "other")
        good = cameras_file.read_text()
        cameras_file.write_text("cameras: [\n")
        os.kill(other, signal.SIGKILL)
        await asyncio.sleep(2)  # nothing is to happen: there is no event to wait for
        assert (await client.call("GetCameraStatus", camera_id="gate")).pid == pid
        cameras_file.write_text(good)
        assert await another_pid(client, other, "other")


async def test_what_died_while_no_service_ran_is_started_by_the_next(serving, sqlite_url) -> None:
    async with serving("domain", sqlite_url) as client:
        pid = await started(client)
    os.kill(pid, signal.SIGKILL)
    async with serving("domain", sqlite_url) as client:
        assert await another_pid(client, pid)


async def test_what_ran_before_a_reboot_is_not_started(serving, sqlite_url, root) -> None:
    """Only auto_start says what starts with the machine."""
    layout = Layout.under(root)
    layout.make()
    record = layout.record("gate")
    record.write_text(json.dumps({"pid": 4711, "start_time": 5, "boot": "an earlier one"}))
    async with serving("domain", sqlite_url):
        await until(lambda: not record.exists())


async def test_one_supervises_and_another_takes_over(process_of_domain, sqlite_url) -> None:
    """Two services on one data directory: each death is answered once."""
    async with process_of_domain() as (one, client), process_of_domain() as (other, second):
        pid = await started(client)
        for killed in (None, one):
            if killed:
                killed.kill()
            os.kill(pid, signal.SIGKILL)
            pid = await another_pid(second, pid)
        assert other.returncode is None


async def test_a_fleet_that_dies_at_once_comes_back_without_doubles(
    serving, sqlite_url, root
) -> None:
    async with serving("domain", sqlite_url) as client:
        ids = [f"c{number}" for number in range(10)]
        pids = [await started(client, camera_id) for camera_id in ids]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for camera_id, pid in zip(ids, pids, strict=True):
            await another_pid(
                client, pid, camera_id, 40
            )  # eight at a time, then the next after 10 s
        folder = Path("/proc")
        living = [p for p in folder.iterdir() if p.name.isdecimal() and _works_in(p, root)]
        assert len(living) == 10


def _works_in(folder: Path, root: Path) -> bool:
    try:
        return (folder / "cwd").readlink() == root and b"--camera-id" in (
            folder / "cmdline"
        ).read_bytes()
    except OSError:
        return False


@pytest.fixture
def process_of_domain(process, sqlite_url, root) -> Any:
    """Give a way to run domain as a process of its own; the block gets it and a client."""
    import contextlib

    @contextlib.asynccontextmanager
    async def run() -> AsyncIterator[Any]:
        sleeper = f"{sys.executable} -ISc 'import time; time.sleep(600)' --camera-id {{camera_id}}"
        environment = {
            "CAMPLANE_CAMERA_DATABASE_URL": sqlite_url,
            "CAMPLANE_WORKER_COMMAND": sleeper,
            "CAMPLANE_AUTO_START": "false",
        }
        async with process("domain", **environment) as (child, client, _log):
            yield child, client

    return run
