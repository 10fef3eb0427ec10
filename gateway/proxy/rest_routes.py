"""The routes of the REST operations, and of what their paths answer besides."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from gateway.proxy import answers, old_server
from gateway.proxy.actions import Actions, sticky
from gateway.proxy.authorization import needing, of_all_cameras, of_rpc
from gateway.proxy.mirrors import with_mirrored
from gateway.proxy.targets import CONTROL
from gateway.vocabulary import choices
from gateway.vocabulary.roles import PUBLIC
from gateway.vocabulary.route_table import (
    OLD_SERVERS_OWN,
    PARAMETER,
    Binding,
    allowed_methods,
    bindings,
    may_name_a_camera,
    path_regex,
    templates,
)
from gateway.vocabulary.split import CONTEXTS, LEGACY

Route = dict[str, Any]

LUA = "envoy.filters.http.lua"
FORCE = "force_domain"
# The old system's values, in any case.
FORCED = {"domain": "(?i)(true|1)", "legacy": "(?i)(false|0)"}
# What makes a stream arrive as it is told, through nginx for one. What the old server streams is
# left as it is: before it, only the internal listener adds this, where only domain answers.
STREAMED = [
    {"header": {"key": key, "value": value}, "append_action": "ADD_IF_ABSENT"}
    for key, value in {"cache-control": "no-cache", "x-accel-buffering": "no"}.items()
]
# Where there is one side, either value is as good as none.
_EITHER = "(?i)(true|1|false|0)"
# A form, or a text, that a page sends without asking first (a simple request).
_OTHER_TYPE = {
    "name": "content-type",
    "string_match": {"safe_regex": {"regex": r"(?i)application/([\w.+-]+\+)?json\s*(;.*)?"}},
    "invert_match": True,
}
_UNTYPED_BODY = (
    {"name": ":method", "string_match": {"safe_regex": {"regex": "POST|PUT"}}},
    {"name": "content-length", "string_match": {"safe_regex": {"regex": "0*[1-9][0-9]*"}}},
    {
        "name": "content-type",
        "string_match": {"safe_regex": {"regex": r"\s*"}},
        "treat_missing_header_as_empty": True,
    },
)


def rest_routes(actions: Actions) -> Iterator[Route]:
    """Return the routes, first match wins.

    Before the monolith, what is no operation here is left to it: it may know
    more methods and paths. Envoy reads all of it when one of them changes,
    and tries them in turn: what is the same for all paths is one route.
    """
    tried = list(_tried(actions))
    any_of_them = "|".join(map(path_regex, tried))
    for origin in actions.topology.cors_origins:
        yield _preflight(any_of_them, origin)
    if actions.topology.old_http is None:
        yield from _untyped(tried)
    for template in tried:
        for binding in bindings():
            if binding.template == template:
                yield from _operation(actions, binding)
        if actions.topology.old_http is None:
            yield answers.method_not_allowed(path_regex(template), allowed_methods(template))
        elif not PARAMETER.search(template):
            # Or a wider template would take it for an id.
            match = answers.not_allowed(path_regex(template), allowed_methods(template))
            yield from old_server.passed_through(actions.topology, match)
    if actions.topology.old_http is None:
        yield answers.without_trailing_slash(f"(?:{any_of_them})")


def _tried(actions: Actions) -> Iterator[str]:
    """Return the templates of the paths that are told apart, in order."""
    for template in templates():
        left_out = actions.topology.old_http is not None and template in OLD_SERVERS_OWN
        if not left_out and (not actions.pinned_to or may_name_a_camera(template)):
            yield template


def operation(binding: Binding) -> Route:
    """Return what matches an operation, and what rest.lua knows of it."""
    match = {
        "safe_regex": {"regex": path_regex(binding.template)},
        "headers": [{"name": ":method", "string_match": {"exact": binding.http_method}}],
    }
    known = {"query": dict(binding.query_parameters), "ignore_body": not binding.takes_body}
    return {"match": match, "metadata": {"filter_metadata": {LUA: known}}}


def _operation(actions: Actions, binding: Binding) -> Iterator[Route]:
    rpc = binding.rpc
    has_sides = rpc.context in CONTEXTS
    may_be_old = has_sides and actions.topology.old_http is not None
    may_be_old = may_be_old and not actions.is_domains_alone(rpc)
    common = of_rpc(rpc, operation(binding), actions.topology, may_be_old=may_be_old)
    if may_be_old:
        common = of_all_cameras(common)
    match = common["match"]
    if rpc.is_streaming and not may_be_old:
        common["response_headers_to_add"] = STREAMED
    if has_sides:
        forced = [(values, actions.chosen(rpc, side)) for side, values in FORCED.items()]
    else:
        forced = [(_EITHER, actions.rest(rpc))]
    if may_be_old:
        # It may take other words, and refuses in its own ones what is none.
        forced.append((".*", actions.chosen(rpc, LEGACY)))
    for values, action in forced:
        named = _with_query(match, {"string_match": {"safe_regex": {"regex": values}}})
        name = actions.route_name(rpc, choices.FORCED)
        yield {**common, "name": name, "match": named, "route": action}
    yield answers.bad_force_domain(_with_query(match, {"present_match": True}))
    if binding.takes_body and not has_sides:
        # The services see to theirs by themselves.
        yield answers.not_json({**match, "headers": [*match["headers"], _OTHER_TYPE]})
    action, choice = actions.rest(rpc), choices.DRAWN
    if binding.sticky_parameter and has_sides:
        action, choice = sticky(action, _first_parameter(binding.template)), choices.STICKY
    name = actions.route_name(rpc, actions.choice(rpc, choice))
    route = {**common, "name": name, "match": match, "route": action}
    yield from with_mirrored(route, actions.mirrored(rpc))


def _first_parameter(template: str) -> dict[str, Any]:
    """Return the header matcher whose value is the path's first parameter."""
    prefix = PARAMETER.split(template)[0]
    regex = f"^{re.escape(prefix)}([^/?]+).*"
    return {
        "header_name": ":path",
        "regex_rewrite": {"pattern": {"regex": regex}, "substitution": r"\1"},
    }


def _with_query(match: Route, matcher: dict[str, Any]) -> Route:
    return {**match, "query_parameters": [{"name": FORCE, **matcher}]}


def _untyped(tried: Sequence[str]) -> Iterator[Route]:
    """Refuse a body that a page sends without its type, as it may unasked (an untyped Blob).

    Programs say neither header, and many send JSON without a type.
    """
    taking = dict.fromkeys(one.template for one in bindings() if one.takes_body)
    paths = "|".join(path_regex(template) for template in tried if template in taking)
    for of_page in ("origin", "sec-fetch-site"):
        headers = [{"name": of_page, "present_match": True}, *_UNTYPED_BODY]
        yield answers.not_json({"safe_regex": {"regex": paths}, "headers": headers})


def _preflight(paths: str, origin: str) -> Route:
    """Let the cors filter answer a page's preflight.

    It does so only for routes that lead to a cluster; this one's gets
    nothing, since all that the route matches is answered by the filter.
    """
    preflight = {
        "name": "preflight",
        "match": {
            "safe_regex": {"regex": paths},
            "headers": [
                {"name": ":method", "string_match": {"exact": "OPTIONS"}},
                {"name": "origin", "string_match": {"safe_regex": {"regex": origin}}},
                {"name": "access-control-request-method", "present_match": True},
            ],
        },
        "route": {"cluster": CONTROL},
    }
    return needing(PUBLIC, preflight)
