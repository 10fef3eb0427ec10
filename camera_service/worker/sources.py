"""Says how FFmpeg has to open a camera's source."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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

    scheme: what it begins with; "file" and "v4l2" where it is a path or a device.
    location: URL or path. It may hold a password: never print it.
    format: the demuxer; None lets FFmpeg find out.
    options: what FFmpeg is told, the protocols that a playlist may lead to among it.
    may_turn: whether RTSP may come in another way than the first, where the server wants it.
    open_seconds, read_seconds: how long to wait for data before giving up. is_bound_given: the
    entry says it.
    """

    kind: Kind
    scheme: str
    location: str = field(repr=False)
    format: str | None
    options: Mapping[str, str]
    open_seconds: float = 5.0
    read_seconds: float = 5.0
    is_bound_given: bool = False
    may_turn: bool = False

    @property
    def transport(self) -> str | None:
        """How RTSP is to send: tcp or udp."""
        return self.options.get(_TRANSPORT)

    def turned(self) -> "Source":
        """Return the source with RTSP in the other way."""
        other = "udp" if self.transport == "tcp" else "tcp"
        return replace(self, options={**self.options, _TRANSPORT: other})

    def with_bound(self, seconds: float) -> "Source":
        """Return the source with another bound for its data.

        Opening it waits for some, so a longer one holds for that, too.
        """
        opening = seconds if seconds > self.read_seconds else self.open_seconds
        return replace(self, read_seconds=seconds, open_seconds=max(self.open_seconds, opening))

    @property
    def live(self) -> bool:
        """Does it go on for ever? A file ends, and is then played again."""
        return self.kind is not Kind.FILE

    @property
    def path(self) -> str:
        """The path of a file."""
        return self.location.removeprefix(_AS_FILE)


READ_TIMEOUT = "read_timeout"
_TRANSPORT = "rtsp_transport"
_LONGEST_READ_TIMEOUT = 600.0
# FFmpeg's own 5 s make opening an RTSP stream take 2.8 s instead of 0.3 s.
_PROBE = {"analyzeduration": "200000"}  # microseconds
# Pictures that move to another PID of a transport stream go on being those of the stream.
_SAME_STREAM = {"merge_pmt_versions": "1"}
# The prefix keeps FFmpeg from reading a colon in a name as a protocol.
_AS_FILE = "file:"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)|subfile(?=,)", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_FILE_URL = re.compile(r"file://(?:localhost)?(?=/)", re.IGNORECASE)
_FILE_PREFIX = re.compile(r"file:(?!//)", re.IGNORECASE)
_DEVICE = re.compile(r"(?:v4l2://)?/dev/video([0-9]+)", re.IGNORECASE | re.ASCII)

# Of whatever FFmpeg knows, what a source needs: a playlist, a description or a redirect that
# it brings cannot lead to a local file or a bare socket.
_PROTOCOLS = {
    Kind.RTSP: "rtsp,rtsps,rtp,srtp,tcp,tls,udp",
    Kind.HTTP: "http,https,httpproxy,tcp,tls,crypto,data",
    Kind.FILE: "file,crypto,data",
}


def parse_source(source: str, entry: Mapping[str, object]) -> Source:
    """Return how to open `source`; a relative path is relative to the working directory.

    Only digits name a device, /dev/videoN; what has no scheme is a file.
    The entry's `rtsp_transport`, tcp unless given, is read for RTSP alone; `read_timeout` for all.
    Where the server sends in the other way alone, that is taken, unless the entry says tcp.
    Raises: SourceError.
    """
    found = _parse(source, entry)
    given = read_timeout(entry)
    if given is None:
        return found
    opening = max(found.open_seconds, given)
    return replace(found, read_seconds=given, open_seconds=opening, is_bound_given=True)


def read_timeout(entry: Mapping[str, object]) -> float | None:
    """Return how long the entry has data waited for, in seconds; SourceError when it is no time."""
    value = entry.get(READ_TIMEOUT)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 1 <= value <= _LONGEST_READ_TIMEOUT:  # type: ignore[operator]
        raise SourceError(f"{READ_TIMEOUT} must be seconds, 1 to {_LONGEST_READ_TIMEOUT:.0f}")
    return float(value)  # type: ignore[arg-type]


def _parse(source: str, entry: Mapping[str, object]) -> Source:
    if source.isascii() and source.isdigit():
        return _device(source)
    if device := _DEVICE.fullmatch(source):
        return _device(device[1])
    if url := _FILE_URL.match(source):
        return _file(unquote(source[url.end() :]))
    if prefix := _FILE_PREFIX.match(source):
        return _file(source[prefix.end() :])
    begin = _SCHEME.match(source)
    scheme = begin[0].lower() if begin else "file"
    if begin and _URL.match(source):
        source = scheme + source[begin.end() :]  # FFmpeg knows no RTSP://
    if not _URL.match(source):
        # Other programs than ours take `concat:…` for more than a file's name.
        return _file(source, scheme)
    match scheme:
        case "file":
            raise SourceError("file:// must be followed by an absolute path, file:///videos/a.mp4")
        case "rtsp" | "rtsps":
            return _rtsp(scheme, source, entry)
        case "rtspu":  # FFmpeg has no such scheme
            plain = f"rtsp{source[len(scheme) :]}"
            return _rtsp(scheme, plain, {**entry, _TRANSPORT: "udp"})
        case "http" | "https":
            # An HLS playlist brings a segment every 6 to 10 s and nothing between.
            options = _PROBE | _SAME_STREAM | _only(_PROTOCOLS[Kind.HTTP])
            return Source(Kind.HTTP, scheme, source, None, options, read_seconds=20.0)
        case _:
            own = _only(f"{scheme},tcp,tls,udp")  # no rtp: a description in it leads on
            options = _PROBE | _SAME_STREAM | own
            return Source(Kind.STREAM, scheme, source, None, options)


def _device(number: str) -> Source:
    return Source(Kind.DEVICE, "v4l2", f"/dev/video{number.lstrip('0') or 0}", "v4l2", {})


def _file(path: str, scheme: str = "file") -> Source:
    options = _PROBE | _only(_PROTOCOLS[Kind.FILE])
    return Source(Kind.FILE, scheme, f"{_AS_FILE}{path}", None, options)


def _rtsp(scheme: str, source: str, entry: Mapping[str, object]) -> Source:
    transport = entry.get(_TRANSPORT, "tcp")
    if transport not in ("tcp", "udp"):
        raise SourceError("rtsp_transport must be tcp or udp")
    # Sound is never asked for, so the camera does not send it.
    own = {_TRANSPORT: str(transport), "allowed_media_types": "video"}
    options = _PROBE | own | _only(_PROTOCOLS[Kind.RTSP])
    may_turn = transport == "udp" or _TRANSPORT not in entry
    return Source(Kind.RTSP, scheme, source, None, options, may_turn=may_turn)


def _only(protocols: str) -> dict[str, str]:
    return {"protocol_whitelist": protocols}
