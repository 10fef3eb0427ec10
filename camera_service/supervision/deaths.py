"""How a worker ended, from what it and its starter left behind."""

import json
import signal

from camera_service.domain.restarts import Death
from camera_service.world.layout import Layout
from camera_service.world.reports import read_report
from servicekit.process import Identity


def explain(layout: Layout, camera_id: str, worker: Identity, lived_seconds: float) -> Death | None:
    """Return the death of `worker`; None when its starter has not said yet how it ended."""
    ended = _ending(layout, camera_id, worker)
    return ended and _named(layout, camera_id, worker, ended, lived_seconds)


def unexplained(layout: Layout, camera_id: str, worker: Identity, lived_seconds: float) -> Death:
    """Return the death of a worker whose starter was gone, so that nobody saw how it ended."""
    ended = ("worker_exited", "ended; its starter was gone, so its exit code is not known")
    return _named(layout, camera_id, worker, ended, lived_seconds)


def _named(
    layout: Layout, camera_id: str, worker: Identity, ended: tuple[str, str], lived_seconds: float
) -> Death:
    cause, detail = ended
    # A program that ends when its source fails is told by what it said last.
    report = read_report(layout.report(camera_id), worker.pid)
    if report.state == "source_failed" and report.cause:
        cause = report.cause
    return Death(cause, detail, lived_seconds)


def _ending(layout: Layout, camera_id: str, worker: Identity) -> tuple[str, str] | None:
    try:
        data = json.loads(layout.exit(camera_id).read_bytes())
        if Identity(data["pid"], data["start_time"], data["boot"]) != worker:
            return None
        code = int(data["returncode"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if code >= 0:
        return "worker_exited", f"exit code {code}; see the camera's log"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return "worker_killed", f"ended by {name}"
