"""One worker process a camera, ever, whoever starts it.

A worker holds an inherited lock for its life, so a second one cannot be
started while it lives, even by a service that knows nothing of it. Its record
(pid, kernel start time, boot) says who it is; a process is only taken for a
worker, or signalled, when the kernel confirms all three. A worker that an old
server started holds no lock: it is known by its pid file, until it is recorded.
"""

import contextlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from camera_service.domain.entry import Entry, source_of
from camera_service.domain.errors import (
    StorageFailedError,
    WorkerNotStartedError,
    WorkerNotStoppedError,
)
from camera_service.domain.results import Restarts, Started, WorkerReport, WorkerStatus
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.completed import Completed, Intent
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes import old_server, restart_records
from camera_service.shared_state.processes.launching import (
    Ended,
    FreshLauncher,
    Launch,
    WorkerLauncher,
)
from camera_service.shared_state.processes.limits import Limiter, Limits
from camera_service.shared_state.processes.liveness import Liveness
from camera_service.shared_state.processes.reports import read_report
from camera_service.shared_state.processes.worker_command import (
    WorkerCommand,
    check_inputs,
    environment,
)
from camera_service.shared_state.processes.worker_inputs import WorkerInputs
from camera_service.worker.log_files import LogLimits
from servicekit import atomic_file, process
from servicekit.process import Identity
from servicekit.steps import step

log = logging.getLogger(__name__)

# A fleet that starts together (after a reboot, say) starts in groups of this many.
STARTING_AT_ONCE = 8
STARTING_SECONDS = 10.0
# What an intent says will be seen of the worker.
_STARTED, _STOPPED = "started", "stopped"


@dataclass(frozen=True)
class WorkerSettings:
    """How workers are run.

    stop_seconds: how long a worker may take to end after SIGTERM before it is killed.
    inputs: what an entry may hand to its worker.
    """

    command: WorkerCommand
    stop_seconds: float = 5.0
    limits: Limits = field(default_factory=Limits)
    log: LogLimits = field(default_factory=LogLimits)
    inputs: WorkerInputs = field(default_factory=WorkerInputs)


