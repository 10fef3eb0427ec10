"""The routes document: which request goes where. Shares are looked up elsewhere (weights).

Order, first match wins: paths with an encoded slash (no operation has one),
the REST operations by template, the pages, native gRPC, metrics, everything else.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from gateway.proxy import answers, old_server
from gateway.proxy.actions import Actions
from gateway.proxy.authorization import guarded, needing
from gateway.proxy.hosts import for_known_hosts
from gateway.proxy.login_routes import login_routes
from gateway.proxy.metrics_routes import metrics_routes
from gateway.proxy.native_routes import native_routes
from gateway.proxy.old_writes import slashed_writes
from gateway.proxy.pins import routes_by_pin
from gateway.proxy.rest_routes import rest_routes
from gateway.proxy.topology import Topology
from gateway.proxy.web_routes import LARGEST_FILE, web_routes
from gateway.vocabulary.roles import PUBLIC
from gateway.vocabulary.route_table import bindings
from gateway.vocabulary.routing import Routing

Route = dict[str, Any]

# %2F would be unescaped into the id. The monolith took it for a slash.
ENCODED_SLASH = {"safe_regex": {"regex": "/.*%2[fF].*"}}


def are_alike(one: Routing, other: Routing) -> bool:
    """Are the routes of two routings the same?"""
    return (one.pins, one.mirrored) == (other.pins, other.mirrored)


def routes_document(topology: Topology, routing: Routing) -> dict[str, Any]:
    """Return the file that Envoy's route discovery reads; its version is a digest of it."""
    host = {
        "name": "gateway",
        "domains": ["*"],
        "matcher": for_known_hosts(
            topology, routes_by_pin(routing, lambda side: table(Actions(topology, routing, side)))
        ),
        "typed_per_filter_config": {"envoy.filters.http.cors": _cors_policy(topology)},
    }
    configuration = {
        "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        "name": "gateway",
        "virtual_hosts": [host],
        "max_direct_response_body_size_bytes": LARGEST_FILE,
    }
    version = hashlib.sha256(orjson.dumps(configuration)).hexdigest()[:16]
    return {"version_info": version, "resources": [configuration]}


def table(actions: Actions) -> list[Route]:
    """Return the routes; those for pinned cameras have what paths with their ids can ask for."""
    topology = actions.topology
    pages = [] if actions.pinned_to else [*web_routes(topology), *login_routes(topology)]
    metrics = [] if actions.pinned_to else [*metrics_routes(topology)]
    found = [
        *([] if topology.old_http is None else [old_server.upgrade_route(topology)]),
        *_no_operation(topology, ENCODED_SLASH),
        *rest_routes(actions),
        *pages,
        *native_routes(actions),
        *metrics,
        *([needing(PUBLIC, answers.here())] if topology.old_http is None else []),
        *slashed_writes(topology),
        *_no_operation(topology, {"prefix": "/"}),
    ]
    return guarded(found)


def _no_operation(topology: Topology, match: Route) -> Iterator[Route]:
    """Answer 404, or hand the request to the monolith as it came."""
    if topology.old_http is None:
        yield answers.not_found(match)
    else:
        yield from old_server.passed_through(topology, match)


def _cors_policy(topology: Topology) -> dict[str, Any]:
    methods = sorted({binding.http_method for binding in bindings()})
    return {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy",
        "allow_origin_string_match": [
            {"safe_regex": {"regex": origin}} for origin in topology.cors_origins
        ],
        "allow_methods": ", ".join(methods),
        # The wildcard does not stand for this one.
        "allow_headers": "*, authorization",
        "expose_headers": "x-camplane-path, x-camplane-fallback",
        "max_age": "600",
    }
