"""An index over a table of routes: by how a path begins, the few routes that can match it.

Envoy tries the routes of a table in turn, some 340 of them, and what is passed through to an
old server is the last. It finds how a path begins in one look at a trie.
"""

import re
from collections.abc import Sequence
from typing import Any

from gateway.proxy.predicates import value_of

Route = dict[str, Any]
Document = dict[str, Any]

# Segments of a path that the index tells apart: as many as come before what operations differ
# in, such as /api/v1/cameras.
_SEGMENTS = 3
# A regular expression's characters up to the first that do not stand for themselves. One that
# may be repeated or left out is none of them.
_LITERALS = re.compile(r"(?:(?:\\[^\w\s]|[\w/~!@%&=:;,'\"<>-])(?![*+?{]))*")
_ESCAPE = re.compile(r"\\(.)")


def indexed(routes: Sequence[Route]) -> Document:
    """Return the matcher that finds, in their order, what `routes` would find one by one."""
    heads = [head(route["match"]) for route in routes]
    found = {key: of_paths(key, routes, heads) for key in sorted({*map(_key, heads)} - {""})}
    anywhere = [route for route, one in zip(routes, heads, strict=True) if not _key(one)]
    tree = {
        "input": value_of(":path"),
        "prefix_match_map": {"map": {key: listed(some) for key, some in found.items()}},
    }
    return {"matcher_tree": tree, "on_no_match": listed(anywhere)}


def of_paths(key: str, routes: Sequence[Route], heads: Sequence[str]) -> list[Route]:
    """Return the routes that may match a path beginning with `key`."""
    return [
        route
        for route, one in zip(routes, heads, strict=True)
        if one.startswith(key) or key.startswith(one)
    ]


def head(match: Document) -> str:
    """Return how each path begins that a route's match takes, "" if that is not known."""
    if "safe_regex" not in match:
        return str(match.get("path", match.get("prefix", "")))
    regex: str = match["safe_regex"]["regex"]
    if "|" in regex:
        return ""
    literals = _LITERALS.match(regex)
    return _ESCAPE.sub(r"\1", literals[0]) if literals else ""


def listed(routes: list[Route]) -> Document:
    """Return the matcher's outcome: these routes, in their order."""
    route_list = {
        "@type": "type.googleapis.com/envoy.config.route.v3.RouteList",
        "routes": routes,
    }
    return {"action": {"name": "routes", "typed_config": route_list}}


def _key(one: str) -> str:
    """Return what the index has of a head: its first segments; "" if it is too short to tell."""
    key = "/".join(one.split("/")[: _SEGMENTS + 1])
    return "" if key == "/" else key
