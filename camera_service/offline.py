"""What is wired on a data directory on which no service need run."""

from pathlib import Path
from typing import TYPE_CHECKING

from camera_service.settings import CameraSettings
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.completed import Completed
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.workers import Workers

if TYPE_CHECKING:
    from camera_service.consistency.state import StateConsistency


def offline_workers(settings: CameraSettings) -> tuple[Layout, Workers]:
    """Wire the workers of a data directory, and where they lie."""
    layout = Layout.under(settings.data, settings.cameras_file)
    return layout, Workers(layout, settings.workers)


def offline_consistency(settings: CameraSettings) -> "StateConsistency":
    """Wire the check and repair of a data directory.

    A SQLite database that is not there yet is not made: a start makes it from the file.
    """
    # Here: who only asks for workers starts in half the time without SQLAlchemy.
    from camera_service.adapters.database.cameras import MirroredCameras
    from camera_service.consistency.state import StateConsistency
    from servicekit.database.connections import Database

    layout, workers = offline_workers(settings)
    file = CamerasYaml(layout.cameras_file, Completed(layout), backups=layout.backups)
    url = settings.database_url
    mirror = None
    if url and (url.get_backend_name() != "sqlite" or Path(url.database or "").exists()):
        mirror = MirroredCameras(Database("camera", url, 1), file)

    def is_served() -> bool:
        lock = layout.supervisor_lock
        if not lock.exists():
            return False
        with locks.if_free(lock) as free:
            return not free

    return StateConsistency(layout, file, workers, mirror, is_served)
