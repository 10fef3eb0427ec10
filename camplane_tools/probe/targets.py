"""What is probed: which requests, of whom, and whether they may be loaded at all."""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from camplane_tools.load.client import http_request
from camplane_tools.load.loading import Load
from gateway.vocabulary import tools
from gateway.vocabulary.split import DOMAIN, LEGACY

EXTERNAL = "external"
MAX_IN_FLIGHT, MAX_RATE = 256, 20_000.0
_SWITCH = {LEGACY: "force_domain=false", DOMAIN: "force_domain=true"}


class TargetError(Exception):
    """It is not loaded; the text says why, and what would do."""


@dataclass(frozen=True)
class Endpoint:
    """One operation, as REST has it. path: with its query, without force_domain."""

    name: str
    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True)
class Contender:
    """Who is loaded. name: legacy, domain or external; processes: their pids, if they are known.

    credentials: headers that tell a gateway who asks.
    """

    name: str
    url: str
    processes: Mapping[str, int] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)

    def request(self, endpoint: Endpoint) -> bytes:
        """Return the request as it is sent; an external server is asked as by anybody."""
        path = endpoint.path
        if switch := _SWITCH.get(self.name):
            path += ("&" if "?" in path else "?") + switch
        own = {} if self.name == EXTERNAL else {**tools.named("probe"), **self.credentials}
        return http_request(endpoint.method, path, endpoint.body, urlsplit(self.url).netloc, own)


@dataclass(frozen=True)
class Plan:
    """How it is loaded: `rounds` times, for `seconds` each.

    connections: how many are open, and in flight in a closed loop. rate:
    requests a second, of an open loop; None is a closed one.
    """

    connections: int
    seconds: float
    rounds: int
    rate: float | None = None

    @property
    def mode(self) -> str:
        """Say "open" or "closed"."""
        return "closed" if self.rate is None else "open"

    def load(self, contender: Contender, endpoint: Endpoint) -> Load:
        """Return the load of one contender."""
        request = contender.request(endpoint)
        return Load(contender.url, (request,), self.connections, self.rate)


def check_url(url: str, other_machines: bool) -> str:
    """Return the address as it is loaded, without a slash at its end.

    TargetError for what is no plain http://host[:port], and for another machine
    unless `other_machines` says that it may be loaded. Blocks while a name is looked up.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or 80
    except ValueError as error:
        raise TargetError(f"{url}: {error}") from error
    if parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise TargetError(f"{url}: give one such as http://127.0.0.1:8080; TLS is not probed")
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise TargetError(f"{url}: {parts.hostname} is not known: {error.strerror}") from error
    addresses: Sequence[str] = [str(each[4][0]) for each in found]
    if not other_machines and not all(ipaddress.ip_address(a).is_loopback for a in addresses):
        raise TargetError(
            f"{url} is another machine, and is not loaded unless you say that it may be: "
            "--load-other-machines"
        )
    return f"http://{parts.netloc}"
