"""Where a camera may point: which schemes, files below which folders, which networks.

Whoever may write an entry would else have this machine read its files and ask its neighbours.
Checked on every way in, and by the worker, which knows what a name and a link mean by then.
"""

import contextlib
import os
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from camera_service.worker.sources import Kind, Source, SourceError, parse_source
from servicekit.flags import parse_flag
from servicekit.networks import DEFAULT_DENY, Networks, NotAllowedHostError

# `file` is a path without a scheme, too; `v4l2` a device: 0, /dev/video0. Not `rtspu`, where the
# server names the address that datagrams are sent to, and no rule of networks is asked.
DEFAULT_SCHEMES = (
    *("rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "srt", "udp", "rtp"),
    *("file", "v4l2"),
)
_BY_DATAGRAMS = "rtspu"
SCHEMES, ROOTS = "CAMPLANE_CAMERA_SCHEMES", "CAMPLANE_CAMERA_FILE_ROOTS"
ALLOW, DENY = "CAMPLANE_CAMERA_NETWORKS_ALLOW", "CAMPLANE_CAMERA_NETWORKS_DENY"
LOOPBACK = "CAMPLANE_CAMERA_LOOPBACK"
VARIABLES = (SCHEMES, ROOTS, ALLOW, DENY, LOOPBACK)

_NETWORKS_KEY = "cameras.networks"
# Nobody is connected to: the host may be any of our own.
_RECEIVED, _ANY_OF_OURS = ("udp", "rtp"), ("", "0.0.0.0", "::")  # noqa: S104


class SourceNotAllowedError(Exception):
    """A camera may not point there; the text says what may be, and holds no password."""


@dataclass(frozen=True)
class SourceRules:
    """roots: folders below which files must lie, links resolved; empty: anywhere.

    base: where relative paths begin. The rest is the operator's: `cameras` in camplane.yaml.
    """

    schemes: tuple[str, ...] = DEFAULT_SCHEMES
    roots: tuple[str, ...] = ()
    networks: Networks = field(default_factory=lambda: Networks.parse(_NETWORKS_KEY))
    base: Path = Path()

    @classmethod
    def told_by(cls, variables: Mapping[str, str]) -> Self:
        """Read VARIABLES; ValueError names the one that cannot be used."""
        schemes = _listed(variables.get(SCHEMES) or ",".join(DEFAULT_SCHEMES))
        if unusable := [one for one in schemes if not one.replace("+", "").isalnum()]:
            raise ValueError(f"{SCHEMES}: {unusable[0]!r} is no scheme, such as rtsp")
        roots = tuple(one for one in variables.get(ROOTS, "").split(os.pathsep) if one)
        if relative := [one for one in roots if not Path(one).is_absolute()]:
            raise ValueError(f"{ROOTS}: {relative[0]!r} is no absolute path")
        allow, deny = variables.get(ALLOW, ""), variables.get(DENY) or ",".join(DEFAULT_DENY)
        try:
            loopback = parse_flag(variables.get(LOOPBACK) or "false")
            networks = Networks.parse(_NETWORKS_KEY, allow, deny, loopback)
        except ValueError as error:
            raise ValueError(f"{ALLOW}, {DENY}, {LOOPBACK}: {error}") from error
        return cls(schemes, roots, networks)

    def as_variables(self) -> dict[str, str]:
        """Return what `told_by` reads the same rules from, `base` apart."""
        return {
            SCHEMES: ",".join(self.schemes) or ",",
            ROOTS: os.pathsep.join(self.roots),
            ALLOW: ",".join(map(str, self.networks.allow)),
            DENY: ",".join(map(str, self.networks.deny)) or ",",
            LOOPBACK: str(self.networks.loopback).lower(),
        }

    def relative_to(self, base: Path) -> Self:
        """Return the same rules where relative paths begin at `base`."""
        return replace(self, base=base)

    def check(self, source: str) -> None:
        """Raise SourceNotAllowedError unless a camera may point there, as far as the text says."""
        try:
            parsed = parse_source(source, {})
        except SourceError as error:
            raise SourceNotAllowedError(f"source: {error}") from error
        if parsed.scheme not in self.schemes:
            raise SourceNotAllowedError(f"source must be {self._allowed()}")
        if parsed.kind is Kind.FILE:
            self.check_file(parsed.path)
        elif parsed.kind is not Kind.DEVICE:
            self._check_url(parsed)

    def check_file(self, path: str) -> None:
        """Raise SourceNotAllowedError unless the file lies below a root, links resolved."""
        if not self.roots:
            return
        try:
            real = Path(os.path.realpath(self.base / path))
        except ValueError as error:
            raise SourceNotAllowedError("source is no path that a file can have") from error
        if not any(real.is_relative_to(os.path.realpath(root)) for root in self.roots):
            raise SourceNotAllowedError(
                f"source must be a file below {', '.join(self.roots)}; cameras.file_roots in "
                "camplane.yaml says where files may lie"
            )

    def check_transport(self, transport: object) -> None:
        """Raise SourceNotAllowedError unless RTSP may be carried so: `udp` is what rtspu is."""
        if transport == "udp" and _BY_DATAGRAMS not in self.schemes:
            raise SourceNotAllowedError(
                "rtsp_transport must not be udp: the camera's server would say where datagrams go; "
                f"{_BY_DATAGRAMS} in cameras.schemes of camplane.yaml allows it"
            )

    def lets_turn(self, source: Source) -> bool:
        """May RTSP come in the other way, if the server wants it?"""
        allowed = source.transport == "udp" or _BY_DATAGRAMS in self.schemes
        return source.may_turn and allowed

    def check_resolved(self, source: Source) -> None:
        """The same for what the source says, and a name in it means now. Blocks.

        Raises: SourceNotAllowedError; OSError when the name means nothing.
        """
        self.check_transport(source.transport)
        if source.kind in (Kind.FILE, Kind.DEVICE):
            return
        if source.kind is Kind.HTTP and os.environ.get("http_proxy"):
            return  # FFmpeg asks the proxy, which alone may know the name
        with _saying_source():
            for host in _hosts(source):
                self.networks.resolve(host, 0)

    def _check_url(self, source: Source) -> None:
        # A line break would begin another header of the request.
        if any(unicodedata.category(letter) == "Cc" for letter in source.location):
            raise SourceNotAllowedError("source must not hold control characters")
        try:
            hosts = list(_hosts(source))
        except ValueError as error:
            raise SourceNotAllowedError("source must have a host that can be read") from error
        with _saying_source():
            for host in hosts:
                self.networks.check_host(host)

    def _allowed(self) -> str:
        urls = [f"{one}://" for one in self.schemes if one not in ("file", "v4l2")]
        others = {"file": "a file (./a:b where its name has a colon)", "v4l2": "a device (0)"}
        found = [*urls, *(words for one, words in others.items() if one in self.schemes)]
        return f"one of {', '.join(found)}; cameras.schemes in camplane.yaml says which"


@contextlib.contextmanager
def _saying_source() -> Iterator[None]:
    try:
        yield
    except NotAllowedHostError as error:
        raise SourceNotAllowedError(f"source: {error}") from error


def _hosts(source: Source) -> Iterator[str]:
    """Yield the host that FFmpeg reads in a URL, behind the last @, as others may read it, too."""
    parts = urlsplit(source.location)
    host = parts.hostname or ""
    receives = source.scheme in _RECEIVED and host in _ANY_OF_OURS
    if not receives:
        yield from dict.fromkeys((host, unquote(host)))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip().lower() for one in text.split(",") if one.strip())
