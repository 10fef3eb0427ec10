"""Who a camera's worker is: by its record, by an old server's pid file, by the lock it holds."""

import contextlib
import os

from camera_service.shared_state.files import locks
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes import old_server
from camera_service.shared_state.processes.liveness import Liveness
from servicekit import process
from servicekit.process import Identity

# A variable that tells one start of a worker from all others; what the worker starts has it, too.
START_ID = "CAMPLANE_WORKER_START_ID"


class WorkerFinder:
    """Finds the workers of one data directory. Thread-safe.

    liveness: which of them live, by their records.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.liveness = Liveness(layout)

    def find(self, camera_id: str) -> Identity | None:
        """Return the living worker: recorded, or started by an old server that writes pid files."""
        return self.liveness.find(camera_id) or old_server.worker(self._layout, camera_id)

    def strange(self, camera_id: str) -> Identity | None:
        """Return the worker that an old server started and that is not the recorded one."""
        recorded = self.liveness.find(camera_id)
        if recorded and recorded.pid == old_server.pid_in_file(self._layout, camera_id):
            return None
        return old_server.worker(self._layout, camera_id)

    def holder(self, camera_id: str) -> Identity | None:
        """Return the worker that has the camera's lock open, whatever the record says.

        What a worker started has it open as well. It leads no session, or one that is not a
        worker's: its start is the recorded worker's, or its command names no camera.
        """
        recorded = self.liveness.start_id(camera_id)
        for worker in process.holders(self._layout.worker_lock(camera_id)):
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(worker.pid) == worker.pid and self._is_worker(
                    camera_id, worker.pid, recorded
                ):
                    return worker
        return None

    def _is_worker(self, camera_id: str, pid: int, recorded: str) -> bool:
        start_id = process.variable(pid, START_ID)
        if start_id is None:
            return True  # the worker that comes with camplane, which starts nothing
        named = any(camera_id in argument for argument in process.command_line(pid))
        return start_id != recorded and named

    def is_lock_held(self, camera_id: str) -> bool:
        """Does a worker live that holds its lock, recorded or not?"""
        return locks.is_held(self._layout.worker_lock(camera_id))

    def is_known(self, camera_id: str) -> bool:
        """Is there any trace of a worker? Where there is none, nothing needs stopping."""
        layout = self._layout
        return any(
            path(camera_id).exists()
            for path in (layout.record, layout.worker_lock, layout.pid_file)
        )
