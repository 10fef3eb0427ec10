"""A plain HTTP server as the old side: its clusters, what is passed through, who stands in.

It speaks no gRPC, so a request must still be REST when it is asked, in domain's place as well:
REST for domain goes to an internal listener (internal_listener), which makes gRPC of it. The
cluster that routes name for domain holds both, that listener first, the old server behind it.
"""

from collections.abc import Iterator
from typing import Any

import grpc

from gateway.proxy import answers
from gateway.proxy.authorization import OLD_READ, OLD_WRITE, needing
from gateway.proxy.cross_site import NAME as CROSS_SITE
from gateway.proxy.targets import GRPC_STATUS, OLD_HTTP, REFUSED, UNSERVED, next_priority
from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE

Document = dict[str, Any]

# Methods that change nothing (RFC 9110, 9.2.1): a lost request is sent again.
SAFE_METHODS = "GET|HEAD|OPTIONS"
WEBSOCKET = "websocket"
# The internal listener, and the cluster that leads to it.
INTERNAL_LISTENER, DOMAIN_REST = "transcoding", "domain_rest"
# The old server again, as it is asked in domain's place.
STAND_IN = "old_stand_in"
# Envoy's flags by which the internal listener says that domain was not reached, so that it did
# nothing; unless it was at an earlier attempt. UNAVAILABLE says the same: a service may answer
# so only before any effect.
_NOT_REACHED = r"(.*,)?(UF|UH|UO)(,.*)? 1"
UNAVAILABLE = str(grpc.StatusCode.UNAVAILABLE.value[0])
_AGAIN = 2
# A read that met the close of a connection, the opening of a WebSocket included.
_SENT_AGAIN = {"retry_on": "reset,connect-failure", "num_retries": _AGAIN}
# Anything else is, too, as long as nothing of it has left.
_NOT_SENT = {"retry_on": "reset-before-request,connect-failure", "num_retries": _AGAIN}
# Reads that the old system did not have, where it may have paths of its own: an export, say,
# where a camera's id stands. What domain does not know is asked of the old server, and if that
# neither knows it the last word is domain's.
NEW_READS = frozenset({"GetCamera", "GetRule"})
_UNKNOWN = [400, 404, 405, 422]
# What the old system knows nothing of: whatever the split, that is domain's.
DOMAINS_ALONE = frozenset(
    {
        *("IngestEvents", "ListRuleStates", "TestRule", "ListChannels", "TestChannel"),
        *("ListAlerts", "GetAlert", "HandleAlerts", "GetAlertStatistics"),
        *("SnoozeRule", "EndSnooze", "ListSnoozes"),
    }
)


def of_connections(topology: Topology) -> Document:
    """Return what the connection manager must know: WebSockets, and a server with a name."""
    if topology.old_http is None:
        return {}
    return {
        "upgrade_configs": [{"upgrade_type": WEBSOCKET, "enabled": False}],
        "server_header_transformation": "APPEND_IF_ABSENT",
    }


def limits(topology: Topology) -> Document:
    """Return a route's limits: those of the settings, by default none that the server has not."""
    old = topology.old_server
    return {"timeout": _seconds(old.request_seconds), "idle_timeout": _seconds(old.idle_seconds)}


# Of a route whose answers are left as they are: the server may have pages of its own.
UNTOUCHED = {
    "typed_per_filter_config": {
        "envoy.filters.http.cors": answers.DISABLED,
        CROSS_SITE: answers.DISABLED,
    }
}


def upgrade_route(topology: Topology) -> Document:
    """Return the route of WebSockets, of whatever path: camplane has none of its own."""
    upgrade = {"name": "upgrade", "string_match": {"exact": WEBSOCKET, "ignore_case": True}}
    route = {
        **UNTOUCHED,
        "name": "old server websocket",
        "match": {"prefix": "/", "headers": [upgrade]},
        "route": {
            "cluster": OLD_HTTP,
            "timeout": "0s",
            "idle_timeout": _seconds(topology.old_server.upgrade_idle_seconds),
            "upgrade_configs": [{"upgrade_type": WEBSOCKET, "enabled": True}],
            "retry_policy": _SENT_AGAIN,
        },
    }
    return needing(OLD_WRITE, route)


def passed_through(topology: Topology, match: Document) -> Iterator[Document]:
    """Return the routes that hand a request to the server as it came, safe ones first."""
    safe = {"name": ":method", "string_match": {"safe_regex": {"regex": SAFE_METHODS}}}
    action = {"cluster": OLD_HTTP, **limits(topology)}
    headers = match.get("headers", [])
    for one, again, role in (
        ({**match, "headers": [*headers, safe]}, _SENT_AGAIN, OLD_READ),
        (match, _NOT_SENT, OLD_WRITE),
    ):
        route = {**action, "retry_policy": again}
        yield needing(role, {**UNTOUCHED, "name": "old server", "match": one, "route": route})


def fallback(has_effect: bool, shares_path: bool = False) -> Document:
    """Return the retry policy of a REST operation: the old server is asked in domain's place.

    What only reads is asked again whatever went wrong. A write is only when nothing can
    have happened: the old server knows nothing of keys, by which it would happen once.
    shares_path: an operation in NEW_READS.
    """
    unserved: Document = {"name": UNSERVED}
    refused: Document
    if has_effect:
        retry_on = "connect-failure,reset-before-request,refused-stream,retriable-headers"
        unserved["string_match"] = {"safe_regex": {"regex": _NOT_REACHED}}
        refused = {"name": REFUSED, "string_match": {"exact": f"{UNAVAILABLE} 1"}}
    else:
        retry_on = "connect-failure,refused-stream,reset,retriable-headers"
        unserved["present_match"] = True
        refused = {"name": GRPC_STATUS, "string_match": {"exact": UNAVAILABLE}}
    unknown = {}
    if shares_path:
        retry_on += ",retriable-status-codes"
        unknown = {"retriable_status_codes": _UNKNOWN}
    return {
        "retry_on": retry_on,
        "retriable_headers": [unserved, refused],
        **unknown,
        "num_retries": _AGAIN,
        # It is another server that is asked: there is nothing to wait for.
        "retry_back_off": {"base_interval": "0.001s", "max_interval": "0.01s"},
        "retry_priority": next_priority(),
    }


def domain_with_stand_in(name: str, stand_in: str = STAND_IN) -> Document:
    """Return a cluster of two: REST for domain, and behind it the old server."""
    return {
        "name": name,
        "connect_timeout": "1s",
        "lb_policy": "CLUSTER_PROVIDED",
        "cluster_type": {
            "name": "envoy.clusters.aggregate",
            "typed_config": {
                "@type": f"{TYPE}.clusters.aggregate.v3.ClusterConfig",
                "clusters": [DOMAIN_REST, stand_in],
            },
        },
    }


def _seconds(seconds: float) -> str:
    return f"{seconds:g}s"
