"""Answers that the gateway gives by itself, as routes: 400, 404, 405, 307.

Their text becomes JSON in gateway.envoy.local_replies.
"""

from collections.abc import Sequence
from typing import Any

Route = dict[str, Any]

DISABLED = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}


def not_found(match: Route) -> Route:
    """Answer 404."""
    return _direct("not found", match, 404, "Not Found")


def method_not_allowed(path_regex: str, allowed: Sequence[str]) -> Route:
    """Answer 405 on a known path, for any method but those of `allowed`."""
    others = {
        "name": ":method",
        "string_match": {"safe_regex": {"regex": "|".join(allowed)}},
        "invert_match": True,
    }
    match = {"safe_regex": {"regex": path_regex}, "headers": [others]}
    route = _direct("method not allowed", match, 405, "Method Not Allowed")
    header = {"key": "allow", "value": ", ".join(allowed)}
    return {**route, "response_headers_to_add": [{"header": header}]}


def without_trailing_slash(path_regex: str) -> Route:
    """Redirect a known path with slashes at its end to the path without, its query kept."""
    return {
        "name": "trailing slash",
        "match": {"safe_regex": {"regex": f"{path_regex}/+"}},
        "redirect": {
            "regex_rewrite": {"pattern": {"regex": "/+$"}, "substitution": ""},
            "response_code": "TEMPORARY_REDIRECT",
        },
    }


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
