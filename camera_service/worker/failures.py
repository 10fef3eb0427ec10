"""Names why a source fails, from what FFmpeg raised and how long it took.

str() of a PyAV exception holds the whole URL with its password, so only its
`strerror` is ever used.
"""

import errno
from dataclasses import dataclass
from enum import StrEnum

import av.error


class Cause(StrEnum):
    """Why a source fails; the same names as camplane.camera.v1.StreamFailure."""

    AUTH = "auth"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    DECODE = "decode"
    ENDED = "ended"
    OTHER = "other"


class StreamEndedError(Exception):
    """A live source came to an end."""


class NoPictureError(Exception):
    """Data came, but no picture could be decoded from it."""


class TransportRefusedError(Exception):
    """The server sends RTSP in the other way alone, which is not allowed here."""

    def __init__(self, transport: str, is_for_operator: bool) -> None:
        other = "udp" if transport == "tcp" else "tcp"
        advice = (
            "rtspu in cameras.schemes of camplane.yaml allows it: its server says where they go"
            if is_for_operator
            else f"set rtsp_transport of the entry to {other}"
        )
        how = "datagrams" if other == "udp" else "the connection itself"
        super().__init__(f"it sends by {how} alone (RTSP 461); {advice}")


@dataclass(frozen=True)
class Failure:
    """Why a source fails, and a sentence for the person who has to mend it."""

    cause: Cause
    message: str


_ADVICE = {
    Cause.AUTH: "The source refused the credentials; check user and password",
    Cause.NOT_FOUND: "The source does not exist; check the path",
    Cause.REFUSED: "Nothing answers at the source's address; check host, port and network",
    Cause.TIMEOUT: "The source sent no data in time; check that the camera is up",
    Cause.DECODE: "The source sent data that is not video; check that the path is a video stream",
    Cause.ENDED: "The live source ended",
    Cause.OTHER: "The source cannot be read",
}

_CLASSES: tuple[tuple[tuple[type[BaseException], ...], Cause], ...] = (
    ((av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError), Cause.AUTH),
    ((av.error.HTTPNotFoundError, FileNotFoundError), Cause.NOT_FOUND),
    ((ConnectionRefusedError,), Cause.REFUSED),
    # ExitError: PyAV interrupted a read that took longer than its bound.
    ((av.error.ExitError, TimeoutError), Cause.TIMEOUT),
    ((StreamEndedError, EOFError, ConnectionError), Cause.ENDED),
    ((NoPictureError, av.error.InvalidDataError, av.error.DecoderNotFoundError), Cause.DECODE),
)

_NUMBERS = {
    errno.EHOSTUNREACH: Cause.REFUSED,
    errno.EHOSTDOWN: Cause.REFUSED,
    errno.ENETUNREACH: Cause.REFUSED,
    errno.ENETDOWN: Cause.REFUSED,
    errno.ENODEV: Cause.NOT_FOUND,
    errno.ENXIO: Cause.NOT_FOUND,
}

# What FFmpeg raises for an RTSP server that accepts and stays silent, and for
# a TLS handshake that does not come: only the time tells them from the real thing.
_MAYBE_TIMEOUT = (av.error.InvalidDataError, OSError)


def failure_of(
    error: Exception,
    *,
    opening: bool,
    live: bool,
    waited: float,
    patience: float,
    plain_http: bool = False,
) -> Failure:
    """Return why a source failed with `error`.

    opening: it failed before it was open.
    live: it is no file.
    waited, patience: seconds since the last data, and the bound for them.
    plain_http: it is read by HTTP without TLS, where somebody answered who closed.
    """
    cause = _named(error)
    if live and isinstance(error, _MAYBE_TIMEOUT) and cause in (Cause.DECODE, Cause.OTHER):
        if waited >= 0.9 * patience:
            cause = Cause.TIMEOUT
        elif getattr(error, "errno", None) == errno.EIO:
            if opening:
                cause = Cause.DECODE if plain_http else Cause.REFUSED  # the latter: of TLS
            elif plain_http:
                # MJPEG that is over, behind its last boundary or in the middle.
                cause = Cause.ENDED
    return Failure(cause, _message(cause, error))


def _named(error: Exception) -> Cause:
    for classes, cause in _CLASSES:
        if isinstance(error, classes):
            return cause
    return _NUMBERS.get(getattr(error, "errno", None) or 0, Cause.OTHER)


def _message(cause: Cause, error: Exception) -> str:
    detail = getattr(error, "strerror", None)
    if not detail and not isinstance(error, av.error.FFmpegError):
        detail = str(error)
    return f"{_ADVICE[cause]} ({detail})" if detail else _ADVICE[cause]
