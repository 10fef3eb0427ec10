"""Ends a worker's process, and what it started and left behind."""

import contextlib
import os
from collections.abc import Callable, Iterable

from camera_service.domain.errors import WorkerNotStoppedError
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.finding import START_ID
from camera_service.shared_state.processes.liveness import Liveness
from servicekit import process
from servicekit.process import Identity

# How long what was left behind may take to end after SIGTERM: to say goodbye to its camera.
_LEAVING_SECONDS = 0.5
# What is left may start others while it is ended.
_ROUNDS = 3


class WorkerEnder:
    """Ends the workers of one data directory.

    stop_seconds: how long one may take to end after SIGTERM before it is killed.
    """

    def __init__(self, layout: Layout, liveness: Liveness, stop_seconds: float) -> None:
        self._layout = layout
        self._liveness = liveness
        self._stop_seconds = stop_seconds

    def end(self, camera_id: str, worker: Identity) -> None:
        """End the worker; WorkerNotStoppedError when it outlives SIGKILL. See also `end_left`."""
        if not process.end(worker, self._stop_seconds):
            raise WorkerNotStoppedError(
                f"process {worker.pid} of camera {camera_id!r} outlived SIGKILL; it hangs in the "
                "kernel (a device or a network file system that does not answer)"
            )
        for left in process.holders(self._layout.worker_lock(camera_id)):
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(left.pid) == worker.pid:
                    process.end(left, 0)

    def end_left(self, camera_id: str) -> None:
        """End what the recorded worker, which is dead, started: with its lock or without."""
        gone, start_id = self._liveness.recorded(camera_id), self._liveness.start_id(camera_id)
        if gone is not None and start_id and gone.boot == process.BOOT_ID:
            _end_all(lambda: process.left_by(gone, START_ID, start_id))

    def end_holders(self, camera_id: str) -> None:
        """End whoever holds the lock of a camera that has no living worker: it inherited it."""
        _end_all(lambda: process.lock_holders(self._layout.worker_lock(camera_id)))


def _end_all(find: Callable[[], Iterable[Identity]]) -> None:
    for _ in range(_ROUNDS):
        found = list(find())
        for one in found:
            process.end(one, _LEAVING_SECONDS)
        if not found:
            return
