"""What Envoy stands between: addresses, limits, log files. No decision is made here."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

# A page served from the machine itself, on any port.
LOCAL_ORIGINS = (r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?",)
# The listeners, by name: the gateway's own, and the one for the machine's own tools.
GATEWAY, LOCAL = "gateway", "local"
# Proxies on the machine itself.
LOOPBACK = ("127.0.0.0/8", "::1")


@dataclass(frozen=True)
class Limits:
    """What a client may ask for; beyond it is refused with a JSON error."""

    request_bytes: int = 1 << 20
    response_bytes: int = 16 << 20
    header_kib: int = 60
    connections: int = 2000
    # Of HTTP/2, on one connection: a gRPC channel with many streams still has room for calls.
    streams: int = 1000
    timeout_seconds: float = 15.0
    # For the operations that wait for a process to end.
    long_timeout_seconds: float = 30.0


@dataclass(frozen=True)
class OldServer:
    """How the gateway deals with a plain HTTP server as the old side; 0 for no limit.

    keep_alive_seconds: an idle connection to it is closed so soon, before it does
    so itself: uvicorn closes after 5 s, and a request that meets the close is lost.
    request_seconds, idle_seconds: how long a request may take there, and how long
    its streams may be silent. upgrade_idle_seconds: the same for WebSockets.
    """

    keep_alive_seconds: float = 4.0
    request_seconds: float = 0.0
    idle_seconds: float = 0.0
    upgrade_idle_seconds: float = 3600.0


# Access: nobody is asked who they are; nothing is refused, and what would have been is counted;
# who has no token is refused.
OFF, SHADOW, ON = "off", "shadow", "on"
# What is passed through to an old server: to anybody, or by the role that its method needs.
OPEN, REQUIRED = "open", "required"


# Which of a provider's tokens the page keeps after a login.
ID_TOKEN, ACCESS_TOKEN = "id", "access"


@dataclass(frozen=True)
class Login:
    """How the page logs in at an OIDC provider (authorization code flow with PKCE).

    The client's secret is in the environment variable secret_env, or in secret_file.
    token: ID_TOKEN, or ACCESS_TOKEN where the roles are in that one alone.
    """

    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    secret_env: str = ""
    secret_file: str = ""
    scopes: tuple[str, ...] = ("openid",)
    token: str = ID_TOKEN


@dataclass(frozen=True)
class Issuer:
    """An OIDC provider whose tokens are taken, beside camplane's own.

    Its keys are at jwks_url or in jwks_file. roles_claim, cameras_claim: the keys that lead to
    the lists of roles and of cameras (globs) within a token. login: how the page logs in there;
    None if it does not.
    """

    issuer: str
    audience: str
    jwks_url: str = ""
    jwks_file: str = ""
    roles_claim: tuple[str, ...] = ("roles",)
    cameras_claim: tuple[str, ...] = ("cameras",)
    login: Login | None = None

    @property
    def audiences(self) -> tuple[str, ...]:
        """Who its tokens may be for. An ID token is for the client that asked for it."""
        if self.login is None or self.login.token != ID_TOKEN:
            return (self.audience,)
        return (self.audience, self.login.client_id)


@dataclass(frozen=True)
class Certificate:
    """Who comes by a certificate: one with this SAN (a URI or a DNS name), or this subject.

    One that has both kinds of SAN is known by its URI, one with any SAN not by its subject.

    cameras: globs of those that it is for.
    """

    roles: tuple[str, ...]
    cameras: tuple[str, ...] = ("*",)
    san: str = ""
    subject: str = ""

    @property
    def name(self) -> str:
        """Who it is."""
        return self.san or self.subject


@dataclass(frozen=True)
class Access:
    """Who may do what.

    public_keys: the file of the keys that camplane's own tokens are verified with.
    certificates: who needs no token, coming by one of these.
    """

    mode: str = OFF
    pass_through: str = OPEN
    public_keys: str = ""
    issuers: tuple[Issuer, ...] = ()
    certificates: tuple[Certificate, ...] = ()

    @property
    def looks(self) -> bool:
        """Are tokens looked at?"""
        return self.mode != OFF

    @property
    def refuses(self) -> bool:
        """Is anybody refused?"""
        return self.mode == ON

    @property
    def login(self) -> Login | None:
        """How the page logs in at a provider; None where it does not."""
        found = [one.login for one in self.issuers if one.login is not None]
        return found[0] if found and self.looks else None


@dataclass(frozen=True)
class Rate:
    """How many requests one client may send: a token's, or an address's of whom nobody knows.

    burst: so many at once, after a pause. mode: ON, or SHADOW, which only counts.
    """

    requests_per_second: int
    burst: int
    mode: str = ON


@dataclass(frozen=True)
class Tls:
    """TLS at the listener: files of the certificate (with its chain) and of its key, both PEM.

    hsts_seconds: for how long browsers are to come by TLS alone; 0 says nothing of it.
    client_ca: the file of the authorities that vouch for certificates of clients; "" asks for
    none. require_client: nobody comes without one.
    """

    certificate: str
    key: str
    hsts_seconds: int = 0
    client_ca: str = ""
    require_client: bool = False


@dataclass(frozen=True)
class Topology:
    """Who listens where.

    Addresses are "unix:/absolute/path.sock" or "host:port". port 0 lets the
    kernel choose (gateway.proxy.admin.Admin.listen_address tells which).
    old_http: "host:port" of the monolith itself, a plain HTTP server; it then
        takes the place of both legacy services, whose addresses are not used.
    old_server: what is asked of that server. lock_old_writes: its writes of cameras
        are passed on under camera/domain's locks.
    otlp_endpoint: address of an OTLP/gRPC receiver; None for no tracing.
    cors_origins: regular expressions of the origins whose pages may call.
    hosts: names that the gateway answers by, such as "cams.example" and "*.example", beside
        addresses and loopback names.
    trusted_proxies: addresses and networks whose X-Forwarded-… headers are believed.
    error_log: JSON lines, one for each answer of 400 and above.
    audit_log: JSON lines, one for each write and each refused call; "" for none.
    access: who may do what.
    rate: what one client may ask for; None for no limit.
    tls: TLS at `host` and `port`; None for none. With it the machine's own tools ask another
        listener, at `local_port` of loopback, without TLS.
    metrics: where processes offer metrics over plain HTTP, by the names of
        `services` and "control"; empty for no /metrics.
    """

    admin_socket: str
    control: str
    camera_domain: str
    alert_domain: str
    camera_legacy: str = ""
    alert_legacy: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    old_http: str | None = None
    otlp_endpoint: str | None = None
    cors_origins: tuple[str, ...] = LOCAL_ORIGINS
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = LOOPBACK
    limits: Limits = field(default_factory=Limits)
    old_server: OldServer = field(default_factory=OldServer)
    lock_old_writes: bool = True
    error_log: str = "/dev/null"
    audit_log: str = ""
    access: Access = field(default_factory=Access)
    rate: Rate | None = None
    tls: Tls | None = None
    local_port: int = 0
    metrics: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.old_http is None and not (self.camera_legacy and self.alert_legacy):
            raise ValueError("give camera_legacy and alert_legacy, or old_http in their place")
        named = (*self.services().values(), *self.metrics.values())
        for address in (*named, self.control, self.old_http, self.otlp_endpoint):
            if address is not None:
                parse_address(address)
        for network in self.trusted_proxies:
            parse_network(network)

    @property
    def locks_old_writes(self) -> bool:
        """Is there an old server whose writes of cameras are locked?"""
        return self.old_http is not None and self.lock_old_writes

    def services(self) -> dict[str, str]:
        """Return the gRPC services behind the gateway, such as "camera/domain", with addresses."""
        found = {"camera/domain": self.camera_domain, "alert/domain": self.alert_domain}
        if self.old_http is None:
            found["camera/legacy"] = self.camera_legacy
            found["alert/legacy"] = self.alert_legacy
        return found

    def to_json(self) -> str:
        """Return the topology as JSON text, for `from_json`."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the topology that `to_json` wrote."""
        fields = json.loads(text)
        for name in ("cors_origins", "hosts", "trusted_proxies"):
            fields[name] = tuple(fields[name])
        fields["limits"] = Limits(**fields["limits"])
        fields["old_server"] = OldServer(**fields["old_server"])
        access = fields.get("access", {})  # an earlier release has none
        issuers = tuple(map(_issuer, access.get("issuers", ())))
        certificates = tuple(Certificate(**_tuples(one)) for one in access.get("certificates", ()))
        fields["access"] = Access(**{**access, "issuers": issuers, "certificates": certificates})
        if fields.get("rate"):
            fields["rate"] = Rate(**fields["rate"])
        if fields.get("tls"):
            fields["tls"] = Tls(**fields["tls"])
        return cls(**fields)


