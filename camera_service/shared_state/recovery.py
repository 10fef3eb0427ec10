"""Whether a keyed write was carried out, by whomever, also by one who died in the middle of it."""

from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.completed import FILE_SCOPE, Completed
from camera_service.shared_state.processes.workers import Workers


class Recovery:
    """CompletedWrites (see application.ports) of one data directory."""

    def __init__(self, completed: Completed, file: CamerasYaml, workers: Workers) -> None:
        self._completed = completed
        self._file = file
        self._workers = workers

    def require_new(self) -> None:
        self._completed.check()
        # Whoever takes the lock of a scope recovers what was left there.
        scope = self._completed.unrecovered()
        if scope == FILE_SCOPE:
            with self._file.edit():
                pass
        elif scope is not None:
            with self._workers.control(scope):
                pass
