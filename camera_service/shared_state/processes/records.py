"""Who a camera's worker is, written down: while a record is there, one should run."""

import contextlib
import json

from camera_service.domain.errors import WorkerNotStartedError
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes import old_server
from camera_service.shared_state.processes.finding import START_ID, WorkerFinder
from servicekit import atomic_file, process
from servicekit.process import Identity


class WorkerRecords:
    """The records of one data directory; written by who has the control of the camera."""

    def __init__(self, layout: Layout, finder: WorkerFinder) -> None:
        self._layout = layout
        self._finder = finder

    def write(
        self, camera_id: str, worker: Identity, request: str | None = None, start_id: str = ""
    ) -> None:
        """Record the worker, started by `request`; OSError when it cannot be written.

        start_id: of the start it came of; what it starts has that, too.
        """
        # One that an old server started meanwhile must stay known: who supervises settles it.
        if old_server.worker(self._layout, camera_id) is None:
            atomic_file.replace(self._layout.pid_file(camera_id), str(worker.pid).encode())
        # The record last: with it comes the promise to keep the worker alive.
        # The request that started it can tell from this that it was carried out.
        more = {"request": request, "start_id": start_id}
        record = {**vars(worker), **{key: value for key, value in more.items() if value}}
        atomic_file.replace(self._layout.record(camera_id), json.dumps(record).encode())

    def write_of_old_server(self, camera_id: str, worker: Identity) -> None:
        """Record a worker that an old server started."""
        layout = self._layout
        # What an earlier worker left would be taken for signs of this one.
        for path in (layout.report, layout.exit, layout.restarts):
            path(camera_id).unlink(missing_ok=True)
        record = {**vars(worker), old_server.MARK: True}
        atomic_file.replace(layout.record(camera_id), json.dumps(record).encode())

    def adopt(self, camera_id: str, request: str | None = None) -> Identity:
        """Find who holds the worker's lock, and record it, started by `request`."""
        if worker := self._finder.holder(camera_id):
            self.write(camera_id, worker, request, process.variable(worker.pid, START_ID) or "")
            return worker
        raise WorkerNotStartedError(
            f"something else holds the worker lock of camera {camera_id!r}; "
            f"see who has {self._layout.worker_lock(camera_id)} open"
        )

    def exists(self, camera_id: str) -> bool:
        return self._layout.record(camera_id).exists()

    def started_by(self, camera_id: str, request: str) -> int | None:
        """Return the pid of the recorded worker if `request` started it."""
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            found = json.loads(self._layout.record(camera_id).read_bytes())
            if found["request"] == request:
                pid: int = found["pid"]
                return pid
        return None

    def forget(self, camera_id: str) -> None:
        """Give up the wish that a worker runs."""
        layout = self._layout
        if old_server.worker(layout, camera_id) is None:  # else it is another one's by now
            layout.pid_file(camera_id).unlink(missing_ok=True)
        # The record last: while it is there, a worker is wanted.
        for path in (layout.report, layout.restarts, layout.record):
            path(camera_id).unlink(missing_ok=True)

    def forget_deaths(self, camera_id: str) -> None:
        self._layout.restarts(camera_id).unlink(missing_ok=True)