def _issuer(fields: dict[str, Any]) -> Issuer:
    login = fields.get("login")
    return Issuer(**{**_tuples(fields), "login": Login(**_tuples(login)) if login else None})


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields as they were before they became JSON."""
    return {key: tuple(one) if isinstance(one, list) else one for key, one in fields.items()}


def is_loopback(host: str) -> bool:
    """Is a host, an address, reached from this machine alone? False when it is no address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_every(host: str) -> bool:
    """Does a host, an address, stand for all of the machine's? False when it is no address."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def parse_address(address: str) -> dict[str, Any]:
    """Return Envoy's form of "unix:/path" or "host:port"; ValueError when it is neither."""
    if address.startswith("unix:/"):
        return {"pipe": {"path": address.removeprefix("unix:")}}
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{address!r} is no address: give unix:/absolute/path or host:port")
    return {"socket_address": {"address": host.strip("[]"), "port_value": int(port)}}


def parse_network(network: str) -> dict[str, Any]:
    """Return Envoy's form of "10.0.0.7", "10.0.0.0/8" or "fd00::/8"; ValueError when it is none."""
    found = ipaddress.ip_network(network)
    return {"address_prefix": str(found.network_address), "prefix_len": found.prefixlen}


def needs_dns(address: str) -> bool:
    """Is the address a host name, to be resolved by Envoy?"""
    if address.startswith("unix:"):
        return False
    try:
        ipaddress.ip_address(address.rpartition(":")[0].strip("[]"))
    except ValueError:
        return True
    return False
