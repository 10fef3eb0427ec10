"""Keyed starts and stops of workers: what was about to be done, and whether it was."""

import contextlib
import logging
from functools import partial
from typing import Any

from camera_service.domain.errors import WorkerNotStartedError
from camera_service.shared_state.files.completed import Completed, Intent
from camera_service.shared_state.files.writing import writing
from camera_service.shared_state.processes.finding import WorkerFinder
from camera_service.shared_state.processes.records import WorkerRecords

log = logging.getLogger(__name__)

# What an intent says will be seen of the worker.
_STARTED, _STOPPED = "started", "stopped"


class WorkerIntents:
    """The intents of one data directory's workers; for who has the control of the camera."""

    def __init__(self, completed: Completed, finder: WorkerFinder, records: WorkerRecords) -> None:
        self._completed = completed
        self._finder = finder
        self._records = records

    def recover(self, camera_id: str) -> None:
        """Recover what a service that died left; raises AlreadyDoneError, see Completed.recover."""
        with writing():
            self._completed.recover(camera_id, partial(self._happened, camera_id))

    def start(self, camera_id: str, answer: dict[str, Any]) -> str | None:
        """Note a start, before it; return what its worker's record is to name as its request."""
        with writing():
            return self._completed.intend(camera_id, _STARTED, answer)

    def started(self, camera_id: str, answer: dict[str, Any]) -> None:
        self._completed.confirm(camera_id, answer)

    def stop(self, camera_id: str) -> None:
        """Note a stop, before it."""
        try:
            self._completed.intend(camera_id, _STOPPED, None)
        except OSError as error:
            # On a full disk a camera can be stopped all the same, and a stop may be repeated.
            log.warning("the stop of camera %r cannot be noted: %s", camera_id, error)

    def stopped(self, camera_id: str) -> None:
        self._completed.confirm(camera_id)

    def _happened(self, camera_id: str, intent: Intent) -> list[Any] | None:
        """Was what a service that died was about to do carried out? See Completed.recover."""
        if intent.sign == _STOPPED:
            is_gone = self._finder.find(camera_id) is None and not self._records.exists(camera_id)
            return [intent.answer] if is_gone else None
        if self._finder.liveness.find(camera_id) is None and self._finder.is_lock_held(camera_id):
            with contextlib.suppress(WorkerNotStartedError):
                self._records.adopt(camera_id, intent.name)
        pid = self._records.started_by(camera_id, intent.name)
        return None if pid is None else [{**intent.answer, "pid": pid}]