class Workers:
    """The workers of one data directory. Thread-safe, and safe against other processes.

    liveness: which of them live, by their records.
    """

    def __init__(
        self,
        layout: Layout,
        settings: WorkerSettings,
        launcher: Callable[[Ended], WorkerLauncher] = FreshLauncher,
    ) -> None:
        self._layout = layout
        self._settings = settings
        self._launcher = launcher(self._ended)
        self._limiter = Limiter(settings.limits)
        self.liveness = Liveness(layout)
        self._completed = Completed(layout)

    def status(self, camera_id: str) -> WorkerStatus:
        """Return whether the camera's worker lives. Cheap: a `stat` or two and a poll."""
        worker = self._find(camera_id)
        return WorkerStatus(
            worker is not None, worker.pid if worker else 0, self._layout.log_name(camera_id)
        )

    def report(self, camera_id: str, status: WorkerStatus) -> WorkerReport:
        """Return what the worker of this status last said about its stream."""
        if not status.running:
            return WorkerReport()
        report = read_report(self._layout.report(camera_id), status.pid)
        return report or WorkerReport(is_known=self._has_just_begun(camera_id))

    def restarts(self, camera_id: str, status: WorkerStatus) -> Restarts | None:
        """Return when a worker that died is started again; None when none is awaited."""
        if status.running or (dead := self.liveness.recorded(camera_id)) is None:
            return None
        return restart_records.read(self._layout.restarts(camera_id), dead)

    @property
    def inputs(self) -> WorkerInputs:
        """What an entry may hand to its worker."""
        return self._settings.inputs

    @contextlib.contextmanager
    def control(self, camera_id: str) -> Iterator["Control"]:
        """Be the only one, in any process, who starts or stops this camera within the block.

        Raises AlreadyDoneError when the call that runs was carried out before.
        """
        with contextlib.ExitStack() as stack:
            with _writing(), step("camera lock"):
                stack.enter_context(locks.exclusive(self._layout.control_lock(camera_id)))
            self._settle(camera_id)
            yield Control(self, camera_id)

    @contextlib.contextmanager
    def control_if_free(self, camera_id: str) -> Iterator["Control | None"]:
        """The same without waiting; None when another has it."""
        with contextlib.ExitStack() as stack:
            with _writing():
                lock = locks.if_free(self._layout.control_lock(camera_id))
                free = stack.enter_context(lock)
            if free:
                self._settle(camera_id)
            yield Control(self, camera_id) if free else None

    def is_known(self, camera_id: str) -> bool:
        """Is there any trace of a worker? Where there is none, nothing needs stopping."""
        layout = self._layout
        return any(
            path(camera_id).exists()
            for path in (layout.record, layout.worker_lock, layout.pid_file)
        )

    def wait_for_turn(self) -> None:
        """Wait until few workers are starting, so that a fleet does not start at once.

        Not for ever: a worker that says nothing is waited for STARTING_SECONDS.
        """
        until = time.monotonic() + STARTING_SECONDS
        while self.starting() >= STARTING_AT_ONCE and time.monotonic() < until:
            time.sleep(0.05)

    def starting(self) -> int:
        """Count the workers that were started a moment ago and have said nothing yet."""
        now = process.seconds_since_boot()
        return sum(
            1
            for camera_id in self._layout.known_workers()
            if (worker := self.liveness.find(camera_id))
            and now - worker.started_after_boot() < STARTING_SECONDS
            and self._is_starting(camera_id, worker)
        )

    def prepare(self) -> None:
        """Get ready to start workers fast, and return when that is done. Raises nothing."""
        self._launcher.prepare()

    def close(self) -> None:
        """Start no more workers, and let go of those that live, which go on."""
        self._launcher.close()
        self.liveness.close()

    def adopt_all(self) -> None:
        """Record every living worker whose starter died before it could."""
        for camera_id in self._layout.locked_workers():
            if self._find(camera_id) is None and self._is_unrecorded(camera_id):
                with self.control(camera_id) as control:
                    control.adopt()

    def strange(self, camera_id: str) -> Identity | None:
        """Return the worker that an old server started and that is not the recorded one."""
        recorded = self.liveness.find(camera_id)
        if recorded and recorded.pid == old_server.pid_in_file(self._layout, camera_id):
            return None
        return old_server.worker(self._layout, camera_id)

    def unrecorded(self, camera_id: str) -> Identity | None:
        """Return the worker that has the camera's lock open, whatever the record says.

        What a worker started has it open as well; it leads no session.
        """
        for worker in process.holders(self._layout.worker_lock(camera_id)):
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(worker.pid) == worker.pid:
                    return worker
        return None

    # What Control does, under its lock.

    def _settle(self, camera_id: str) -> None:
        with _writing():
            self._completed.settle(camera_id, partial(self._happened, camera_id))

    def _happened(self, camera_id: str, intent: Intent) -> list[Any] | None:
        """Was what a service that died was about to do carried out? See Completed.settle."""
        record = self._layout.record(camera_id)
        if intent.sign == _STOPPED:
            is_gone = self._find(camera_id) is None and not record.exists()
            return [intent.answer] if is_gone else None
        if self.liveness.find(camera_id) is None and self._is_unrecorded(camera_id):
            with contextlib.suppress(WorkerNotStartedError):
                self._adopt(camera_id, intent.name)
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            found = json.loads(record.read_bytes())
            if found["request"] == intent.name:
                return [{**intent.answer, "pid": found["pid"]}]
        return None

    def _find(self, camera_id: str) -> Identity | None:
        """Return the living worker: recorded, or started by an old server that writes pid files."""
        return self.liveness.find(camera_id) or old_server.worker(self._layout, camera_id)

    def _is_starting(self, camera_id: str, worker: Identity) -> bool:
        report = read_report(self._layout.report(camera_id), worker.pid)
        return report is None or report.state == "starting"

    def _has_just_begun(self, camera_id: str) -> bool:
        """Is it a worker of ours that may yet report, so that it saw nothing so far?"""
        worker = self.liveness.find(camera_id)
        if worker is None or self.liveness.is_of_old_server(camera_id):
            return False
        return process.seconds_since_boot() - worker.started_after_boot() < STARTING_SECONDS

    def _start(self, camera_id: str, entry: Entry) -> Started:
        log = self._layout.log_name(camera_id)
        if worker := self._find(camera_id):
            return Started(worker.pid, log, None)
        with _writing():
            lock = locks.take_inheritable(self._layout.worker_lock(camera_id))
        if lock is None:
            # It lives, but its starter died before it could write the record.
            worker = self._adopt(camera_id)
            return Started(worker.pid, log, None)
        try:
            check_inputs(self._settings.inputs, entry)
            command = self._settings.command.arguments(camera_id, entry)
            answer = {"log": log, "command": command}
            with _writing():
                request = self._completed.intend(camera_id, _STARTED, answer)
            with step("start worker"):
                worker = self._spawn(camera_id, entry, command, lock, request)
        finally:
            os.close(lock)
        self._completed.confirm(camera_id, {**answer, "pid": worker.pid})
        return Started(worker.pid, log, command)

    def _spawn(
        self, camera_id: str, entry: Entry, command: list[str], lock: int, request: str | None
    ) -> Identity:
        layout = self._layout
        own = {
            "CAMPLANE_STATS_FILE": str(layout.report(camera_id)),
            "CAMPLANE_LOG_FILE": str(layout.log(camera_id)),
            "CAMPLANE_LOG_MAX_BYTES": str(self._settings.log.max_bytes),
            "CAMPLANE_LOG_KEEP": str(self._settings.log.keep),
            "PYTHONUNBUFFERED": "1",
            **self._settings.inputs.sources.as_variables(),
        }
        env = environment(os.environ, entry, own)
        with _writing():
            for old in (layout.report, layout.exit):
                old(camera_id).unlink(missing_ok=True)
            log = layout.log(camera_id).open("ab")
        with log, _job(camera_id, entry) as job:
            worker = self._launcher.launch(
                Launch(
                    *(camera_id, command, layout.root, env),
                    stdin=job.fileno(),
                    log=log.fileno(),
                    lock=lock,
                    limit=partial(self._limiter.apply, camera_id),
                )
            )
        try:
            with _writing():
                self._record(camera_id, worker, request)
        except StorageFailedError:
            # Nobody would know whose it is.
            process.end(worker, 0)
            raise
        return worker

    def _ended(self, camera_id: str, worker: Identity, returncode: int) -> None:
        """Write down how a worker of ours ended; whoever supervises may be another process."""
        self._limiter.ended(camera_id)
        record = {**vars(worker), "returncode": returncode, "time": time.time()}
        with contextlib.suppress(OSError):  # not known is no harm
            atomic_file.replace(self._layout.exit(camera_id), json.dumps(record).encode())

    def _record(self, camera_id: str, worker: Identity, request: str | None) -> None:
        # One that an old server started meanwhile must stay known: who supervises settles it.
        if old_server.worker(self._layout, camera_id) is None:
            atomic_file.replace(self._layout.pid_file(camera_id), str(worker.pid).encode())
        # The record last: with it comes the promise to keep the worker alive.
        # The request that started it can tell from this that it was carried out.
        record = {**vars(worker), **({"request": request} if request else {})}
        atomic_file.replace(self._layout.record(camera_id), json.dumps(record).encode())

    def _is_unrecorded(self, camera_id: str) -> bool:
        return locks.is_held(self._layout.worker_lock(camera_id))

    def _adopt(self, camera_id: str, request: str | None = None) -> Identity:
        """Find who holds the worker's lock, and record it, started by `request`."""
        if worker := self.unrecorded(camera_id):
            self._record(camera_id, worker, request)
            return worker
        raise WorkerNotStartedError(
            f"something else holds the worker lock of camera {camera_id!r}; "
            f"see who has {self._layout.worker_lock(camera_id)} open"
        )

    def _stop(self, camera_id: str) -> bool:
        worker = self._find(camera_id)
        if worker is None and self._is_unrecorded(camera_id):
            worker = self._adopt(camera_id)
        # An old server may have started a second one a moment ago.
        living = {found for found in (worker, self.strange(camera_id)) if found is not None}
        with step("stop worker"):
            for found in living:
                self._end(camera_id, found)
        self._forget(camera_id)
        return bool(living)

    def _forget(self, camera_id: str) -> None:
        layout = self._layout
        if old_server.worker(layout, camera_id) is None:  # else it is another one's by now
            layout.pid_file(camera_id).unlink(missing_ok=True)
        # The record last: while it is there, a worker is wanted.
        for path in (layout.report, layout.restarts, layout.record):
            path(camera_id).unlink(missing_ok=True)

    def _take_over(self, camera_id: str) -> Identity | None:
        worker = self.strange(camera_id)
        if worker is None or process.has_open(worker.pid, self._layout.worker_lock(camera_id)):
            return None  # one with the lock is ours: its starter died before it could record it
        if (other := self.liveness.find(camera_id)) is not None:
            self._end(camera_id, other)
        layout = self._layout
        # What an earlier worker left would be taken for signs of this one.
        for path in (layout.report, layout.exit, layout.restarts):
            path(camera_id).unlink(missing_ok=True)
        record = {**vars(worker), old_server.MARK: True}
        atomic_file.replace(layout.record(camera_id), json.dumps(record).encode())
        return worker

    def _end(self, camera_id: str, worker: Identity) -> None:
        if not process.end(worker, self._settings.stop_seconds):
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


