"""The domain implementation: each operation of the context as one use case."""

import logging
from collections.abc import Callable, Sequence

from camera_service.application.ports import CameraChanges, Cameras, WorkerProcesses
from camera_service.application.written_back import to_set
from camera_service.domain.entry import Entry, check_id
from camera_service.domain.entry_size import EntrySize
from camera_service.domain.errors import (
    CameraError,
    CameraExistsError,
    CameraNotConfiguredError,
    CameraNotFoundError,
)
from camera_service.domain.model import Camera, Desired
from camera_service.domain.results import (
    CameraSnapshot,
    LogTail,
    Restarts,
    Started,
    WorkerReport,
    WorkerStatus,
)
from servicekit import idempotency

log = logging.getLogger(__name__)


class DomainCameras:
    """CameraConfiguration, CameraControl and CameraObservation on the domain model.

    Lock order, everywhere: the camera's control first, the cameras' change within.
    """

    def __init__(
        self,
        cameras: Cameras,
        workers: WorkerProcesses,
        read_log: Callable[[str, int], LogTail],
        size: EntrySize,
    ) -> None:
        self._cameras = cameras
        self._workers = workers
        self._read_log = read_log
        self._size = size

    def list_entries(self, active_only: bool) -> list[Entry]:
        entries = self._cameras.entries()
        return [e for e in entries if Camera("", e).active] if active_only else entries

    def get_entry(self, camera_id: str) -> Entry:
        return dict(self._get(camera_id).entry)

    def create(self, entry: Entry) -> None:
        camera = Camera(entry["id"], entry)

        def add(cameras: CameraChanges) -> None:
            if cameras.find(camera.camera_id):
                raise CameraExistsError
            cameras.add(camera)

        self._cameras.change(add)

    def update(self, camera_id: str, changes: Entry) -> None:
        def updated(camera: Camera) -> Camera:
            return camera.updated(to_set(dict(camera.entry), changes), self._size)

        self._change(camera_id, updated)

    def delete(self, camera_id: str) -> None:
        def remove(cameras: CameraChanges) -> None:
            if not cameras.find(camera_id):
                raise CameraNotFoundError
            cameras.remove(camera_id)

        self._get(camera_id)
        with self._workers.control(camera_id) as worker:
            self._get(camera_id)
            self._cameras.check()  # without a database nothing may happen, to the worker either
            worker.stop()
            self._cameras.change(remove)

    def start(self, camera_id: str) -> Started:
        self._get_startable(camera_id)
        with self._workers.control(camera_id) as worker:
            # Looked at again: it may have been deactivated while we waited.
            return worker.start(dict(self._get_startable(camera_id).entry))

    def stop(self, camera_id: str) -> None:
        if self._workers.is_known(camera_id):
            with self._workers.control(camera_id) as worker:
                worker.stop_at_last()

    def restart(self, camera_id: str) -> Started:
        self._get_startable(camera_id)
        with self._workers.control(camera_id) as worker:
            camera = self._get_startable(camera_id)
            worker.stop()
            return worker.start(dict(camera.entry))

    def status(self, camera_id: str) -> WorkerStatus:
        return self._workers.status(camera_id)

    def batch_status(self, camera_ids: Sequence[str] | None) -> dict[str, WorkerStatus]:
        wanted = self._cameras.ids() if camera_ids is None else camera_ids
        return {camera_id: self._workers.status(camera_id) for camera_id in wanted}

    def is_activated(self, camera_id: str) -> bool:
        camera = self._cameras.at_hand(camera_id)
        return camera is not None and camera.is_activated

    def activate(self, camera_id: str) -> None:
        self._change(camera_id, Camera.activated)

    def deactivate(self, camera_id: str) -> bool:
        self._get(camera_id)
        with self._workers.control(camera_id) as worker:
            self._get(camera_id)
            self._cameras.check()
            stopped = worker.stop()
            idempotency.keep(stopped)
            self._change(camera_id, Camera.deactivated)
        return stopped

    def set_auto_start(self, camera_id: str, auto_start: bool) -> None:
        self._change(camera_id, lambda camera: camera.with_auto_start(auto_start))

    def logs(self, camera_id: str, lines: int) -> LogTail:
        return self._read_log(camera_id, lines)

    def stats(self, camera_id: str) -> tuple[WorkerStatus, WorkerReport]:
        status = self._workers.status(camera_id)
        return status, self._workers.report(camera_id, status)

    def restarts(self, camera_id: str, status: WorkerStatus) -> Restarts | None:
        return self._workers.restarts(camera_id, status)

    def refresh(self) -> None:
        self._cameras.refresh()
        self._workers.adopt_all()

    def snapshot(self) -> list[CameraSnapshot]:
        found = []
        for camera_id in self._cameras.ids():
            if camera := self._cameras.find(camera_id):
                status, report = self.stats(camera_id)
                restarts = self._workers.restarts(camera_id, status)
                found.append(
                    CameraSnapshot(camera_id, dict(camera.entry), status, report, restarts)
                )
        return found

    def check(self) -> None:
        self._cameras.check()

    def start_automatic(self) -> list[str]:
        """Start what is desired to run; return the ids of cameras that could not be."""
        self._workers.adopt_all()
        failed = []
        for camera_id in self._cameras.ids():
            camera = self._cameras.find(camera_id)
            if camera is None or camera.desired_at_start() is not Desired.RUNNING:
                continue
            self._workers.wait_for_turn()
            try:
                self.start(check_id(camera_id))  # the file may hold any
            except CameraError as error:
                log.error("camera %r was not started automatically: %s", camera_id, error)
                failed.append(camera_id)
        return failed

    def _get(self, camera_id: str) -> Camera:
        if camera := self._cameras.find(camera_id):
            return camera
        raise CameraNotFoundError

    def _get_startable(self, camera_id: str) -> Camera:
        camera = self._cameras.find(camera_id)
        if camera is None:
            raise CameraNotConfiguredError(camera_id)
        camera.require_startable()
        return camera

    def _change(self, camera_id: str, change: Callable[[Camera], Camera]) -> None:
        def apply(cameras: CameraChanges) -> None:
            camera = cameras.find(camera_id)
            if camera is None:
                raise CameraNotFoundError
            cameras.save(change(camera))

        self._cameras.change(apply)
