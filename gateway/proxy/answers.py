"""Answers that the gateway gives by itself, as routes: 204, 307, 400, 404, 405.

Their text becomes JSON in gateway.proxy.local_replies.
"""

from collections.abc import Sequence
from typing import Any

Route = dict[str, Any]

DISABLED = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}
# The request's path and query as they came, but for the slashes at the path's end.
_WITHOUT_TRAILING_SLASH = r'%CEL(re.extract(request.path, r"^([^?]*?)/+(\?.*)?$", r"\1\2"))%'


def here() -> Route:
    """Answer 204 to OPTIONS /, by which load balancers ask whether anybody is here."""
    options = {"name": ":method", "string_match": {"exact": "OPTIONS"}}
    match = {"path": "/", "headers": [options]}
    allowed = [_header("allow", "OPTIONS")]
    return {
        "name": "here",
        "match": match,
        "direct_response": {"status": 204},
        "response_headers_to_add": allowed,
    }


def not_found(match: Route) -> Route:
    """Answer 404."""
    return _direct("not found", match, 404, "Not Found")


def misdirected(text: str) -> Route:
    """Answer 421: the request is for a host that is not this one (RFC 9110, 15.5.20)."""
    return _direct("misdirected", {"prefix": "/"}, 421, text)


def not_allowed(path_regex: str, allowed: Sequence[str]) -> Route:
    """Return what matches a known path with any method but those of `allowed`."""
    others = {
        "name": ":method",
        "string_match": {"safe_regex": {"regex": "|".join(allowed)}},
        "invert_match": True,
    }
    return {"safe_regex": {"regex": path_regex}, "headers": [others]}


def method_not_allowed(path_regex: str, allowed: Sequence[str]) -> Route:
    """Answer 405 on a known path, for any method but those of `allowed`."""
    match = not_allowed(path_regex, allowed)
    route = _direct("method not allowed", match, 405, "Method Not Allowed")
    return {**route, "response_headers_to_add": [_header("allow", ", ".join(allowed))]}


def without_trailing_slash(path_regex: str) -> Route:
    """Redirect a known path with slashes at its end to the path without, its query kept.

    The Location is a path alone: scheme, host and port are the client's own, which Envoy,
    behind a proxy, may not know.
    """
    match = {"safe_regex": {"regex": f"{path_regex}/+"}}
    location = _header("location", _WITHOUT_TRAILING_SLASH)
    return {
        "name": "trailing slash",
        "match": match,
        "direct_response": {"status": 307},
        # Envoy has put one with scheme and host there.
        "response_headers_to_add": [{**location, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}],
    }


def to_page(match: Route, path: str) -> Route:
    """Lead a browser to the page; as above, the Location is a path alone."""
    location = {**_header("location", path), "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    return {
        "name": "page",
        "match": match,
        "direct_response": {"status": 303},
        "response_headers_to_add": [location],
    }


def not_json(match: Route) -> Route:
    """Answer 400 to a body that says it is no JSON."""
    return _direct("not JSON", match, 400, "Content-Type must be application/json")


def bad_force_domain(match: Route) -> Route:
    """Answer 400 to a force_domain that is neither true nor false."""
    return _direct(
        "bad force_domain", match, 400, "force_domain must be true, false, 1 or 0; or leave it out"
    )


def _direct(name: str, match: Route, status: int, text: str) -> Route:
    return {
        "name": name,
        "match": match,
        "direct_response": {"status": status, "body": {"inline_string": text}},
    }


def _header(key: str, value: str) -> dict[str, Any]:
    return {"header": {"key": key, "value": value}}