class Control:
    """The right to start and stop one camera's worker; see Workers.control."""

    def __init__(self, workers: Workers, camera_id: str) -> None:
        self._workers = workers
        self._camera_id = camera_id

    def start(self, entry: Entry) -> Started:
        """Start the worker, or find that it runs already. Earlier deaths are forgotten."""
        started = self._workers._start(self._camera_id, entry)
        self._workers._layout.restarts(self._camera_id).unlink(missing_ok=True)
        return started

    def start_again(self, entry: Entry) -> Started:
        """The same for a worker that died: its deaths are remembered."""
        return self._workers._start(self._camera_id, entry)

    def adopt(self) -> None:
        """Record the worker, if one lives and has no record."""
        workers, camera_id = self._workers, self._camera_id
        if workers._find(camera_id) is None and workers._is_unrecorded(camera_id):
            workers._adopt(camera_id)

    def record_holder(self) -> None:
        """Record whoever holds the worker's lock, whatever is recorded now."""
        self._workers._adopt(self._camera_id)

    def take_over(self) -> Identity | None:
        """Record the worker that an old server started, if there is one that is not recorded.

        Where another is recorded and lives, that one ends: the old server knows
        only of the one that the pid file names.
        """
        return self._workers._take_over(self._camera_id)

    def stop(self) -> bool:
        """Stop the worker; return whether there was one."""
        return self._workers._stop(self._camera_id)

    def forget(self) -> None:
        """Give up the wish that a worker runs, and end none."""
        self._workers._forget(self._camera_id)

    def stop_at_last(self) -> None:
        """The same where it is all that the call does: it is complete with it."""
        completed = self._workers._completed
        try:
            completed.intend(self._camera_id, _STOPPED, None)
        except OSError as error:
            # On a full disk a camera can be stopped all the same, and a stop may be repeated.
            log.warning("the stop of camera %r cannot be noted: %s", self._camera_id, error)
        self.stop()
        completed.confirm(self._camera_id)


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
