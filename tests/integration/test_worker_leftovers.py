"""Detectors that start processes of their own: what a dead one leaves behind keeps no camera."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from camera_service.shared_state.files import locks
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.worker_command import WorkerCommand
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from camera_service.shared_state.processes.workers import Workers
from servicekit import process
from servicekit.process import Identity

# Each writes the pids of all that it started into the file `pids`, a line each, when it is at work.
SHELL = """#!/bin/sh
sleep 600 & echo $! >> pids
sleep 601 & echo $! >> pids
wait
"""
PIPELINE = """#!/bin/sh
sh -c 'echo $$ >> pids; sleep 600' | cat > /dev/null & echo $! >> pids
wait
"""
# In a session of its own, as `setsid` and daemons are.
OWN_SESSION = """#!/bin/sh
setsid sh -c 'echo $$ >> pids; exec sleep 600' &
wait
"""
PYTHON = f"""#!{sys.executable}
import subprocess, sys
child = subprocess.Popen(["sleep", "600"], close_fds=False)
open("pids", "a").write(f"{{child.pid}}\\n")
child.wait()
"""
# Closes what it was given, the lock too: as Python's subprocess does unless it is told otherwise.
WITHOUT_LOCK = PYTHON.replace(", close_fds=False", "")
DAEMON = f"""#!{sys.executable}
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("pids", "a").write(f"{{os.getpid()}}\\n")
        time.sleep(600)
    os._exit(0)
time.sleep(600)
"""
# As the last one, in a session without the lock.
STRAY = f"""#!{sys.executable}
import subprocess
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
open("pids", "a").write(f"{{child.pid}}\\n")
child.wait()
"""
DETECTORS = {
    "a shell script": SHELL,
    "a pipeline": PIPELINE,
    "a session of its own": OWN_SESSION,
    "a Python child with all descriptors": PYTHON,
    "a child without the lock": WITHOUT_LOCK,
    "a daemon, forked twice": DAEMON,
    "a session of its own without the lock": STRAY,
}


class Detector:
    """One detector's program, and the services that run it on one data directory."""

    def __init__(self, root: Path, text: str) -> None:
        self.layout = Layout.under(root / "data")
        self.layout.make()
        self.program = root / "detector"
        self.program.write_text(text)
        self.program.chmod(0o755)
        self.workers = self.service()
        self.seen: list[Identity] = []

    def service(self) -> Workers:
        command = WorkerCommand.parse(f"{self.program} --camera-id={{camera_id}}")
        return Workers(self.layout, WorkerSettings(command, 5.0))

    def start(self) -> int:
        with self.workers.control("cam") as control:
            pid = control.start({"id": "cam"}).pid
        path = self.layout.root / "pids"
        wanted = self.program.read_text().count("pids")
        until(lambda: path.exists() and path.read_text().count("\n") == wanted)
        self.seen = [
            found for one in path.read_text().split() if (found := process.identify(int(one)))
        ]
        path.unlink()
        assert self.seen
        return pid

    def stop(self) -> bool:
        with self.workers.control("cam") as control:
            return control.stop()

    def is_all_gone(self) -> bool:
        return not any(process.is_alive(one) for one in self.seen)


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


@pytest.fixture(params=DETECTORS.values(), ids=list(DETECTORS))
def detector(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Detector]:
    made = Detector(tmp_path, request.param)
    yield made
    made.stop()
    for one in made.seen:
        process.end(one, 0)


def test_what_a_detector_started_ends_when_the_camera_is_stopped(detector: Detector) -> None:
    detector.start()
    assert detector.stop() is True
    assert detector.is_all_gone()
    assert not locks.is_held(detector.layout.worker_lock("cam"))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_detector_that_died_is_started_again_once_and_what_it_left_is_ended(
    detector: Detector, how: signal.Signals
) -> None:
    """Its helpers may hold the lock it inherited: they are no worker, and keep no camera."""
    pid = detector.start()
    left = detector.seen
    os.kill(pid, how)
    until(lambda: process.identify(pid) is None)
    assert detector.workers.status("cam").running is False
    again = detector.start()
    assert again != pid
    assert not any(process.is_alive(one) for one in left)
    assert detector.workers.status("cam").pid == again


def test_what_a_dead_detector_left_is_nobody_that_a_next_service_adopts(
    detector: Detector,
) -> None:
    pid = detector.start()
    os.kill(pid, signal.SIGKILL)
    until(lambda: process.identify(pid) is None)
    detector.workers = detector.service()
    detector.workers.adopt_all()
    assert detector.workers.status("cam").running is False
    assert detector.stop() is False
    assert detector.is_all_gone()
    detector.start()
    assert detector.workers.status("cam").running is True
