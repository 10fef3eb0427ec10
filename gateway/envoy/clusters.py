"""Envoy's clusters: the services behind the gateway, their health and their stand-ins."""

from collections.abc import Sequence
from typing import Any

from gateway.envoy import metrics_routes
from gateway.envoy.mirrors import MOST_IN_FLIGHT, shadow_cluster
from gateway.envoy.targets import CONTROL, IMPLEMENTATION, METADATA, OLD_HTTP, STANDS_IN
from gateway.envoy.topology import Topology, needs_dns, parse_address
from gateway.rollout.split import CONTEXTS

OTLP = "otlp"
Cluster = dict[str, Any]


def clusters(topology: Topology) -> list[Cluster]:
    """Return every cluster; routes never name one that is not here."""
    services = topology.services()
    found = []
    for context in CONTEXTS:
        domain, legacy = services[f"{context}/domain"], services.get(f"{context}/legacy")
        endpoints = [(domain, "domain")]
        if legacy is not None:
            # Legacy stands in for domain, in the same request if need be.
            endpoints.append((legacy, "legacy"))
            own = [(legacy, "legacy")]
            found.append(_service(f"{context}_legacy", own, topology))
            found += [
                _cluster(
                    shadow_cluster(context, side),
                    [(address, side)],
                    topology,
                    http2=True,
                    most_in_flight=MOST_IN_FLIGHT,
                )
                for address, side in endpoints
            ]
        found.append(_service(f"{context}_domain", endpoints, topology))
    control = [(topology.control, "control")]
    found.append(_cluster(CONTROL, control, topology, http2=True))
    if topology.old_http is not None:
        old = [(topology.old_http, "legacy")]
        found.append(_cluster(OLD_HTTP, old, topology, http2=False))
    if topology.otlp_endpoint is not None:
        receiver = [(topology.otlp_endpoint, "otlp")]
        found.append(_cluster(OTLP, receiver, topology, http2=True))
    for name, address in metrics_routes.addresses(topology).items():
        found.append(_cluster(name, [(address, "metrics")], topology, http2=False))
    return found


def _service(name: str, endpoints: Sequence[tuple[str, str]], topology: Topology) -> Cluster:
    return {
        **_cluster(name, endpoints, topology, http2=True),
        "health_checks": [
            {
                # Many quick checks rather than two patient ones: a check that hangs,
                # at a service that just starts, delays the next one.
                "timeout": "0.5s",
                "interval": "0.5s",
                "no_traffic_interval": "0.5s",
                "unhealthy_threshold": 4,
                # One that is back must soon be able to stand in for the other.
                "unhealthy_interval": "0.1s",
                "healthy_threshold": 1,
                "grpc_health_check": {},
            }
        ],
        # Never send requests to hosts known to be down: 503 at once is better.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
    }


def _cluster(
    name: str,
    endpoints: Sequence[tuple[str, str]],
    topology: Topology,
    http2: bool,
    most_in_flight: int = 0,
) -> Cluster:
    protocol: Cluster = {"http2_protocol_options" if http2 else "http_protocol_options": {}}
    in_flight = most_in_flight or topology.limits.connections * 2
    return {
        "name": name,
        "type": "STRICT_DNS" if any(needs_dns(address) for address, _ in endpoints) else "STATIC",
        "connect_timeout": "1s",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3"
                ".HttpProtocolOptions",
                "explicit_http_config": protocol,
            }
        },
        # No cap on rescues, and no retry budget: either fails the requests that it
        # does not rescue. With 32 at a time on a domain that answers UNAVAILABLE,
        # the default of 3 retries lost 87 % of them, a budget of 20 % lost 92 %, of
        # 100 % still 78 %, and this none. A domain whose faults legacy hides is not
        # Envoy's to judge: the rollout takes its traffic away.
        "circuit_breakers": {
            "thresholds": [
                {
                    "max_connections": in_flight,
                    "max_pending_requests": in_flight,
                    "max_requests": in_flight,
                    "max_retries": in_flight,
                }
            ]
        },
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {"priority": priority, "lb_endpoints": [_host(address, implementation, priority)]}
                for priority, (address, implementation) in enumerate(endpoints)
            ],
        },
    }


def _host(address: str, implementation: str, priority: int) -> dict[str, Any]:
    """Return an endpoint that tells answers and spans which implementation was asked."""
    about = {IMPLEMENTATION: implementation}
    if priority:  # it is asked in the first one's place
        about[STANDS_IN] = "true"
    return {
        "endpoint": {"address": parse_address(address)},
        "metadata": {"filter_metadata": {METADATA: about}},
    }
