"""What can be asked of the workers of a data directory while no service runs."""

import json
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from camera_service.domain.errors import CameraError
from camera_service.offline import offline_workers
from camera_service.settings import CameraSettings
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.workers import Workers

# Each takes some time to end, most of which nobody needs a processor for.
AT_ONCE = 32


@dataclass(frozen=True)
class RunningWorker:
    """One living worker. by_old_server: did an old server start it?"""

    camera_id: str
    pid: int
    log: str
    by_old_server: bool


def running_workers(layout: Layout, workers: Workers) -> list[RunningWorker]:
    """Return the living workers, by camera id."""
    found = []
    for camera_id in layout.known_workers():
        status = workers.status(camera_id)
        if status.running:
            by_old_server = workers.liveness.is_of_old_server(camera_id)
            found.append(RunningWorker(camera_id, status.pid, status.log, by_old_server))
    return found


def stop_workers(
    layout: Layout, workers: Workers, camera_ids: Collection[str] = ()
) -> tuple[list[RunningWorker], list[str]]:
    """Stop the living workers of these cameras; when none is named, all that are ours.

    Those that an old server started serve it also when there is no camplane any more.
    Returns those stopped, and what could not be, in words.
    """
    wanted = [
        worker
        for worker in running_workers(layout, workers)
        if (worker.camera_id in camera_ids if camera_ids else not worker.by_old_server)
    ]

    def stop(worker: RunningWorker) -> str:
        try:
            with workers.control(worker.camera_id) as control:
                control.stop()
        except CameraError as error:
            return f"{worker.camera_id}: {error}"
        return ""

    with ThreadPoolExecutor(AT_ONCE) as threads:
        failures = list(threads.map(stop, wanted))
    stopped = [one for one, failure in zip(wanted, failures, strict=True) if not failure]
    return stopped, [failure for failure in failures if failure]


def print_workers(settings: CameraSettings, camera_ids: Collection[str]) -> int:
    """Print the living workers as JSON lines; return the exit code."""
    if camera_ids:
        sys.stderr.write("error: list-workers takes no ids\n")
        return 2
    _print(running_workers(*offline_workers(settings)))
    return 0


def stop_and_print(settings: CameraSettings, camera_ids: Collection[str]) -> int:
    """Stop workers and print the ones stopped, as `print_workers`; 1 when one still lives."""
    stopped, failed = stop_workers(*offline_workers(settings), camera_ids)
    _print(stopped)
    for line in failed:
        sys.stderr.write(f"error: {line}\n")
    return 1 if failed else 0


def _print(workers: Sequence[RunningWorker]) -> None:
    for worker in workers:
        sys.stdout.write(json.dumps(vars(worker), ensure_ascii=False) + "\n")
