"""Envoy's bootstrap document: what stays the same for as long as Envoy runs."""

from pathlib import Path
from typing import Any

from gateway.proxy import resets
from gateway.proxy.clusters import clusters
from gateway.proxy.http_filters import watched
from gateway.proxy.internal_listener import EXTENSION, internal_listener
from gateway.proxy.listener import listeners
from gateway.proxy.old_writes import old_writes_listener
from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE
from gateway.proxy.weights import LAYER


def bootstrap_document(topology: Topology, routes: Path, weights: Path) -> dict[str, Any]:
    """Return the bootstrap; `routes` and `weights` are the absolute paths of these files."""
    before_old_server = topology.old_http is not None
    return {
        "node": {"id": "gateway", "cluster": "camplane"},
        "admin": {"address": {"pipe": {"path": topology.admin_socket, "mode": 0o600}}},
        "static_resources": {
            "listeners": [
                *listeners(topology, routes),
                *([internal_listener(topology)] if before_old_server else []),
                *([old_writes_listener(topology)] if topology.locks_old_writes else []),
            ],
            "clusters": clusters(topology),
        },
        "bootstrap_extensions": [EXTENSION] if before_old_server else [],
        "layered_runtime": {
            "layers": [
                {
                    "name": "static",
                    "static_layer": {
                        # Five spans a message, the default, cost five times the receiver's time.
                        "tracing.opentelemetry.min_flush_spans": 512,
                        # A rollout is rolled back by these: a failed request is to be known
                        # soon. Five small messages a second cost next to nothing.
                        "tracing.opentelemetry.flush_interval_ms": 200,
                        # The default, 100, is too small for a few pinned cameras; how many
                        # there may be is checked where they are set (gateway.vocabulary.routing).
                        "re2.max_program_size.error_level": 1 << 20,
                        # UNAVAILABLE says that nothing was done. Of a call that took too
                        # long nobody knows, and it may not be read as safe to repeat.
                        "envoy.reloadable_features.grpc_timeout_returns_deadline_exceeded": True,
                        **resets.OVER_A_LIFE,
                    },
                },
                {
                    "name": LAYER,
                    "rtds_layer": {"name": LAYER, "rtds_config": watched(weights)},
                },
            ]
        },
        "overload_manager": {
            "resource_monitors": [
                {
                    "name": "envoy.resource_monitors.global_downstream_max_connections",
                    "typed_config": {
                        "@type": f"{TYPE}.resource_monitors.downstream_connections.v3"
                        ".DownstreamConnectionsConfig",
                        "max_active_downstream_connections": topology.limits.connections,
                    },
                }
            ]
        },
        "stats_flush_interval": "1s",
    }
