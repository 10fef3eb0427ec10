"""The worker's log: rotated by its size without losing a line, and without a secret."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.demo import footage

LIMIT = 2000


def logged_to(folder: Path, **more: str) -> dict[str, str]:
    return {
        "CAMPLANE_LOG_FILE": str(folder / "worker.log"),
        "CAMPLANE_LOG_MAX_BYTES": str(LIMIT),
        "CAMPLANE_LOG_KEEP": "2",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the first worker of a test has its log."""
    return tmp_path / "worker-0"


def until(true: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def append_to_log(folder: Path, text: str) -> None:
    with (folder / "worker.log").open("a") as file:
        file.write(text)


def test_it_rotates_its_log_and_keeps_so_many_older_ones(start_worker: Any, folder: Path) -> None:
    worker = start_worker(str(footage.street()), "--log-interval", "0.1", env=logged_to(folder))
    worker.wait_for_state("streaming")
    for number in range(4):
        append_to_log(folder, f"filling {number}\n" + "x" * LIMIT + "\n")
        until(lambda: is_anew(folder / "worker.log"))

    assert sorted(path.name for path in folder.glob("worker.log*")) == [
        *("worker.log", "worker.log.1", "worker.log.2")
    ]
    assert "filling 3" in (folder / "worker.log.1").read_text()
    assert "filling 2" in (folder / "worker.log.2").read_text()
    until(lambda: "progress:" in worker.log)
    worker.stop()
    assert "stopped by SIGTERM" in worker.log


def is_anew(log: Path) -> bool:
    """Has the log begun anew? For a moment, when it was renamed, there is none."""
    try:
        return log.stat().st_size < LIMIT
    except FileNotFoundError:
        return False


def test_no_line_is_lost_when_it_rotates(tmp_path: Path) -> None:
    log, count = tmp_path / "log", 20_000
    writer = (
        "import logging, os, sys, threading;"
        "from camera_service.worker.logs import start_log;"
        "from camera_service.worker.rotation import OwnLog;"
        "log = start_log(''); own = OwnLog.told_by(os.environ, log);"
        f"write = lambda: [log.info('line %d', n) for n in range({count})];"
        "thread = threading.Thread(target=write); thread.start();"
        "rotations = [own.rotate_if_due() for _ in iter(thread.is_alive, False)]"
    )
    environment = {**logged_to(tmp_path), "CAMPLANE_LOG_FILE": str(log)}
    environment |= {"CAMPLANE_LOG_MAX_BYTES": "50000", "CAMPLANE_LOG_KEEP": "99"}
    with log.open("ab") as file:
        command = [sys.executable, "-c", writer]
        subprocess.run(
            command, stdout=file, stderr=file, env=os.environ | environment, check=True, timeout=60
        )
    files = sorted(tmp_path.glob("log*"), key=lambda path: -int(path.suffix[1:] or 0))
    text = "".join(path.read_text() for path in files)

    # How often depends on when the thread that rotates gets its turn.
    assert len(files) > 1
    assert [int(n) for n in re.findall(r"line (\d+)\n", text)] == list(range(count))


def test_a_log_that_was_removed_is_made_anew(start_worker: Any, folder: Path) -> None:
    worker = start_worker(str(footage.street()), "--log-interval", "0.1", env=logged_to(folder))
    worker.wait_for_state("streaming")
    (folder / "worker.log").unlink()

    until(lambda: (folder / "worker.log").exists() and "progress:" in worker.log)
    assert not (folder / "worker.log.1").exists()


def test_output_that_is_not_the_named_log_is_left_alone(start_worker: Any, folder: Path) -> None:
    other = {"CAMPLANE_LOG_FILE": str(folder / "other.log"), "CAMPLANE_LOG_MAX_BYTES": "1"}
    worker = start_worker(str(footage.street()), env=logged_to(folder, **other))
    worker.wait_for(lambda report: report["total_frames"] > 50)

    assert [path.name for path in folder.glob("*.log*")] == ["worker.log"]


def test_a_fault_of_the_worker_itself_is_logged_without_the_password(tmp_path: Path) -> None:
    faulty = (
        "import threading; from camera_service.worker.logs import start_log;"
        "log = start_log('rtsp://user:hunter2@camera/1');"
        "fail = lambda: open('rtsp://user:hunter2@camera/1 hunter2');"
        "thread = threading.Thread(target=fail); thread.start(); thread.join(); fail()"
    )
    done = subprocess.run([sys.executable, "-c", faulty], capture_output=True, timeout=60)

    assert done.returncode == 1
    assert done.stdout.count(b"a fault of mine") == 2
    assert b"FileNotFoundError" in done.stdout
    assert b"hunter2" not in done.stdout + done.stderr
    assert done.stdout.count(b"\n") == 2
