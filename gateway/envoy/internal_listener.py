"""The internal listener: makes gRPC of REST for domain, behind the gateway's own listener.

Needed before an old HTTP server only (old_server). The gateway's listener keeps the request as
it came, so that the old server can be asked in domain's place; what this one answers says
whether domain may have done something.
"""

from typing import Any

from gateway.envoy import old_server
from gateway.envoy.actions import Actions
from gateway.envoy.http_filters import lua, router, transcoder
from gateway.envoy.local_replies import local_replies
from gateway.envoy.rest_routes import operation
from gateway.envoy.route_table import Binding, bindings
from gateway.envoy.targets import GRPC_STATUS
from gateway.envoy.topology import Topology
from gateway.envoy.tracing import failed_attempts_log
from gateway.envoy.type_urls import TYPE
from gateway.rollout.routing import Routing
from gateway.rollout.split import CONTEXTS, Split

Document = dict[str, Any]

_STATUS = "%RESP(grpc-status)%"
EXTENSION = {
    "name": "envoy.bootstrap.internal_listener",
    "typed_config": {"@type": f"{TYPE}.bootstrap.internal_listener.v3.InternalListener"},
}


def internal_listener(topology: Topology) -> Document:
    """Return the listener, which is reached by a cluster of Envoy's own alone."""
    limits = topology.limits
    manager = {
        "@type": f"{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": old_server.INTERNAL_LISTENER,
        "codec_type": "HTTP2",
        "route_config": {
            "name": old_server.INTERNAL_LISTENER,
            "virtual_hosts": [
                {"name": "domain", "domains": ["*"], "routes": _routes(topology)},
            ],
        },
        # What the gateway's listener made of the request stays as it is.
        "use_remote_address": False,
        "skip_xff_append": True,
        "generate_request_id": False,
        "preserve_external_request_id": True,
        "server_header_transformation": "PASS_THROUGH",
        "max_request_headers_kb": limits.header_kib * 2,
        "request_timeout": "30s",
        "stream_idle_timeout": "0s",
        "local_reply_config": local_replies(
            limits.request_bytes, limits.header_kib, says_unserved=True
        ),
        "http_filters": [lua(), transcoder(topology), router(failed_attempts_log(topology))],
    }
    return {
        "name": old_server.INTERNAL_LISTENER,
        "internal_listener": {},
        "per_connection_buffer_limit_bytes": limits.request_bytes,
        "filter_chains": [
            {
                "filters": [
                    {
                        "name": "envoy.filters.network.http_connection_manager",
                        "typed_config": manager,
                    }
                ]
            }
        ],
    }


def _routes(topology: Topology) -> list[Document]:
    # Whatever the split: what comes here is domain's.
    actions = Actions(topology, Routing(Split(0, 0)))
    return [_route(actions, one) for one in bindings() if one.rpc.context in CONTEXTS]


def _route(actions: Actions, binding: Binding) -> Document:
    return {
        **operation(binding),
        "name": binding.rpc.label,
        "route": actions.of_service(binding.rpc),
        # An error's, which is lost when the answer becomes JSON.
        "response_headers_to_add": [{"header": {"key": GRPC_STATUS, "value": _STATUS}}],
    }
