"""`python -m camera_service.worker`: reads one camera until it is told to stop.

docs/worker-contract.md is the contract with whoever starts it.
"""

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from camera_service.worker.job import Job, JobError, read_job
from camera_service.worker.source_rules import SourceRules

REPORT_SECONDS = 1.0


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Read the job, start the reader in a thread, report once a second.

    arguments: the command line without the program; None takes the process's own.
    """
    # First of all: a signal is answered while numpy still loads, too.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    given = _arguments(arguments)
    try:
        lock = _keep_lock()
        job = read_job(sys.stdin.buffer)
        if job.camera_id != given.camera_id:
            raise JobError("camera_id on standard input is not the one of --camera-id")
        rules = SourceRules.told_by(os.environ)
        _forget_standard_input()
    except (JobError, ValueError) as error:
        print(f"camera_service.worker: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    _run(job, given, lock, rules)


def _forget_standard_input() -> None:
    """Let go of what the job was read from: it may be a file, and it holds the password."""
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), sys.stdin.fileno())


def _run(job: Job, arguments: argparse.Namespace, lock: int | None, rules: SourceRules) -> NoReturn:
    # numpy starts a thread a core for matrices that nobody multiplies here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Not at the top: PyAV and numpy take 0.15 s to load, seconds when many
    # workers start at once, and a wrong command line should not wait for them.
    from camera_service.worker.logs import start_log
    from camera_service.worker.reader import Reader
    from camera_service.worker.report import Report
    from camera_service.worker.rotation import OwnLog
    from camera_service.worker.watchdog import Watchdog

    log = start_log(job.source)
    own_log = OwnLog.told_by(os.environ, log)
    key_frames = arguments.profile == "fast"
    log.info(
        "started: camera %s, pid %d, %s",
        *(job.camera_id, os.getpid(), "key frames only" if key_frames else "all frames"),
    )
    if unused := [name for name in _FOR_DETECTORS if getattr(arguments, name) is not None]:
        options = ", ".join("--" + name.replace("_", "-") for name in unused)
        log.info("not used by this worker, which detects motion alone: %s", options)
    stats_file = os.environ.get("CAMPLANE_STATS_FILE")
    report = Report(job.camera_id, Path(stats_file) if stats_file else None, log)
    report.write()
    # A read may hang in the kernel, and Python answers no signal in a thread
    # that hangs. So the reader has a thread of its own, and this one is free.
    reader = Reader(job, key_frames, report, log, rules)
    thread = threading.Thread(target=reader.run, name="reader", daemon=True)
    thread.start()
    watchdog = Watchdog()
    line_due = time.monotonic() + arguments.log_interval
    while thread.is_alive():
        time.sleep(REPORT_SECONDS)
        _beat(lock)
        report.write()
        reader.interrupt_if_silent(time.monotonic())
        if own_log:
            own_log.rotate_if_due()
        if watchdog.hangs(time.monotonic(), reader.due):
            log.error("the reader hangs; exiting, so that a new worker can take over")
            os._exit(1)  # an orderly end could wait for what hangs
        if arguments.log_interval and time.monotonic() >= line_due:
            if progress := report.progress():
                log.info("progress: %s", progress)
            line_due = time.monotonic() + arguments.log_interval
    # The reader outlives every failure of the source; this is a fault of its own.
    log.error("the reader ended; exiting, so that a new worker can take over")
    sys.exit(1)


# Taken so that a detector can replace this worker under the same command line.
_FOR_DETECTORS = ("regions_file", "device", "imgsz")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m camera_service.worker",
        description="Read one camera; the source comes on standard input as a line of JSON.",
    )
    parser.add_argument("--camera-id", required=True)
    parser.add_argument("--profile", help="fast: key frames only; anything else: all frames")
    parser.add_argument("--log-interval", type=_seconds, default=60.0, metavar="SECONDS")
    for name in _FOR_DETECTORS:
        parser.add_argument("--" + name.replace("_", "-"), help="for detectors; not used here")
    return parser.parse_args(arguments)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError("give seconds from 0 (never)")
    return seconds


def _keep_lock() -> int | None:
    """Hold the camera's lock for life, and let no child inherit it; return its descriptor."""
    descriptor = os.environ.get("CAMPLANE_LOCK_FD")
    if descriptor is None:
        return None
    try:
        os.set_inheritable(int(descriptor), False)
    except (ValueError, OSError):
        raise JobError("CAMPLANE_LOCK_FD is not an open file descriptor") from None
    return int(descriptor)


def _beat(lock: int | None) -> None:
    """Show that this process runs, also where a full disk takes no report."""
    if lock is not None:
        with contextlib.suppress(OSError):  # a read-only disk
            os.utime(lock)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    # Straight to the kernel: the reader may hold every lock there is. Nothing
    # is lost: the report is replaced as a whole, each log line is flushed.
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with contextlib.suppress(OSError):
        os.write(1, f"{now} INFO stopped by {signal.Signals(number).name}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    main()
