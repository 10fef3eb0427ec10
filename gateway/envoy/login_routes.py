"""How the page keeps a token: in a cookie that scripts cannot read and other sites do not send.

Envoy answers all of it. What it sets is what was sent: only who has a valid token gets so far.
"""

from collections.abc import Iterator
from typing import Any

from gateway.access.roles import PUBLIC, VIEWER
from gateway.envoy.authentication import CAMERAS, COOKIE, ROLES, SUBJECT
from gateway.envoy.authorization import needing
from gateway.envoy.topology import Topology

Route = dict[str, Any]

LOGIN, LOGOUT, IDENTITY = "/ui/login", "/ui/logout", "/ui/identity"
# The token once more: the one that was verified is taken off the request.
TOKEN = "camplane-login"  # noqa: S105 (the header's name)
_COOKIE = "Path=/; HttpOnly; SameSite=Strict"


def login_routes(topology: Topology) -> Iterator[Route]:
    """Return the routes; none where nobody is asked who they are."""
    if not topology.access.looks:
        return
    kept = f"{_COOKIE}; Secure" if topology.tls is not None else _COOKIE
    yield needing(VIEWER, _answer(LOGIN, "POST", cookie=f"{COOKIE}=%REQ({TOKEN})%; {kept}"))
    yield needing(PUBLIC, _answer(LOGOUT, "POST", cookie=f"{COOKIE}=; {kept}; Max-Age=0"))
    told = {"subject": SUBJECT, "roles": ROLES, "cameras": CAMERAS}
    who = {name: f"%REQ({header})%" for name, header in told.items()}
    yield needing(VIEWER, _answer(IDENTITY, "GET", body=who))


def _answer(path: str, method: str, cookie: str = "", body: Route | None = None) -> Route:
    headers = {"cache-control": "no-store"}
    if cookie:
        headers["set-cookie"] = cookie
    said = {"body_format": {"json_format": body}} if body else {}
    return {
        "name": "page",
        "match": {
            "path": path,
            "headers": [{"name": ":method", "string_match": {"exact": method}}],
        },
        "direct_response": {"status": 200 if body else 204, **said},
        "response_headers_to_add": [
            {"header": {"key": key, "value": value}} for key, value in headers.items()
        ],
    }
