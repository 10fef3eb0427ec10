"""Keeps alive what should run: workers that die or hang are started again.

Many services may share a data directory; the one that holds the supervisor's
lock acts. What should run is what has a record: StartCamera makes it, StopCamera
removes it. All that must not be forgotten is in files, so the next supervisor
goes on where this one was killed.
"""

import contextlib
import logging
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from camera_service.domain.errors import CameraError
from camera_service.domain.heartbeats import Heartbeats
from camera_service.domain.model import Camera
from camera_service.domain.restarts import Death, after_death, is_due
from camera_service.domain.results import Restarts
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes import old_server, restart_records
from camera_service.shared_state.processes.control import Control
from camera_service.shared_state.processes.workers import STARTING_AT_ONCE, Workers
from camera_service.supervision.deaths import explain, unexplained
from camera_service.supervision.taking_over import take_over
from servicekit import process
from servicekit.process import Identity
from servicekit.upkeep import Trouble

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
STANDBY_SECONDS = 1.0
HEARTBEAT_LOOK_SECONDS = 1.0
# How long a starter may take to say how its child ended.
EXPLAIN_SECONDS = 0.3
# A camera may vanish from cameras.yaml for a moment, while an editor writes.
ABSENT_SECONDS = 10.0
# An old server that has just written a pid file may not have started the process yet.
WRITING_SECONDS = 2.0

_Heartbeats = Heartbeats[tuple[str, Identity]]


class Cameras(Protocol):
    """What is configured."""

    def find(self, camera_id: str) -> Camera | None: ...


@dataclass
class _Dead:
    """A worker that died: since when we know, and what follows from it, once that is clear."""

    worker: Identity
    noticed: float
    restarts: Restarts | None


