"""The internal listener: makes gRPC of REST for domain, behind the gateway's own listener.

Needed before an old HTTP server only (old_server). The gateway's listener keeps the request as
it came, so that the old server can be asked in domain's place; what this one answers says
whether domain may have done something.
"""

from typing import Any

from gateway.proxy import old_server, resets
from gateway.proxy.actions import Actions
from gateway.proxy.http_filters import lua, off, router, served, transcoder
from gateway.proxy.local_replies import local_replies
from gateway.proxy.rest_routes import STREAMED, operation
from gateway.proxy.targets import ATTEMPT, GRPC_STATUS, REFUSED, TURNED_ON, UNSERVED, key_of_request
from gateway.proxy.topology import Topology
from gateway.proxy.tracing import failed_attempts_log
from gateway.proxy.type_urls import TYPE
from gateway.vocabulary.route_table import Binding, bindings
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS, Split
from servicekit.idempotency import has_effect

Document = dict[str, Any]

_STATUS = "%RESP(grpc-status)%"
# The host that a write is sent to once more through this listener, so that it can be repeated.
_WRITES = "writes.internal"
# Flags of a connection that broke while the write was under way, and the attempts behind the first.
_UNDER_WAY = "UC|UR|LR"
_LATER = "([2-9]|1[0-9])"
EXTENSION = {
    "name": "envoy.bootstrap.internal_listener",
    "typed_config": {"@type": f"{TYPE}.bootstrap.internal_listener.v3.InternalListener"},
}


def internal_listener(topology: Topology) -> Document:
    """Return the listener, which is reached by a cluster of Envoy's own alone."""
    limits = topology.limits
    manager = {
        "stat_prefix": old_server.INTERNAL_LISTENER,
        "codec_type": "HTTP2",
        "http2_protocol_options": resets.OF_ALL_CLIENTS,
        "route_config": {
            "name": old_server.INTERNAL_LISTENER,
            "virtual_hosts": _hosts(topology),
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
        "http_filters": [
            off(lua()),
            off(transcoder(topology)),
            router(failed_attempts_log(topology)),
        ],
    }
    return {
        "name": old_server.INTERNAL_LISTENER,
        "internal_listener": {},
        "per_connection_buffer_limit_bytes": limits.request_bytes,
        "filter_chains": served(**manager),
    }


def _hosts(topology: Topology) -> list[Document]:
    """Return who asks for what: the gateway's listener, and this one, to repeat a write."""
    # Whatever the split: what comes here is domain's.
    actions = Actions(topology, Routing(Split(0, 0)))
    of_domain = [one for one in bindings() if one.rpc.context in CONTEXTS]
    writes = [one for one in of_domain if has_effect(one.rpc.path)]
    reads = [one for one in of_domain if not has_effect(one.rpc.path)]
    return [
        {
            "name": "writes",
            "domains": [_WRITES],
            "routes": [_asked(actions, one) for one in writes],
        },
        {
            "name": "all",
            "domains": ["*"],
            "include_request_attempt_count": True,
            "routes": [*map(_repeated, writes), *(_asked(actions, one) for one in reads)],
        },
    ]


def _asked(actions: Actions, binding: Binding) -> Document:
    """Return the route that asks domain; of a write the key was made before."""
    is_write = has_effect(binding.rpc.path)
    return {
        **operation(binding),
        "name": binding.rpc.label,
        "route": actions.of_service(binding.rpc, has_key=is_write),
        "typed_per_filter_config": TURNED_ON,
        # An error's, which is lost when the answer becomes JSON.
        "response_headers_to_add": [
            {"header": {"key": GRPC_STATUS, "value": _STATUS}},
            *([{"header": {"key": REFUSED, "value": f"{_STATUS} {ATTEMPT}"}}] if is_write else []),
            *(STREAMED if binding.rpc.is_streaming else []),
        ],
    }


def _repeated(binding: Binding) -> Document:
    """Return the route of a write that is sent again, with its key, when it broke off under way.

    Nobody else may be asked then: domain alone knows whether it was done. It is back soon.
    """
    broken = rf".*\b({_UNDER_WAY})\b.*|.* {_LATER}"
    return {
        "match": operation(binding)["match"],
        "name": binding.rpc.label,
        "request_headers_to_add": [key_of_request()],
        "route": {
            "cluster": old_server.DOMAIN_REST,
            "timeout": "0s",
            "host_rewrite_literal": _WRITES,
            "retry_policy": {
                "retry_on": "reset,retriable-headers",
                "retriable_headers": [
                    _said(UNSERVED, broken),
                    _said(REFUSED, f"{old_server.UNAVAILABLE} {_LATER}"),
                ],
                "num_retries": 10,
                "retry_back_off": {"base_interval": "0.5s", "max_interval": "1s"},
            },
        },
    }


def _said(header: str, regex: str) -> Document:
    return {"name": header, "string_match": {"safe_regex": {"regex": regex}}}
