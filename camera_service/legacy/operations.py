"""The operations as the monolith did them, on cameras.yaml alone.

Straight reading and writing of dictionaries, kept free of the domain's ideas
on purpose: it is what the new implementation is compared with.
"""

import logging
from collections.abc import Callable, Sequence

from camera_service.application.written_back import to_set
from camera_service.domain.entry import (
    Entry,
    check_id,
    is_active,
    is_auto_start,
    key_of,
    merged,
)
from camera_service.domain.errors import (
    CameraError,
    CameraExistsError,
    CameraInactiveError,
    CameraNotConfiguredError,
    CameraNotFoundError,
    NoDatabaseError,
)
from camera_service.domain.findings import Consistency
from camera_service.domain.repairs import Asked, Repair, Undone
from camera_service.domain.results import (
    CameraSnapshot,
    LogTail,
    Restarts,
    Started,
    WorkerReport,
    WorkerStatus,
)
from camera_service.shared_state.files.cameras_yaml import CamerasYaml, Draft
from camera_service.shared_state.processes.workers import Workers
from servicekit import idempotency

log = logging.getLogger(__name__)


class LegacyCameras:
    """CameraConfiguration, CameraControl and CameraObservation without a database."""

    def __init__(
        self,
        file: CamerasYaml,
        workers: Workers,
        read_log: Callable[[str, int], LogTail],
    ) -> None:
        self._file = file
        self._workers = workers
        self._read_log = read_log

    def list_entries(self, active_only: bool) -> list[Entry]:
        entries = self._file.read().entries()
        return [entry for entry in entries if not active_only or is_active(entry)]

    def get_entry(self, camera_id: str) -> Entry:
        entry = self._file.read().entry(camera_id)
        if entry is None:
            raise CameraNotFoundError
        return entry

    def create(self, entry: Entry) -> None:
        def append(draft: Draft) -> None:
            if draft.entry(entry["id"]) is not None:
                raise CameraExistsError
            draft.append(entry)

        self._file.change(append)

    def update(self, camera_id: str, changes: Entry) -> None:
        def set_them(draft: Draft) -> None:
            entry = draft.entry(camera_id)
            if entry is None:
                raise CameraNotFoundError
            wanted = to_set(entry, changes)
            merged(entry, wanted, self._workers.inputs.size)  # within its limits
            draft.set(camera_id, wanted)

        self._file.change(set_them)

    def delete(self, camera_id: str) -> None:
        def remove(draft: Draft) -> None:
            if draft.entry(camera_id) is None:
                raise CameraNotFoundError
            draft.remove(camera_id)

        self.get_entry(camera_id)
        with self._workers.control(camera_id) as worker:
            self.get_entry(camera_id)
            worker.stop()
            self._file.change(remove)

    def start(self, camera_id: str) -> Started:
        self._get_startable(camera_id)
        with self._workers.control(camera_id) as worker:
            return worker.start(self._get_startable(camera_id))

    def stop(self, camera_id: str) -> None:
        if self._workers.is_known(camera_id):
            with self._workers.control(camera_id) as worker:
                worker.stop_at_last()

    def restart(self, camera_id: str) -> Started:
        self._get_startable(camera_id)
        with self._workers.control(camera_id) as worker:
            entry = self._get_startable(camera_id)
            worker.stop()
            return worker.start(entry)

    def status(self, camera_id: str) -> WorkerStatus:
        return self._workers.status(camera_id)

    def batch_status(self, camera_ids: Sequence[str] | None) -> dict[str, WorkerStatus]:
        wanted = self._ids() if camera_ids is None else camera_ids
        return {camera_id: self._workers.status(camera_id) for camera_id in wanted}

    def is_activated(self, camera_id: str) -> bool:
        document = self._file.at_hand()
        entry = document.entry(camera_id) if document else None
        return entry is not None and entry.get("active") is True

    def activate(self, camera_id: str) -> None:
        self.update(camera_id, {"active": True})

    def deactivate(self, camera_id: str) -> bool:
        self.get_entry(camera_id)
        with self._workers.control(camera_id) as worker:
            self.get_entry(camera_id)
            stopped = worker.stop()
            idempotency.keep(stopped)
            self._set(camera_id, {"active": False, "auto_start": False})
        return stopped

    def set_auto_start(self, camera_id: str, auto_start: bool) -> None:
        def set_it(draft: Draft) -> None:
            entry = draft.entry(camera_id)
            if entry is None:
                raise CameraNotFoundError
            if not is_active(entry):
                raise CameraInactiveError.for_auto_start()
            draft.set(camera_id, {"auto_start": auto_start})

        self._file.change(set_it)

    def logs(self, camera_id: str, lines: int) -> LogTail:
        return self._read_log(camera_id, lines)

    def stats(self, camera_id: str) -> tuple[WorkerStatus, WorkerReport]:
        status = self._workers.status(camera_id)
        return status, self._workers.report(camera_id, status)

    def restarts(self, camera_id: str, status: WorkerStatus) -> Restarts | None:
        return self._workers.restarts(camera_id, status)

    def refresh(self) -> None:
        self._file.read()
        self._workers.adopt_all()

    def snapshot(self) -> list[CameraSnapshot]:
        document = self._file.read()
        found = []
        for camera_id in self._ids():
            entry = document.entry(camera_id)
            if entry is not None:
                status, report = self.stats(camera_id)
                restarts = self._workers.restarts(camera_id, status)
                found.append(CameraSnapshot(camera_id, entry, status, report, restarts))
        return found

    def check(self) -> None:
        """The file is read in each request; one that is malformed is the caller's to see."""
        self._file.signature()

    def start_automatic(self) -> list[str]:
        self._workers.adopt_all()
        failed = []
        for entry in self._file.read().entries():
            camera_id = key_of(entry)
            if camera_id is None or not is_active(entry) or not is_auto_start(entry):
                continue
            self._workers.wait_for_turn()
            try:
                self.start(check_id(camera_id))  # the file may hold any
            except CameraError as error:
                log.error("camera %r was not started automatically: %s", camera_id, error)
                failed.append(camera_id)
        return failed

    def _set(self, camera_id: str, changes: Entry) -> None:
        def set_them(draft: Draft) -> None:
            if draft.entry(camera_id) is None:
                raise CameraNotFoundError
            draft.set(camera_id, changes)

        self._file.change(set_them)

    def _ids(self) -> list[str]:
        found = [key_of(entry) for entry in self._file.read().entries()]
        return list(dict.fromkeys(camera_id for camera_id in found if camera_id is not None))

    def _get_startable(self, camera_id: str) -> Entry:
        entry = self._file.read().entry(camera_id)
        if entry is None:
            raise CameraNotConfiguredError(camera_id)
        if not is_active(entry):
            raise CameraInactiveError.for_start()
        return entry


class NoConsistency:
    """CameraConsistency where there is nothing to hold against each other."""

    def check(self) -> Consistency:
        raise NoDatabaseError

    def repair(self, asked: Asked) -> Repair:
        raise NoDatabaseError

    def undo(self, backup: str, force: bool) -> Undone:
        raise NoDatabaseError
