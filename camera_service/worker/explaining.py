"""Why a source fails, from what it is and what opening or reading it raised."""

from camera_service.worker.failures import Failure, failure_of
from camera_service.worker.rtsp_answers import answer_in
from camera_service.worker.sources import Source


def explained(error: Exception, source: Source, *, opening: bool, waited: float) -> Failure:
    """Return why a source failed: by its server's own refusal, or else as `failure_of` says.

    opening: it failed before it was open. waited: seconds since the last data.
    """
    if answer := answer_in(error):
        return answer.failure()
    return failure_of(
        error,
        opening=opening,
        live=source.live,
        waited=waited,
        patience=source.open_seconds if opening else source.read_seconds,
        plain_http=source.scheme == "http",
    )
