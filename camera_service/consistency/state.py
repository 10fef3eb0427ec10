"""The consistency of one data directory: checked, repaired, and the repair undone."""

from collections.abc import Callable

from camera_service.consistency.checker import Checker
from camera_service.consistency.remedies import Remedies
from camera_service.consistency.repairer import Repairer
from camera_service.consistency.rows import Mirror
from camera_service.consistency.undoing import Undoing
from camera_service.domain.findings import Consistency
from camera_service.domain.repairs import Asked, Repair, Undone
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.workers import Workers


class StateConsistency:
    """CameraConsistency of one data directory; Checker says what the arguments mean."""

    def __init__(
        self,
        layout: Layout,
        file: CamerasYaml,
        workers: Workers,
        mirror: Mirror | None,
        is_served: Callable[[], bool],
    ) -> None:
        self._checker = Checker(layout, file, workers, mirror, is_served)
        remedies = Remedies(layout, file, workers, mirror)
        self._repairer = Repairer(layout, file, workers, self._checker, remedies)
        self._undoing = Undoing(layout, file, workers, mirror)

    def check(self) -> Consistency:
        return self._checker.check()

    def repair(self, asked: Asked) -> Repair:
        return self._repairer.repair(asked)

    def undo(self, backup: str, force: bool) -> Undone:
        return self._undoing.undo(backup, force)
