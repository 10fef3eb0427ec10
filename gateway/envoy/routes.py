"""The routes document: which request goes where, at the present weights.

Order, first match wins: paths with an encoded slash (no operation has one),
the REST operations by template, native gRPC, everything else.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from gateway.envoy import answers
from gateway.envoy.route_table import (
    PARAMETER,
    Binding,
    Rpc,
    allowed_methods,
    bindings,
    path_regex,
    rpcs,
    templates,
)
from gateway.envoy.targets import CONTROL, Target, control_target, split_targets
from gateway.envoy.topology import Topology
from gateway.rollout.split import CONTEXTS, Split

Route = dict[str, Any]

LUA = "envoy.filters.http.lua"
FORCE = "force_domain"
# The old system's values, in any case.
FORCED = {"domain": "(?i)(true|1)", "legacy": "(?i)(false|0)"}
# These wait for a worker process to end, five seconds or more.
SLOW_RPCS = frozenset({"StopCamera", "RestartCamera", "DeleteCamera", "DeactivateCamera"})
# Domain failed before it did anything: legacy may answer in its place.
RETRY_ON = "connect-failure,refused-stream,unavailable"
CAMERA_ID_METADATA = "x-camera-id"
# grpcurl and load balancers ask the gateway for these; the control process
# knows every contract, and is healthy when each context can be served.
CONTROL_SERVICES = (
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1.ServerReflection/",
    "/grpc.reflection.v1alpha.ServerReflection/",
)
METADATA = "camplane.split"


def routes_document(
    topology: Topology, split: Split, held_back: Collection[str] = ()
) -> dict[str, Any]:
    """Return the file that Envoy's route discovery reads.

    held_back: contexts whose domain gets nothing for now, whatever the split
    says; the document still records the split, for `recorded_split`. Its
    version is a digest of its content: Envoy takes no notice of a new version
    of the same routes.
    """
    routes = [
        *_encoded_slash(topology),
        *_rest_routes(topology, split, held_back),
        *_native_routes(topology, split, held_back),
        *_everything_else(topology),
    ]
    host = {
        "name": "gateway",
        "domains": ["*"],
        "routes": routes,
        "typed_per_filter_config": {"envoy.filters.http.cors": _cors_policy(topology)},
        "metadata": {
            "filter_metadata": {
                METADATA: {
                    **{context: split.domain(context) for context in CONTEXTS},
                    "held_back": sorted(held_back),
                }
            }
        },
    }
    configuration = {
        "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        "name": "gateway",
        "virtual_hosts": [host],
    }
    digest = hashlib.sha256(json.dumps(configuration).encode()).hexdigest()
    return {"version_info": digest[:16], "resources": [configuration]}


def recorded_split(document: dict[str, Any]) -> tuple[Split, frozenset[str]]:
    """Return the split that a routes document was made for, and the contexts held back in it."""
    host = document["resources"][0]["virtual_hosts"][0]
    recorded = host["metadata"]["filter_metadata"][METADATA]
    split = Split(camera=int(recorded["camera"]), alert=int(recorded["alert"]))
    return split, frozenset(recorded["held_back"])


def _preflight(topology: Topology, template: str) -> Route:
    # The cors filter answers for routes that lead to a cluster only. It does
    # so for every request that this matches: none goes further.
    return {
        "name": "preflight",
        "match": {
            "safe_regex": {"regex": path_regex(template)},
            "headers": [
                {"name": ":method", "string_match": {"exact": "OPTIONS"}},
                {
                    "name": "origin",
                    "string_match": {"safe_regex": {"regex": "|".join(topology.cors_origins)}},
                },
                {"name": "access-control-request-method", "present_match": True},
            ],
        },
        "route": {"cluster": CONTROL},
    }


def _encoded_slash(topology: Topology) -> Iterator[Route]:
    # %2F would be unescaped into the id. The monolith took it for a slash.
    match = {"safe_regex": {"regex": r"/.*%2[fF].*"}}
    if topology.old_http is not None:
        yield _to_old_server(match)
    else:
        yield answers.not_found(match)


def _rest_routes(topology: Topology, split: Split, held_back: Collection[str]) -> Iterator[Route]:
    for template in templates():
        yield _preflight(topology, template)
        for binding in bindings():
            if binding.template == template:
                yield from _binding_routes(topology, binding, split, held_back)
        if topology.old_http is None:
            yield answers.method_not_allowed(path_regex(template), allowed_methods(template))
            yield answers.without_trailing_slash(path_regex(template))


def _binding_routes(
    topology: Topology, binding: Binding, split: Split, held_back: Collection[str]
) -> Iterator[Route]:
    match = {
        "safe_regex": {"regex": path_regex(binding.template)},
        "headers": [{"name": ":method", "string_match": {"exact": binding.http_method}}],
    }
    common = {
        "name": binding.rpc.label,
        "metadata": {"filter_metadata": {LUA: _lua_metadata(binding)}},
    }
    rpc = binding.rpc
    if rpc.context in CONTEXTS:
        domain, legacy = split_targets(topology, rpc.context)
        for target, value in ((domain, FORCED["domain"]), (legacy, FORCED["legacy"])):
            matched = _with_query(match, {"string_match": {"safe_regex": {"regex": value}}})
            action = _action(topology, rpc, [(target, 100)])
            yield {**common, "match": matched, "route": action}
    yield answers.bad_force_domain(_with_query(match, {"present_match": True}))
    action = _split_action(topology, rpc, split, held_back)
    if binding.sticky_parameter and rpc.context in CONTEXTS:
        action["hash_policy"] = [_sticky_by_path(binding.template)]
        action["weighted_clusters"]["use_hash_policy"] = True
    yield {**common, "match": match, "route": action}


def _native_routes(topology: Topology, split: Split, held_back: Collection[str]) -> Iterator[Route]:
    for rpc in rpcs():
        action = _native_action(topology, rpc, split, held_back)
        yield {"name": rpc.label, "match": {"path": rpc.path, "grpc": {}}, "route": action}
    control = {
        "weighted_clusters": {"clusters": [control_target().native().entry(100)]},
        "timeout": "0s",
    }
    for prefix in CONTROL_SERVICES:
        yield {"name": prefix[1:-1], "match": {"prefix": prefix, "grpc": {}}, "route": control}
    yield answers.not_found({"prefix": "/", "grpc": {}})


def _native_action(
    topology: Topology, rpc: Rpc, split: Split, held_back: Collection[str]
) -> dict[str, Any]:
    if topology.old_http is not None and rpc.context in CONTEXTS:
        # The old server speaks no gRPC.
        domain, _ = split_targets(topology, rpc.context)
        return _action(topology, rpc, [(domain.native(), 100)])
    action = _split_action(topology, rpc, split, held_back, native=True)
    if rpc.context in CONTEXTS:
        # Without this metadata there is no hash, and the weights are drawn at random.
        action["hash_policy"] = [{"header": {"header_name": CAMERA_ID_METADATA}}]
        action["weighted_clusters"]["use_hash_policy"] = True
    return action


def _everything_else(topology: Topology) -> Iterator[Route]:
    if topology.old_http is not None:
        yield _to_old_server({"prefix": "/"})
    else:
        yield answers.not_found({"prefix": "/"})


def _to_old_server(match: Route) -> Route:
    """Hand a request to the monolith as it came; its answer is left as it is too."""
    return {
        "name": "old server",
        "match": match,
        "route": {"cluster": "old_http", "timeout": "0s"},
        "typed_per_filter_config": {"envoy.filters.http.cors": answers.DISABLED},
    }


def _split_action(
    topology: Topology,
    rpc: Rpc,
    split: Split,
    held_back: Collection[str],
    native: bool = False,
) -> dict[str, Any]:
    if rpc.context not in CONTEXTS:
        shares = [(control_target(), 100)]
    else:
        percent = 0 if rpc.context in held_back else split.domain(rpc.context)
        domain, legacy = split_targets(topology, rpc.context)
        # The order is fixed: a hash that falls to domain stays there as it grows.
        shares = [(domain, percent), (legacy, 100 - percent)]
    if native:
        shares = [(target.native(), weight) for target, weight in shares]
    return _action(topology, rpc, shares)


def _action(topology: Topology, rpc: Rpc, shares: list[tuple[Target, int]]) -> dict[str, Any]:
    limits = topology.limits
    seconds = limits.long_timeout_seconds if rpc.name in SLOW_RPCS else limits.timeout_seconds
    action: dict[str, Any] = {
        "weighted_clusters": {"clusters": [target.entry(weight) for target, weight in shares]},
        "timeout": "0s" if rpc.is_streaming else f"{seconds:g}s",
    }
    if rpc.is_streaming:
        action["idle_timeout"] = "0s"
    if rpc.context in CONTEXTS and topology.old_http is None:
        action["retry_policy"] = _fall_back(rpc)
    return action


def _fall_back(rpc: Rpc) -> dict[str, Any]:
    """Ask legacy, the lower priority of domain's cluster, in domain's place."""
    return {
        # A read whose answer was lost may be asked again; a write may not.
        "retry_on": f"{RETRY_ON},reset" if rpc.is_read else RETRY_ON,
        "num_retries": 1,
        "retry_priority": {
            "name": "envoy.retry_priorities.previous_priorities",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.retry.priority"
                ".previous_priorities.v3.PreviousPrioritiesConfig",
                "update_frequency": 1,
            },
        },
    }


def _sticky_by_path(template: str) -> dict[str, Any]:
    prefix = template[: PARAMETER.search(template).start()]  # type: ignore[union-attr]
    regex = f"^{re.escape(prefix)}([^/?]+).*"
    return {
        "header": {
            "header_name": ":path",
            "regex_rewrite": {"pattern": {"regex": regex}, "substitution": r"\1"},
        }
    }


def _with_query(match: Route, matcher: dict[str, Any]) -> Route:
    return {**match, "query_parameters": [{"name": FORCE, **matcher}]}


def _lua_metadata(binding: Binding) -> dict[str, Any]:
    """Return what rest.lua knows of the operation it stands before."""
    return {"query": dict(binding.query_parameters), "ignore_body": not binding.takes_body}


def _cors_policy(topology: Topology) -> dict[str, Any]:
    methods = sorted({binding.http_method for binding in bindings()})
    return {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy",
        "allow_origin_string_match": [
            {"safe_regex": {"regex": origin}} for origin in topology.cors_origins
        ],
        "allow_methods": ", ".join(methods),
        "allow_headers": "*",
        "expose_headers": "x-camplane-path, x-camplane-fallback",
        "max_age": "600",
    }
