"""What they may do: each route says which role it needs, and Envoy holds the token's against it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gateway.proxy.authentication import CERTIFICATE, camera_claims, providers
from gateway.proxy.authentication import NAME as IDENTITY
from gateway.proxy.http_filters import HttpFilter, named, overwrite
from gateway.proxy.revocation import enforced, revoked
from gateway.proxy.targets import METADATA
from gateway.proxy.topology import OPEN, Access, Topology
from gateway.proxy.type_urls import TYPE
from gateway.vocabulary.roles import GRANTED_BY, OPERATOR, PUBLIC, VIEWER
from gateway.vocabulary.route_table import OLD_SERVERS_OWN, Rpc, bindings
from gateway.vocabulary.split import CONTEXTS
from servicekit.idempotency import has_effect
from servicekit.readers import METADATA as UNMASKED

Route = dict[str, Any]
Rule = dict[str, Any]

# Under this key of a route's metadata is the role that it needs.
ROLE = "role"
# And under this one which RPC it is, when that may change something.
WRITES = "writes"
# Instead of a role: what is passed through to an old server, and changes nothing there, or may.
OLD_READ, OLD_WRITE = "read of the old server", "write of the old server"
# And under this one, OF_ALL where a token of some cameras is not enough.
CAMERAS, OF_ALL = "cameras", "all"
# The filter that looks at it, and its policies, as an answer's details name them: tokens of some
# cameras where all are needed, and tokens that say of cameras what is no list.
SCOPES, OF_SOME, OF_NONE = "camplane.scopes", "of some cameras", "of no cameras"
# Segments of a path that tell what it is of, such as /api/v1/cameras.
_SEGMENTS = 3
# How a path can be spelled that a server takes for another one: empty and dotted segments,
# backslashes, parameters of segments, and what need not be encoded.
_NEEDLESSLY_ENCODED = r"%([013-7]|2[^0]|[^0-9A-Fa-f]|[89A-Fa-f][^0-9A-Fa-f])"
_SPELLED_OTHERWISE = rf"[^?]*((//|\\|;|{_NEEDLESSLY_ENCODED})\C*|/\.\.?([/?]\C*)?|%.?)"


def authorize(topology: Topology, folder: Path) -> list[HttpFilter]:
    """Return the filters, which stand behind those of `authenticate`.

    folder: where Envoy's files lie that change as it runs.
    """
    if not topology.access.looks:
        return []
    rules = {"action": "ALLOW", "policies": policies(topology.access)}
    return [
        revoked(folder),
        named(
            "rbac",
            f"{TYPE}.filters.http.rbac.v3.RBAC",
            **enforced("roles", rules, topology.access.refuses),
        ),
        _scopes(topology.access),
    ]


def needing(role: str, route: Route) -> Route:
    """Return the route with the role that it needs."""
    metadata = route.get("metadata", {}).get("filter_metadata", {})
    return {**route, "metadata": {"filter_metadata": {**metadata, METADATA: {ROLE: role}}}}


def of_all_cameras(route: Route) -> Route:
    """Return a route that needs a role, for tokens of all cameras alone."""
    metadata = route["metadata"]["filter_metadata"]
    ours = {**metadata[METADATA], CAMERAS: OF_ALL}
    return {**route, "metadata": {"filter_metadata": {**metadata, METADATA: ours}}}


def of_rpc(rpc: Rpc, route: Route, topology: Topology, *, may_be_old: bool) -> Route:
    """Return the route of an RPC with the role that it needs; one that has effects says so.

    may_be_old: an old server may answer, which masks nothing.
    """
    role = (may_be_old and rpc.unmasked) or rpc.role
    found = needing(role, route)
    if has_effect(rpc.path):
        found["metadata"]["filter_metadata"][METADATA][WRITES] = rpc.label
    if topology.access.refuses and rpc.unmasked not in ("", role):
        who = ",".join(GRANTED_BY[rpc.unmasked])
        found["request_headers_to_add"] = [overwrite(UNMASKED, who)["append"]]
    return found


def needed(route: Route) -> str:
    """Return the role that a route needs; "" if it does not say."""
    metadata = route.get("metadata", {}).get("filter_metadata", {})
    return str(metadata.get(METADATA, {}).get(ROLE, ""))


def guarded(routes: Iterable[Route]) -> list[Route]:
    """Return the routes; what the gateway answers by itself needs a token, unless it says other.

    ValueError for a route that leads to a service and says no role.
    """
    found = []
    for route in routes:
        if not needed(route) and "direct_response" not in route:
            raise ValueError(f"the route {route['name']} does not say which role it needs")
        found.append(route if needed(route) else needing(VIEWER, route))
    return found


def policies(access: Access) -> dict[str, Rule]:
    """Return who may take which routes. What none of them allows is refused."""
    needs = {role: [_needs(role)] for role in GRANTED_BY}
    needs[VIEWER].append(_all(_needs(OLD_READ), *_not_of_operations()))
    # What of operations the old server may know that we do not: a list with passwords, say.
    needs[OPERATOR] += [_needs(OLD_READ), _needs(OLD_WRITE)]
    anybodys = [_needs(PUBLIC), *_anybodys_of_old_server(access)]
    of_roles = {
        role: _policy(needs[role], [_has(grants, access)]) for role, grants in GRANTED_BY.items()
    }
    return {PUBLIC: _policy(anybodys, [{"any": True}]), **of_roles}


def _anybodys_of_old_server(access: Access) -> list[Rule]:
    """Return what is passed through without a token."""
    # Probes of containers have none.
    found = [_all(_needs(OLD_READ), _path(re.escape(one))) for one in OLD_SERVERS_OWN]
    if access.pass_through == OPEN:
        found += [_all(_needs(kind), *_not_of_operations()) for kind in (OLD_READ, OLD_WRITE)]
    return found


def _scopes(access: Access) -> HttpFilter:
    """Return the filter that refuses tokens of some cameras where no service looks at that.

    Services look at it themselves (servicekit.scopes); an old server knows nothing of it.
    """
    old = _any(_needs(OLD_READ), _needs(OLD_WRITE))
    asked_of_old_server = _all(old, {"not_rule": _any(*_anybodys_of_old_server(access))})
    claims = [(provider, *keys) for provider, keys in camera_claims(access).items()]
    given = {claim: _claims(claim, {"present_match": True}) for claim in claims}
    all_of_them = {"string_match": {"exact": "*"}}
    any_text = {"string_match": {"safe_regex": {"regex": r"\C*"}}}
    some, none = (
        [_but(given[claim], _claims(claim, {"list_match": {"one_of": one}})) for claim in claims]
        for one in (all_of_them, any_text)
    )
    some += [_came_by(one.name) for one in access.certificates if "*" not in one.cameras]
    of_all = _says(CAMERAS, OF_ALL)
    rules = {
        "action": "DENY",
        "policies": {
            OF_NONE: _policy([{"any": True}], none),
            OF_SOME: _policy([of_all, asked_of_old_server], some),
        },
    }
    config = {"@type": f"{TYPE}.filters.http.rbac.v3.RBAC"}
    return {
        "name": SCOPES,
        "typed_config": config | enforced("scopes", rules, access.refuses),
    }


def _policy(permissions: list[Rule], principals: list[Rule]) -> Rule:
    return {"permissions": permissions, "principals": principals}


def _needs(role: str) -> Rule:
    """Does the route need this role?"""
    return _says(ROLE, role)


def _says(key: str, text: str) -> Rule:
    """Does the route say this under a key?"""
    value = {"string_match": {"exact": text}}
    matcher = {"filter": METADATA, "path": [{"key": key}], "value": value}
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "ROUTE"}}


def _has(roles: Iterable[str], access: Access) -> Rule:
    """Has the token one of these roles, whoever gave it out, or the certificate?"""
    by_token = [
        _claims(
            (provider, *keys),
            {"list_match": {"one_of": {"string_match": {"exact": role}}}},
        )
        for provider, keys in providers(access).items()
        for role in roles
    ]
    having = [one for one in access.certificates if set(roles) & set(one.roles)]
    return {"or_ids": {"ids": [*by_token, *(_came_by(one.name) for one in having)]}}


def _came_by(certificate: str) -> Rule:
    """Is it this certificate that says who asks? No client can set this header."""
    return {"header": {"name": CERTIFICATE, "string_match": {"exact": certificate}}}


def _claims(path: Iterable[str], value: Rule) -> Rule:
    matcher = {"filter": IDENTITY, "path": [{"key": key} for key in path], "value": value}
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "DYNAMIC"}}


def _not_of_operations() -> list[Rule]:
    """Is the path none of an operation, and spelled so that no server takes it for one?"""
    ours = [_path(rf"(?i)({_paths_of_operations()})\C*"), _path(_SPELLED_OTHERWISE)]
    return [{"not_rule": one} for one in ours]


def _all(*rules: Rule) -> Rule:
    return {"and_rules": {"rules": list(rules)}}


def _any(*rules: Rule) -> Rule:
    return {"or_rules": {"rules": list(rules)}}


def _but(principal: Rule, other: Rule) -> Rule:
    return {"and_ids": {"ids": [principal, {"not_id": other}]}}


def _path(regex: str) -> Rule:
    return {"header": {"name": ":path", "string_match": {"safe_regex": {"regex": regex}}}}


def _paths_of_operations() -> str:
    """Return how the paths begin that both sides have operations at."""
    found = {
        "/".join(one.template.split("/")[: _SEGMENTS + 1])
        for one in bindings()
        if one.rpc.context in CONTEXTS
    }
    return "|".join(map(re.escape, sorted(found)))
