"""How the page keeps a token: in a cookie that scripts cannot read and other sites do not send.

Envoy answers all of it. What it sets is what was sent by who has a valid token, or what an OIDC
provider gave (oidc_login).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.proxy import oidc_login
from gateway.proxy.authentication import CAMERAS, COOKIE, ROLES, SUBJECT
from gateway.proxy.authorization import needing
from gateway.proxy.topology import Access, Login, Topology
from gateway.proxy.web_routes import PAGE
from gateway.vocabulary.roles import PUBLIC, VIEWER

Route = dict[str, Any]

LOGIN, LOGOUT, IDENTITY = "/ui/login", "/ui/logout", "/ui/identity"
# The token once more: the one that was verified is taken off the request.
TOKEN = "camplane-login"  # noqa: S105 (the header's name)
_ENDED = "Max-Age=0"


def login_routes(topology: Topology) -> Iterator[Route]:
    """Return the routes; none where nobody is asked who they are."""
    if not topology.access.looks:
        return
    secure = "; Secure" if topology.tls is not None else ""
    kept = f"Path=/; HttpOnly; SameSite=Strict{secure}"
    yield needing(VIEWER, _answer(LOGIN, "POST", cookies=[f"{COOKIE}=%REQ({TOKEN})%; {kept}"]))
    ended = [f"{COOKIE}=; {kept}; {_ENDED}", *_of_provider_ended(topology.access)]
    yield needing(PUBLIC, _answer(LOGOUT, "POST", cookies=ended))
    told = {"subject": SUBJECT, "roles": ROLES, "cameras": CAMERAS}
    who = {name: f"%REQ({header})%" for name, header in told.items()}
    yield needing(VIEWER, _answer(IDENTITY, "GET", body=who))
    yield needing(PUBLIC, _answer(LOGIN, "GET", body={"provider": _provider(topology.access)}))
    if topology.access.login is not None:
        yield from _at_provider(topology.access.login, kept)


def _provider(access: Access) -> str:
    """Return where the page can log in, as it calls it; "" for nowhere."""
    return next((oidc_login.host_of(one.issuer) for one in access.issuers if one.login), "")


def _at_provider(login: Login, kept: str) -> Iterator[Route]:
    """Return the routes on which the oauth2 filter is: it answers, until it has a token."""
    token = f"{COOKIE}={oidc_login.issued(login)}; {kept}"
    headers = [("cache-control", "no-store"), ("location", PAGE), ("set-cookie", token)]
    on = {"typed_per_filter_config": oidc_login.ENABLED}
    for path in (oidc_login.LOGIN, oidc_login.CALLBACK):
        route = {**_direct(path, "GET", 303, headers), **on}
        # What it may do is looked at when it is used: the page says it in words.
        yield needing(PUBLIC, route)


def _of_provider_ended(access: Access) -> list[str]:
    if access.login is None:
        return []
    return [f"{name}=; Path={oidc_login.LOGIN}; {_ENDED}" for name in oidc_login.KEPT]


def _answer(
    path: str, method: str, cookies: Sequence[str] = (), body: Route | None = None
) -> Route:
    headers = [("cache-control", "no-store"), *(("set-cookie", one) for one in cookies)]
    said = {"body_format": {"json_format": body}} if body else {}
    return _direct(path, method, 200 if body else 204, headers, **said)


def _direct(
    path: str, method: str, status: int, headers: Sequence[tuple[str, str]], **said: Any
) -> Route:
    return {
        "name": "page",
        "match": {
            "path": path,
            "headers": [{"name": ":method", "string_match": {"exact": method}}],
        },
        "direct_response": {"status": status, **said},
        "response_headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": _action(key)}
            for key, value in headers
        ],
    }


def _action(header: str) -> str:
    """Return how a header is set: there may be many cookies, and Envoy has put a Location there."""
    return "APPEND_IF_EXISTS_OR_ADD" if header == "set-cookie" else "OVERWRITE_IF_EXISTS_OR_ADD"
