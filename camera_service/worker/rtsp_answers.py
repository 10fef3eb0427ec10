"""What an RTSP server's refusal means to whoever has to mend it. Pure.

PyAV has one exception for most of them; FFmpeg writes down which it was, and of which request.
"""

import re
from dataclasses import dataclass

from camera_service.worker.failures import Cause, Failure

UNSUPPORTED_TRANSPORT = 461

# As FFmpeg's rtsp.c says it; the reason in brackets is the server's own text.
_SAID = re.compile(r"method ([A-Z_]{1,20}) failed: ([0-9]{3})\b")

_MEANINGS = {
    401: (Cause.AUTH, "The camera refused the credentials; check user and password"),
    403: (
        Cause.AUTH,
        "The camera does not let this user see the stream; check the user's rights",
    ),
    404: (Cause.NOT_FOUND, "The camera knows no such stream; check the path"),
    410: (Cause.NOT_FOUND, "The camera has this stream no more; check the path"),
    451: (
        Cause.NOT_FOUND,
        "The camera does not understand a parameter of the address; check channel and query",
    ),
    453: (
        Cause.OTHER,
        "The camera has no bandwidth for one more viewer; close another one, or read its "
        "second stream",
    ),
    454: (
        Cause.OTHER,
        "The camera forgot the session while it was opened; restart the camera if that stays",
    ),
    UNSUPPORTED_TRANSPORT: (
        Cause.OTHER,
        "The camera does not send in this way; rtsp_transport of the entry chooses tcp or udp",
    ),
    500: (Cause.OTHER, "The camera has an error of its own; restart it if that stays"),
    503: (
        Cause.OTHER,
        "The camera is overloaded or still starting; wait, and close other viewers if that stays",
    ),
}


@dataclass(frozen=True)
class Answer:
    """A server's refusal: its status, and of which request."""

    status: int
    method: str

    def failure(self) -> Failure:
        """Return why the source failed, with the status as it came."""
        cause, meaning = _MEANINGS.get(
            self.status, (Cause.OTHER, "The camera refused to send the stream; its manual says why")
        )
        return Failure(cause, f"{meaning} (RTSP {self.status} to {self.method})")


def answer_in(error: Exception) -> Answer | None:
    """Return the refusal by which opening an RTSP source failed; None where it was none."""
    log = getattr(error, "log", None)
    said = _SAID.search(str(log[2])) if log else None
    return Answer(int(said[2]), said[1]) if said else None