class Supervisor:
    """Supervises the workers of one data directory in the thread that calls `run`.

    heartbeat_seconds: a worker that has reported and is silent for so long is
    killed and started again; 0 for never.
    """

    def __init__(
        self, layout: Layout, workers: Workers, cameras: Cameras, heartbeat_seconds: float
    ) -> None:
        self._layout = layout
        self._workers = workers
        self._cameras = cameras
        self._heartbeats: _Heartbeats | None = None
        if heartbeat_seconds:
            self._heartbeats = Heartbeats(heartbeat_seconds)
        self._heartbeats_at = 0.0
        self._alive: dict[str, Identity] = {}
        self._dead: dict[str, _Dead] = {}
        self._hung: set[Identity] = set()
        self._absent_since: dict[str, float] = {}
        self._stopping = threading.Event()
        self._trouble = Trouble(log.warning)

    def stop(self) -> None:
        """Make `run` return soon."""
        self._stopping.set()
        self._workers.liveness.stop_waiting()

    def run(self) -> None:
        """Supervise, as long as nobody else does, until `stop`."""
        while not self._stopping.is_set():
            try:
                with locks.if_free(self._layout.supervisor_lock) as elected:
                    if elected:
                        self._supervise()
            except OSError as error:
                self._trouble.is_there(f"the supervisor's lock cannot be taken: {error}")
            self._stopping.wait(STANDBY_SECONDS)

    def _supervise(self) -> None:
        log.info("supervising the workers of %s", self._layout.root)
        while not self._stopping.is_set():
            try:
                self._look()
                self._trouble.is_over()
            except Exception as error:  # whatever it is, the next look may go well
                self._trouble.is_there(f"cannot supervise, trying again: {error!r}")
            self._workers.liveness.wait_for_death(
                EXPLAIN_SECONDS / 3 if self._is_unclear() else LOOK_SECONDS
            )

    def _look(self) -> None:
        now = time.monotonic()
        recorded = self._layout.known_workers()
        alive: dict[str, Identity] = {}
        for camera_id in recorded:
            if worker := self._workers.liveness.find(camera_id):
                alive[camera_id] = worker
                self._dead.pop(camera_id, None)
            elif (dead := self._workers.liveness.recorded(camera_id)) is not None:
                self._notice(camera_id, dead, now)
        self._dead = {camera_id: d for camera_id, d in self._dead.items() if camera_id in recorded}
        self._alive = alive
        self._bring_back(now)
        self._stop_absent(now)
        take_over(self._layout, self._workers, lambda id_: self._cameras.find(id_) is not None)
        if self._heartbeats and now - self._heartbeats_at >= HEARTBEAT_LOOK_SECONDS:
            self._heartbeats_at = now
            self._end_hung(self._heartbeats, now)

    def _is_unclear(self) -> bool:
        return any(dead.restarts is None for dead in self._dead.values())

    # Deaths

    def _notice(self, camera_id: str, worker: Identity, now: float) -> None:
        # What was started by hand ends with a reboot; auto_start starts the others. And
        # an old server removes the pid file of what it stops: it knows no record.
        if worker.boot != process.BOOT_ID or not self._layout.pid_file(camera_id).exists():
            with self._control_of_dead(camera_id, worker) as control:
                if control is not None:
                    control.forget()
            return
        dead = self._dead.get(camera_id)
        if dead is None or dead.worker != worker:
            counted = restart_records.read(self._layout.restarts(camera_id), worker)
            dead = self._dead[camera_id] = _Dead(worker, now, counted)
        if dead.restarts is None and (death := self._explain(camera_id, dead, now)):
            self._count(camera_id, dead, death)

    def _explain(self, camera_id: str, dead: _Dead, now: float) -> Death | None:
        lived = 0.0
        if self._alive.get(camera_id) == dead.worker:
            lived = process.seconds_since_boot() - dead.worker.started_after_boot()
        if dead.worker in self._hung:
            return Death("worker_hung", "gave no sign of life and was killed", lived)
        if death := explain(self._layout, camera_id, dead.worker, lived):
            return death
        if now - dead.noticed < EXPLAIN_SECONDS:
            self._alive.setdefault(camera_id, dead.worker)
            return None
        by_old_server = self._workers.liveness.is_of_old_server(camera_id)
        return unexplained(self._layout, camera_id, dead.worker, lived, by_old_server)

    def _count(self, camera_id: str, dead: _Dead, death: Death) -> None:
        with self._control_of_dead(camera_id, dead.worker) as control:
            if control is None:
                return
            path = self._layout.restarts(camera_id)
            chance = random.random()  # noqa: S311 - spreads load, guards nothing
            dead.restarts = after_death(restart_records.history(path), death, time.time(), chance)
            self._hung.discard(dead.worker)
            self._keep(camera_id, dead)
            log.warning(
                "worker %d of camera %r died: %s, %s; failure %d in a row, next start in %.1f s",
                *(dead.worker.pid, camera_id, death.cause, death.detail),
                *(dead.restarts.failures, dead.restarts.next_retry_at - time.time()),
            )

    def _keep(self, camera_id: str, dead: _Dead) -> None:
        assert dead.restarts is not None
        with contextlib.suppress(OSError):  # we go on by what we remember
            restart_records.write(self._layout.restarts(camera_id), dead.restarts, dead.worker)

    # Starts

    def _bring_back(self, now: float) -> None:
        due = [
            (camera_id, dead)
            for camera_id, dead in self._dead.items()
            if dead.restarts and is_due(dead.restarts, time.time())
        ]
        if not due:
            return
        places = max(STARTING_AT_ONCE - self._workers.starting(), 0)
        for camera_id, dead in due[:places]:
            with self._control_of_dead(camera_id, dead.worker) as control:
                if control is not None:
                    self._start_again(camera_id, dead, control)

    def _start_again(self, camera_id: str, dead: _Dead, control: Control) -> None:
        camera = self._cameras.find(camera_id)
        if camera is None or not camera.active or not self._layout.pid_file(camera_id).exists():
            control.forget()
            return
        if self._is_old_server_at_work(camera_id, dead.worker):
            return  # it starts one, which is recorded then; or it does not: the next look tells
        try:
            started = control.start_again(dict(camera.entry))
            log.info("camera %r was started again as process %d", camera_id, started.pid)
        except CameraError as error:
            assert dead.restarts is not None
            death = Death("worker_not_started", str(error), 0.0)
            dead.restarts = after_death(dead.restarts, death, time.time(), random.random())  # noqa: S311
            self._keep(camera_id, dead)
            log.error("camera %r could not be started again: %s", camera_id, error)

    def _is_old_server_at_work(self, camera_id: str, dead: Identity) -> bool:
        """Has an old server started the camera in the meantime, or is it about to?"""
        if old_server.pid_in_file(self._layout, camera_id) == dead.pid:
            return False
        is_new = old_server.is_new(self._layout, camera_id, WRITING_SECONDS)
        return is_new or self._workers.strange(camera_id) is not None

    @contextlib.contextmanager
    def _control_of_dead(self, camera_id: str, worker: Identity) -> Iterator[Control | None]:
        """Give control of the camera if `worker` is still its last one, and dead."""
        with self._workers.control_if_free(camera_id) as control:
            liveness = self._workers.liveness
            gone = liveness.recorded(camera_id) != worker or liveness.find(camera_id) is not None
            yield None if gone else control

    # Workers that should not be as they are

    def _stop_absent(self, now: float) -> None:
        """Stop workers of cameras that were taken out of cameras.yaml by hand: nobody has them."""
        absent = [camera_id for camera_id in self._alive if self._cameras.find(camera_id) is None]
        self._absent_since = {
            camera_id: self._absent_since.get(camera_id, now) for camera_id in absent
        }
        for camera_id, since in self._absent_since.items():
            if now - since < ABSENT_SECONDS:
                continue
            with self._workers.control_if_free(camera_id) as control:
                if control is not None and self._cameras.find(camera_id) is None:
                    control.stop()
                    log.warning("camera %r is configured no more; its worker ended", camera_id)

    def _end_hung(self, heartbeats: _Heartbeats, now: float) -> None:
        try:
            os.utime(self._layout.supervisor_lock)
        except OSError:
            return  # where we cannot give a sign, no worker can
        signs = {}
        for camera_id, worker in self._alive.items():
            with contextlib.suppress(OSError):
                signs[camera_id, worker] = (
                    self._layout.report(camera_id).stat().st_mtime_ns,
                    self._layout.worker_lock(camera_id).stat().st_mtime_ns,
                )
        for camera_id, worker in heartbeats.hung(signs, now):
            with self._workers.control_if_free(camera_id) as control:
                if control is None or self._workers.liveness.find(camera_id) != worker:
                    continue
                log.error("worker %d of camera %r hangs and is killed", worker.pid, camera_id)
                self._hung.add(worker)
                process.end(worker, 0)
