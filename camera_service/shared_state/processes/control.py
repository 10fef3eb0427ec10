"""The right to start and stop one camera's worker: one has it, in any process."""

import contextlib
import os
from collections.abc import Iterator

from camera_service.domain.entry import Entry
from camera_service.domain.errors import StorageFailedError
from camera_service.domain.results import Started
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.completed import Completed
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.files.writing import writing
from camera_service.shared_state.processes.ending import WorkerEnder
from camera_service.shared_state.processes.finding import WorkerFinder
from camera_service.shared_state.processes.intents import WorkerIntents
from camera_service.shared_state.processes.records import WorkerRecords
from camera_service.shared_state.processes.starting import WorkerStarter
from servicekit import process, turns
from servicekit.process import Identity
from servicekit.steps import step


class Controls:
    """Gives the control of the cameras of one data directory."""

    def __init__(
        self, layout: Layout, finder: WorkerFinder, starter: WorkerStarter, ender: WorkerEnder
    ) -> None:
        self._layout = layout
        self._finder = finder
        self._starter = starter
        self._ender = ender
        self._records = WorkerRecords(layout, finder)
        self._intents = WorkerIntents(Completed(layout), finder, self._records)

    @contextlib.contextmanager
    def of(self, camera_id: str) -> Iterator["Control"]:
        """Be the only one, in any process, who starts or stops this camera within the block.

        Raises AlreadyDoneError when the call that runs was carried out before,
        WaitedTooLongError when it came too late.
        """
        with contextlib.ExitStack() as stack:
            with writing(), step("camera lock"):
                stack.enter_context(locks.exclusive(self._layout.control_lock(camera_id)))
            turns.begin()
            yield self._given(camera_id)

    @contextlib.contextmanager
    def of_if_free(self, camera_id: str) -> Iterator["Control | None"]:
        """The same without waiting; None when another has it."""
        with contextlib.ExitStack() as stack:
            with writing():
                lock = locks.if_free(self._layout.control_lock(camera_id))
                free = stack.enter_context(lock)
            yield self._given(camera_id) if free else None

    def _given(self, camera_id: str) -> "Control":
        self._intents.recover(camera_id)
        return Control(
            camera_id,
            self._layout,
            self._finder,
            self._records,
            self._intents,
            self._starter,
            self._ender,
        )


class Control:
    """The control of one camera, within the block of `Controls.of`."""

    def __init__(
        self,
        camera_id: str,
        layout: Layout,
        finder: WorkerFinder,
        records: WorkerRecords,
        intents: WorkerIntents,
        starter: WorkerStarter,
        ender: WorkerEnder,
    ) -> None:
        self._camera_id = camera_id
        self._log = layout.log_name(camera_id)
        self._lock = layout.worker_lock(camera_id)
        self._finder = finder
        self._records = records
        self._intents = intents
        self._starter = starter
        self._ender = ender

    def start(self, entry: Entry) -> Started:
        """Start the worker, or find that it runs already. Earlier deaths are forgotten."""
        started = self.start_again(entry)
        self._records.forget_deaths(self._camera_id)
        return started

    def start_again(self, entry: Entry) -> Started:
        """The same for a worker that died: its deaths are remembered."""
        if worker := self._finder.find(self._camera_id):
            return Started(worker.pid, self._log, None)
        self._ender.end_left(self._camera_id)
        lock = self._take_lock()
        if lock is None:
            # It lives, but its starter died before it could write the record.
            worker = self._records.adopt(self._camera_id)
            return Started(worker.pid, self._log, None)
        start_id = self._starter.new_start_id()
        try:
            command = self._starter.command(self._camera_id, entry)
            answer = {"log": self._log, "command": command}
            request = self._intents.start(self._camera_id, answer)
            with step("start worker"):
                worker = self._starter.spawn(self._camera_id, entry, command, lock, start_id)
                self._record(worker, request, start_id)
        finally:
            os.close(lock)
        self._intents.started(self._camera_id, {**answer, "pid": worker.pid})
        return Started(worker.pid, self._log, command)

    def adopt(self) -> None:
        """Record the worker, if one lives and has no record."""
        is_known = self._finder.find(self._camera_id) is not None
        if not is_known and self._is_lock_held() and self._finder.holder(self._camera_id):
            self._records.adopt(self._camera_id)

    def record_holder(self) -> None:
        """Record whoever holds the worker's lock, whatever is recorded now."""
        self._records.adopt(self._camera_id)

    def take_over(self) -> Identity | None:
        """Record the worker that an old server started, if there is one that is not recorded.

        Where another is recorded and lives, that one ends: the old server knows
        only of the one that the pid file names.
        """
        worker = self._finder.strange(self._camera_id)
        if worker is None or process.has_open(worker.pid, self._lock):
            return None  # one with the lock is ours: its starter died before it could record it
        if (other := self._finder.liveness.find(self._camera_id)) is not None:
            self._ender.end(self._camera_id, other)
            self._ender.end_left(self._camera_id)
        self._records.write_of_old_server(self._camera_id, worker)
        return worker

    def stop(self) -> bool:
        """Stop the worker; return whether there was one."""
        self.adopt()  # what it started is known by its record
        worker = self._finder.find(self._camera_id)
        # An old server may have started a second one a moment ago.
        strange = self._finder.strange(self._camera_id)
        living = {found for found in (worker, strange) if found is not None}
        with step("stop worker"):
            for found in living:
                self._ender.end(self._camera_id, found)
            self._end_left()
        self._records.forget(self._camera_id)
        return bool(living)

    def stop_at_last(self) -> None:
        """The same where it is all that the call does: it is complete with it."""
        self._intents.stop(self._camera_id)
        self.stop()
        self._intents.stopped(self._camera_id)

    def forget(self) -> None:
        """Give up the wish that a worker runs, and end none that lives."""
        if self._finder.find(self._camera_id) is None:
            self._end_left()
        self._records.forget(self._camera_id)

    def _take_lock(self) -> int | None:
        """Take the worker's lock, from what a dead worker left behind, too; None if one lives."""
        with writing():
            lock = locks.take_inheritable(self._lock)
            if lock is None and self._finder.holder(self._camera_id) is None:
                self._ender.end_holders(self._camera_id)
                lock = locks.take_inheritable(self._lock)
        return lock

    def _end_left(self) -> None:
        self._ender.end_left(self._camera_id)
        if self._is_lock_held() and self._finder.holder(self._camera_id) is None:
            self._ender.end_holders(self._camera_id)

    def _record(self, worker: Identity, request: str | None, start_id: str) -> None:
        try:
            with writing():
                self._records.write(self._camera_id, worker, request, start_id)
        except StorageFailedError:
            # Nobody would know whose it is.
            process.end(worker, 0)
            raise

    def _is_lock_held(self) -> bool:
        return self._finder.is_lock_held(self._camera_id)
