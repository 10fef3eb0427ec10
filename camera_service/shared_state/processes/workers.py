"""One worker process a camera, ever, whoever starts it.

A worker holds an inherited lock for its life, so a second one cannot be
started while it lives, even by a service that knows nothing of it. Its record
(pid, kernel start time, boot) says who it is; a process is only taken for a
worker, or signalled, when the kernel confirms all three. A worker that an old
server started holds no lock: it is known by its pid file, until it is recorded.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from camera_service.domain.results import Restarts, WorkerReport, WorkerStatus
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes import restart_records
from camera_service.shared_state.processes.control import Control, Controls
from camera_service.shared_state.processes.ending import WorkerEnder
from camera_service.shared_state.processes.finding import WorkerFinder
from camera_service.shared_state.processes.launching import Ended, FreshLauncher, WorkerLauncher
from camera_service.shared_state.processes.liveness import Liveness
from camera_service.shared_state.processes.reports import read_report
from camera_service.shared_state.processes.starting import WorkerStarter
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from servicekit import process
from servicekit.process import Identity

# A fleet that starts together (after a reboot, say) starts in groups of this many.
STARTING_AT_ONCE = 8
STARTING_SECONDS = 10.0


class Workers:
    """The workers of one data directory. Thread-safe, and safe against other processes.

    inputs: what an entry may hand to its worker.
    """

    def __init__(
        self,
        layout: Layout,
        settings: WorkerSettings,
        launcher: Callable[[Ended], WorkerLauncher] = FreshLauncher,
    ) -> None:
        self.inputs = settings.inputs
        self._layout = layout
        self._finder = WorkerFinder(layout)
        self._starter = WorkerStarter(layout, settings, launcher)
        ender = WorkerEnder(layout, self._finder.liveness, settings.stop_seconds)
        self._controls = Controls(layout, self._finder, self._starter, ender)

    @property
    def liveness(self) -> Liveness:
        """Which of them live, by their records."""
        return self._finder.liveness

    def status(self, camera_id: str) -> WorkerStatus:
        """Return whether the camera's worker lives. Cheap: a `stat` or two and a poll."""
        worker = self._finder.find(camera_id)
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

    def control(self, camera_id: str) -> AbstractContextManager[Control]:
        """Be the only one who starts or stops this camera within the block; see Controls.of."""
        return self._controls.of(camera_id)

    def control_if_free(self, camera_id: str) -> AbstractContextManager[Control | None]:
        """The same without waiting; None when another has it."""
        return self._controls.of_if_free(camera_id)

    def is_known(self, camera_id: str) -> bool:
        """Is there any trace of a worker? Where there is none, nothing needs stopping."""
        return self._finder.is_known(camera_id)

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
        self._starter.prepare()

    def close(self) -> None:
        """Start no more workers, and let go of those that live, which go on."""
        self._starter.close()
        self.liveness.close()

    def adopt_all(self) -> None:
        """Record every living worker whose starter died before it could."""
        for camera_id in self._layout.locked_workers():
            if self._finder.find(camera_id) is None and self._finder.is_lock_held(camera_id):
                with self.control(camera_id) as control:
                    control.adopt()

    def strange(self, camera_id: str) -> Identity | None:
        """Return the worker that an old server started and that is not the recorded one."""
        return self._finder.strange(camera_id)

    def unrecorded(self, camera_id: str) -> Identity | None:
        """Return the worker that has the camera's lock open, whatever the record says."""
        return self._finder.holder(camera_id)

    def _is_starting(self, camera_id: str, worker: Identity) -> bool:
        report = read_report(self._layout.report(camera_id), worker.pid)
        return report is None or report.state == "starting"

    def _has_just_begun(self, camera_id: str) -> bool:
        """Is it a worker of ours that may yet report, so that it saw nothing so far?"""
        worker = self.liveness.find(camera_id)
        if worker is None or self.liveness.is_of_old_server(camera_id):
            return False
        return process.seconds_since_boot() - worker.started_after_boot() < STARTING_SECONDS
