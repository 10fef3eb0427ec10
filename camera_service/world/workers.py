"""One worker process a camera, ever, whoever starts it.

A worker holds an inherited lock for its life, so a second one cannot be
started while it lives, even by a service that knows nothing of it. Its record
(pid, kernel start time, boot) says who it is; a process is only taken for a
worker, or signalled, when the kernel confirms all three.
"""

import contextlib
import errno
import itertools
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from camera_service.entry import Entry, source_of
from camera_service.errors import (
    EntryUnusableError,
    StorageFailedError,
    WorkerNotStartedError,
    WorkerNotStoppedError,
)
from camera_service.ports import Started, WorkerReport, WorkerStatus
from camera_service.world import locks
from camera_service.world.layout import Layout
from camera_service.world.reports import read_report
from camera_service.world.worker_command import WorkerCommand, environment
from servicekit import atomic_file, process
from servicekit.process import Identity


@dataclass(frozen=True)
class WorkerSettings:
    """How workers are run.

    stop_seconds: how long a worker may take to end after SIGTERM before it is killed.
    """

    command: WorkerCommand
    stop_seconds: float = 5.0


class Workers:
    """The workers of one data directory. Thread-safe, and safe against other processes."""

    def __init__(self, layout: Layout, settings: WorkerSettings) -> None:
        self._layout = layout
        self._settings = settings

    def status(self, camera_id: str) -> WorkerStatus:
        """Return whether the camera's worker lives. Cheap: two small reads."""
        worker = self._find(camera_id)
        return self._status(camera_id, worker)

    def report(self, camera_id: str, status: WorkerStatus) -> WorkerReport:
        """Return what the worker of this status last said about its stream."""
        if not status.running:
            return WorkerReport()
        return read_report(self._layout.report(camera_id), status.pid)

    @contextlib.contextmanager
    def control(self, camera_id: str) -> Iterator["Control"]:
        """Be the only one, in any process, who starts or stops this camera within the block."""
        with contextlib.ExitStack() as stack:
            with _writing():
                stack.enter_context(locks.exclusive(self._layout.control_lock(camera_id)))
            yield Control(self, camera_id)

    def is_known(self, camera_id: str) -> bool:
        """Is there any trace of a worker? Where there is none, nothing needs stopping."""
        layout = self._layout
        return any(
            path(camera_id).exists()
            for path in (layout.record, layout.worker_lock, layout.pid_file)
        )

    def adopt_all(self) -> None:
        """Record every living worker whose starter died before it could."""
        for camera_id in self._layout.locked_workers():
            if self._find(camera_id) is None and self._is_unrecorded(camera_id):
                with self.control(camera_id) as control:
                    control.adopt()

    # What Control does, under its lock.

    def _find(self, camera_id: str) -> Identity | None:
        """Return the living worker: recorded, or started by an old server that writes pid files."""
        return self._recorded(camera_id) or self._started_by_old_server(camera_id)

    def _recorded(self, camera_id: str) -> Identity | None:
        try:
            data = json.loads(self._layout.record(camera_id).read_bytes())
            worker = Identity(data["pid"], data["start_time"], data["boot"])
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return worker if process.is_alive(worker) else None

    def _started_by_old_server(self, camera_id: str) -> Identity | None:
        """Return the process the monolith's pid file names, if it is this camera's worker.

        Proof is the process itself: it works in our data directory, its
        command names the camera, and it began before the file was written.
        """
        path = self._layout.pid_file(camera_id)
        try:
            pid, written = int(path.read_text() or "0"), path.stat().st_mtime
        except (OSError, ValueError):
            return None
        worker = process.identify(pid)
        if worker is None or process.working_directory(pid) != self._layout.root:
            return None
        arguments = process.command_line(pid)
        named = ("--camera-id", camera_id) in itertools.pairwise(arguments)
        began = process.started_at(worker)
        return worker if named and began <= written + 1 else None

    def _status(self, camera_id: str, worker: Identity | None) -> WorkerStatus:
        log = str(self._layout.log(camera_id))
        return WorkerStatus(worker is not None, worker.pid if worker else 0, log)

    def _start(self, camera_id: str, entry: Entry) -> Started:
        log = str(self._layout.log(camera_id))
        if worker := self._find(camera_id):
            return Started(worker.pid, log, None)
        with _writing():
            lock = locks.take_inheritable(self._layout.worker_lock(camera_id))
        if lock is None:
            # It lives, but its starter died before it could write the record.
            worker = self._adopt(camera_id)
            return Started(worker.pid, log, None)
        try:
            command = self._settings.command.arguments(camera_id, entry)
            child = self._spawn(camera_id, entry, command, lock)
        finally:
            os.close(lock)
        return Started(child.pid, log, command)

    def _spawn(
        self, camera_id: str, entry: Entry, command: list[str], lock: int
    ) -> subprocess.Popen[bytes]:
        layout = self._layout
        own = {
            "CAMPLANE_STATS_FILE": str(layout.report(camera_id)),
            "CAMPLANE_LOCK_FD": str(lock),
            "PYTHONUNBUFFERED": "1",
        }
        env = environment(os.environ, entry, own)
        with _writing():
            layout.report(camera_id).unlink(missing_ok=True)
            log = layout.log(camera_id).open("ab")
        with log, _job(camera_id, entry) as job:
            try:
                child = subprocess.Popen(
                    command,
                    cwd=layout.root,
                    env=env,
                    stdin=job,
                    stdout=log,
                    stderr=log,
                    pass_fds=(lock,),
                    start_new_session=True,  # a Ctrl-C at our terminal is not meant for it
                )
            except (OSError, ValueError) as error:
                if isinstance(error, ValueError) or error.errno == errno.E2BIG:
                    raise EntryUnusableError(
                        "the camera's entry holds values for the worker's arguments or "
                        "environment that are too long, or hold NUL; shorten them"
                    ) from error
                raise WorkerNotStartedError(
                    f"the worker command cannot be started: {error}; "
                    "check the worker command setting"
                ) from error
        # Someone must wait for a child, or it stays a zombie for as long as we live.
        threading.Thread(target=child.wait, name=f"wait-{child.pid}", daemon=True).start()
        try:
            with _writing():
                self._record(camera_id, child.pid)
        except StorageFailedError:
            # Nobody would know whose it is.
            child.kill()
            child.wait()
            raise
        return child

    def _record(self, camera_id: str, pid: int) -> None:
        worker = process.identify(pid)
        if worker is None:
            return  # it ended already
        data = {"pid": pid, "start_time": worker.start_time, "boot": worker.boot}
        atomic_file.replace(self._layout.record(camera_id), json.dumps(data).encode())
        atomic_file.replace(self._layout.pid_file(camera_id), str(pid).encode())

    def _is_unrecorded(self, camera_id: str) -> bool:
        return locks.is_held(self._layout.worker_lock(camera_id))

    def _adopt(self, camera_id: str) -> Identity:
        """Find who holds the worker's lock, and record it."""
        for worker in process.holders(self._layout.worker_lock(camera_id)):
            if os.getsid(worker.pid) == worker.pid:
                self._record(camera_id, worker.pid)
                return worker
        raise WorkerNotStartedError(
            f"something else holds the worker lock of camera {camera_id!r}; "
            f"see who has {self._layout.worker_lock(camera_id)} open"
        )

    def _stop(self, camera_id: str) -> bool:
        worker = self._find(camera_id)
        if worker is None and self._is_unrecorded(camera_id):
            worker = self._adopt(camera_id)
        if worker is not None and not process.end(worker, self._settings.stop_seconds):
            raise WorkerNotStoppedError(
                f"process {worker.pid} of camera {camera_id!r} outlived SIGKILL; it hangs in the "
                "kernel (a device or a network file system that does not answer)"
            )
        if worker is not None:
            self._end_descendants(camera_id, worker)
        layout = self._layout
        for path in (layout.record, layout.pid_file, layout.report):
            path(camera_id).unlink(missing_ok=True)
        return worker is not None

    def _end_descendants(self, camera_id: str, worker: Identity) -> None:
        """End what the worker started and left behind, known by its session and its lock."""
        for left in process.holders(self._layout.worker_lock(camera_id)):
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(left.pid) == worker.pid:
                    process.end(left, 0)


