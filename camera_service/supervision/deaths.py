"""How a worker ended, from what it and its starter left behind."""

import contextlib
import json
import signal

from camera_service.domain.restarts import Death, looks_like_a_stop
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.reports import read_report
from servicekit import process
from servicekit.process import Identity


def explain(layout: Layout, camera_id: str, worker: Identity, lived_seconds: float) -> Death | None:
    """Return the death of `worker`; None when its starter has not said yet how it ended."""
    code = _exit_code(layout, camera_id, worker)
    if code is None:
        return None
    cause, detail = _ending(code)
    cause = _cause_reported(layout, camera_id, worker) or cause
    return Death(cause, detail, lived_seconds, looks_like_a_stop(code))


def unexplained(
    layout: Layout, camera_id: str, worker: Identity, lived_seconds: float, by_old_server: bool
) -> Death:
    """Return the death of a worker of which only its starter could tell how it ended.

    The starter is gone, or an old server, which may have ended it.
    """
    why = "an old server had started it" if by_old_server else "its starter was gone"
    detail = f"ended; {why}, so its exit code is not known"
    cause = _cause_reported(layout, camera_id, worker) or "worker_exited"
    return Death(cause, detail, lived_seconds, may_be_a_stop=by_old_server)


def _cause_reported(layout: Layout, camera_id: str, worker: Identity) -> str | None:
    """Return why the source failed: a program that ends for that is told by what it said last."""
    report = read_report(layout.report(camera_id), worker.pid)
    return report.cause if report and report.state == "source_failed" else None


def _exit_code(layout: Layout, camera_id: str, worker: Identity) -> int | None:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        data = json.loads(layout.exit(camera_id).read_bytes())
        if Identity(data["pid"], data["start_time"], data["boot"]) == worker:
            return int(data["returncode"])
    return process.exit_code(worker)  # known for as long as its parent does not wait for it


def _ending(code: int) -> tuple[str, str]:
    """Return the cause of a death, and what to say of it."""
    if code >= 0:
        return "worker_exited", f"exit code {code}; see the camera's log"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return "worker_killed", f"ended by {name}"
