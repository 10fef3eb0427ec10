"""Says how FFmpeg has to open a camera's source."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote


class Kind(StrEnum):
    """Where video comes from."""

    RTSP = "rtsp"
    HTTP = "http"
    # Any other scheme FFmpeg knows: rtmp, srt, udp.
    STREAM = "stream"
    FILE = "file"
    DEVICE = "device"


class SourceError(ValueError):
    """The entry asks for something that does not exist; the message says what does."""


@dataclass(frozen=True)
class Source:
    """A source as FFmpeg takes it.

    location: URL or path. It may hold a password: never print it.
    format: the demuxer; None lets FFmpeg find out.
    open_seconds, read_seconds: how long to wait for data before giving up.
    """

    kind: Kind
    location: str = field(repr=False)
    format: str | None
    options: Mapping[str, str]
    open_seconds: float = 5.0
    read_seconds: float = 5.0

    @property
    def live(self) -> bool:
        """Does it go on for ever? A file ends, and is then played again."""
        return self.kind is not Kind.FILE


# FFmpeg's own 5 s make opening an RTSP stream take 2.8 s instead of 0.3 s.
_PROBE = {"analyzeduration": "200000"}  # microseconds
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_FILE_URL = re.compile(r"file://(?:localhost)?(?=/)", re.IGNORECASE)


def parse_source(source: str, entry: Mapping[str, object]) -> Source:
    """Return how to open `source`; a relative path is relative to the working directory.

    Only digits name a device, /dev/videoN; what has no scheme is a file.
    The entry's `rtsp_transport`, tcp unless given, is read for RTSP alone.
    Raises: SourceError.
    """
    if source.isascii() and source.isdigit():
        return Source(Kind.DEVICE, f"/dev/video{int(source)}", "v4l2", {})
    if url := _FILE_URL.match(source):
        return _file(unquote(source[url.end() :]))
    scheme = _SCHEME.match(source)
    if not scheme:
        return _file(source)
    match scheme[1].lower():
        case "rtsp" | "rtsps":
            return Source(Kind.RTSP, source, None, _PROBE | _rtsp_options(entry))
        case "http" | "https":
            # An HLS playlist brings a segment every 6 to 10 s and nothing between.
            return Source(Kind.HTTP, source, None, _PROBE, read_seconds=20.0)
        case _:
            return Source(Kind.STREAM, source, None, _PROBE)


def _file(path: str) -> Source:
    # The prefix keeps FFmpeg from reading a colon in a name as a protocol.
    return Source(Kind.FILE, f"file:{path}", None, _PROBE)


def _rtsp_options(entry: Mapping[str, object]) -> dict[str, str]:
    transport = entry.get("rtsp_transport", "tcp")
    if transport not in ("tcp", "udp"):
        raise SourceError("rtsp_transport must be tcp or udp")
    # Sound is never asked for, so the camera does not send it.
    return {"rtsp_transport": str(transport), "allowed_media_types": "video"}
