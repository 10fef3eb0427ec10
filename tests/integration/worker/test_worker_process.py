"""The worker as a process: its command line, its lock, its end."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.demo import footage


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_with_code_0(start_worker: Any, number: int) -> None:
    worker = start_worker(str(footage.street()))
    worker.wait_for_state("streaming")

    assert worker.stop(number) < 1.0
    assert worker.process.returncode == 0
    assert f"stopped by {signal.Signals(number).name}" in worker.log


def test_a_signal_ends_it_while_it_waits_for_its_job(start_worker: Any) -> None:
    worker = start_worker("unused", job=False)
    # Python leaves a mark in the kernel's account once it handles the signal.
    handled = 1 << (signal.SIGTERM - 1)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        status = Path(f"/proc/{worker.process.pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) & handled:
            break
        time.sleep(0.01)

    assert worker.stop() < 1.0
    assert worker.process.returncode == 0


WORKER = ["camera_service.worker", "--camera-id", "gate"]
PREVIEW = ["camera_service.worker.preview"]


@pytest.mark.parametrize(
    ("command", "line", "reason"),
    [
        (WORKER, b"", "standard input is empty"),
        (PREVIEW, b"", "standard input is empty"),
        (WORKER, b"rtsp://user:hunter2@camera\n", "not a line of JSON"),
        (PREVIEW, b"rtsp://user:hunter2@camera\n", "not a line of JSON"),
        (WORKER, b'{"camera_id": "other", "source": "rtsp://u:hunter2@c"}\n', "not the one of"),
    ],
)
def test_a_job_that_cannot_be_used_ends_it_with_code_2_and_one_line(
    command: list[str], line: bytes, reason: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], input=line, capture_output=True, timeout=20
    )

    assert done.returncode == 2
    assert reason in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert b"hunter2" not in done.stdout + done.stderr


def test_options_for_detectors_are_taken_and_noted(start_worker: Any) -> None:
    worker = start_worker(
        str(footage.street()),
        *("--regions-file", "r.json", "--device", "cuda:0", "--imgsz", "640"),
    )
    worker.wait_for_state("streaming")

    assert "not used by this worker" in worker.log
    assert "--regions-file, --device, --imgsz" in worker.log


def test_the_lock_is_held_for_life_and_given_to_no_child(start_worker: Any, tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        worker = start_worker(
            str(footage.street()),
            pass_fds=[lock.fileno()],
            env={"CAMPLANE_LOCK_FD": str(lock.fileno())},
        )
        number = lock.fileno()
    worker.wait_for_state("streaming")

    info = Path(f"/proc/{worker.process.pid}/fdinfo/{number}").read_text()
    flags = next(line for line in info.splitlines() if line.startswith("flags"))
    assert int(flags.split()[1], 8) & os.O_CLOEXEC
    with (tmp_path / "lock").open("w") as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        worker.stop()
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_lock_that_is_not_open_ends_it_with_code_2(start_worker: Any) -> None:
    worker = start_worker("unused", job=False, env={"CAMPLANE_LOCK_FD": "987"})

    assert worker.process.wait(20) == 2
    assert "CAMPLANE_LOCK_FD" in worker.log


def test_it_touches_its_lock_every_second_also_where_no_report_can_be_written(
    start_worker: Any, tmp_path: Path
) -> None:
    with (tmp_path / "lock").open("w") as lock:
        worker = start_worker(
            str(footage.street()),
            stats_file=tmp_path / "missing" / "stats.json",
            pass_fds=[lock.fileno()],
            env={"CAMPLANE_LOCK_FD": str(lock.fileno())},
        )
    beats = set[int]()
    deadline = time.monotonic() + 15
    while len(beats) < 4 and time.monotonic() < deadline:
        beats.add((tmp_path / "lock").stat().st_mtime_ns)
        time.sleep(0.05)

    assert len(beats) >= 4, worker.log
    assert "cannot write the report" in worker.log


def test_a_reader_that_hangs_beyond_all_bounds_ends_the_worker_with_code_1(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "camera")  # opening it blocks until somebody writes, for ever here
    quicker = (
        "import sys, camera_service.worker.reader as reader, camera_service.worker.__main__ as m;"
        "reader.HANG_SECONDS = 1.0; sys.argv[1:] = ['--camera-id', 'gate']; m.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", quicker],
        input=b'{"camera_id": "gate", "source": "camera"}\n',
        capture_output=True,
        cwd=tmp_path,
        timeout=30,
    )

    assert done.returncode == 1
    assert b"the reader hangs" in done.stdout
