"""The fleet at one look, as metrics for Prometheus."""

from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from camera_service.domain.model import State
from camera_service.domain.results import CameraSnapshot
from camera_service.entrypoints.watch import see

# One that is removed is not there to be counted.
_STATES = tuple(state for state in State if state is not State.REMOVED)


def metrics(fleet: Sequence[CameraSnapshot]) -> Iterator[Metric]:
    """Count cameras by state, and the deaths that their workers are recovering from."""
    states = Counter(see(camera).state for camera in fleet)
    by_state = GaugeMetricFamily(
        "camplane_cameras", "Configured cameras, by the state of their worker.", labels=["state"]
    )
    for state in _STATES:
        by_state.add_metric([state.value], states[state])
    yield by_state
    yield GaugeMetricFamily(
        "camplane_camera_worker_deaths",
        "Deaths in a row of workers that are to be started again, summed.",
        sum(camera.restarts.failures for camera in fleet if camera.restarts),
    )