class Control:
    """The right to start and stop one camera's worker; see Workers.control."""

    def __init__(self, workers: Workers, camera_id: str) -> None:
        self._workers = workers
        self._camera_id = camera_id

    def start(self, entry: Entry) -> Started:
        """Start the worker, or find that it runs already."""
        return self._workers._start(self._camera_id, entry)

    def adopt(self) -> None:
        """Record the worker, if one lives and has no record."""
        workers, camera_id = self._workers, self._camera_id
        if workers._find(camera_id) is None and workers._is_unrecorded(camera_id):
            workers._adopt(camera_id)

    def stop(self) -> bool:
        """Stop the worker; return whether there was one."""
        return self._workers._stop(self._camera_id)


def _job(camera_id: str, entry: Entry) -> BinaryIO:
    """Return what a worker reads from its standard input, as a file in memory.

    No pipe: one holds a bounded text where the worker does not read it, and a
    user who is not root may have 64 of that size.
    """
    line = {"camera_id": camera_id, "source": source_of(entry), "entry": entry}
    file = os.fdopen(os.memfd_create("camplane-job"), "w+b")
    file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    file.seek(0)
    return file


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """Raise StorageFailedError when a file cannot be written within the block."""
    try:
        yield
    except OSError as error:
        raise StorageFailedError(
            f"the data directory cannot be written: {error.strerror} ({error.filename}); "
            "nothing was changed"
        ) from error
