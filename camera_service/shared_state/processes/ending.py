"""Ends a worker's process, and what it started and left behind."""

import contextlib
import os

from camera_service.domain.errors import WorkerNotStoppedError
from camera_service.shared_state.files.layout import Layout
from servicekit import process
from servicekit.process import Identity


class WorkerEnder:
    """Ends the workers of one data directory.

    stop_seconds: how long one may take to end after SIGTERM before it is killed.
    """

    def __init__(self, layout: Layout, stop_seconds: float) -> None:
        self._layout = layout
        self._stop_seconds = stop_seconds

    def end(self, camera_id: str, worker: Identity) -> None:
        """End the worker; WorkerNotStoppedError when it outlives SIGKILL."""
        if not process.end(worker, self._stop_seconds):
            raise WorkerNotStoppedError(
                f"process {worker.pid} of camera {camera_id!r} outlived SIGKILL; it hangs in the "
                "kernel (a device or a network file system that does not answer)"
            )
        self._end_descendants(camera_id, worker)

    def _end_descendants(self, camera_id: str, worker: Identity) -> None:
        """End what the worker started and left behind, known by its session and its lock."""
        for left in process.holders(self._layout.worker_lock(camera_id)):
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(left.pid) == worker.pid:
                    process.end(left, 0)
