"""What proxies in front say of the client (X-Forwarded-For and -Proto), and whose word counts.

The old server shall be told by a trusted proxy what it would be told by it alone: both headers
stay as they came. Anybody else is the client: its address is appended, as by any proxy, and
the scheme is that of its connection.
"""

from typing import Any

from gateway.proxy.http_filters import HttpFilter, named, unless
from gateway.proxy.topology import Topology, parse_network
from gateway.proxy.type_urls import TYPE

# The connection manager's part: it believes everybody, and appends nobody's address.
BELIEVED = {"use_remote_address": True, "xff_num_trusted_hops": 1, "skip_xff_append": True}

_FOR, _PROTO = "x-forwarded-for", "x-forwarded-proto"
_PEER = "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"


def strangers(topology: Topology) -> HttpFilter:
    """Return the filter that tells the truth of peers that are no trusted proxies."""
    return unless(_is_trusted(topology), _truth("http" if topology.tls is None else "https"))


def _truth(scheme: str) -> HttpFilter:
    mutations = [
        _write(_FOR, _PEER, "APPEND_IF_EXISTS_OR_ADD"),
        _write(_PROTO, scheme, "OVERWRITE_IF_EXISTS_OR_ADD"),
        # Made of what the stranger said.
        {"remove": "x-envoy-external-address"},
    ]
    return named(
        "header_mutation",
        f"{TYPE}.filters.http.header_mutation.v3.HeaderMutation",
        mutations={"request_mutations": mutations},
    )


def _write(key: str, value: str, how: str) -> dict[str, Any]:
    return {"append": {"header": {"key": key, "value": value}, "append_action": how}}


def _is_trusted(topology: Topology) -> dict[str, Any]:
    peer = {
        # The connection's own; "source IP" is what the header says.
        "name": "direct_source_ip",
        "typed_config": {"@type": f"{TYPE}.matching.common_inputs.network.v3.DirectSourceIPInput"},
    }
    networks = {
        "name": "trusted_proxies",
        "typed_config": {
            "@type": f"{TYPE}.matching.input_matchers.ip.v3.Ip",
            "cidr_ranges": [parse_network(one) for one in topology.trusted_proxies],
            "stat_prefix": "trusted_proxies",
        },
    }
    return {"single_predicate": {"input": peer, "custom_match": networks}}
