"""Workers that an old server started are recorded, and from then on kept as all others.

An old server writes a pid file and no record. What is recorded here is seen to
live by its pidfd, started again when it dies, and stopped with its camera.
"""

import logging
from collections.abc import Callable

from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.workers import Workers

log = logging.getLogger(__name__)


def take_over(layout: Layout, workers: Workers, is_configured: Callable[[str], bool]) -> None:
    """Record every worker that lives, is proven to be one, and is not the recorded one.

    Of configured cameras only. What runs for another was never ours to end: this may
    be the wrong cameras.yaml.
    """
    for camera_id in layout.named_by_pid_files():
        if workers.strange(camera_id) is None or not is_configured(camera_id):
            continue
        with workers.control_if_free(camera_id) as control:
            if control is not None and (worker := control.take_over()):
                log.info(
                    "camera %r runs as process %d, which an old server started; it is kept alive",
                    *(camera_id, worker.pid),
                )
