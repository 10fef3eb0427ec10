"""Workers that an old server started: a pid file names each; there is no lock and no record."""

import contextlib
import itertools
import os
import time

from camera_service.shared_state.files.layout import Layout
from servicekit import process
from servicekit.process import Identity

# The key of a record that says so; see `Workers` about records.
MARK = "old_server"


def pid_in_file(layout: Layout, camera_id: str) -> int | None:
    """Return the number in the camera's pid file; None without a file, or a number in it."""
    try:
        with open(layout.pid_file_name(camera_id), "rb") as file:  # noqa: PTH123 - as in liveness
            return int(file.read(32))
    except (OSError, ValueError):
        return None


def worker(layout: Layout, camera_id: str) -> Identity | None:
    """Return the process that the camera's pid file names, if it is this camera's worker.

    Proof is the process itself: it works in our data directory, its command names
    the camera, and it began before the file was written.
    """
    pid = pid_in_file(layout, camera_id)
    found = process.identify(pid) if pid is not None else None
    if found is None or process.working_directory(found.pid) != layout.root:
        return None
    named = ("--camera-id", camera_id) in itertools.pairwise(process.command_line(found.pid))
    try:
        written = os.stat(layout.pid_file_name(camera_id)).st_mtime  # noqa: PTH116 - in a status
    except OSError:
        return None
    return found if named and process.started_at(found) <= written + 1 else None


def is_new(layout: Layout, camera_id: str, seconds: float) -> bool:
    """Was the camera's pid file written less than `seconds` ago? By a clock that may jump."""
    with contextlib.suppress(OSError):
        return abs(time.time() - layout.pid_file(camera_id).stat().st_mtime) < seconds
    return False
