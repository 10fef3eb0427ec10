"""How cameras stand, from what either implementation sees. It blocks, as the operations do."""

from camera_service.application.ports import CameraObservation
from camera_service.domain.condition import Condition, condition_of
from camera_service.domain.results import WorkerReport, WorkerStatus


def look(
    observation: CameraObservation, camera_id: str
) -> tuple[WorkerStatus, WorkerReport, Condition]:
    """Return a camera's status, what its worker reported, and what follows from both."""
    status, report = observation.stats(camera_id)
    restarts = observation.restarts(camera_id, status)
    return status, report, condition_of(status, report, restarts)
