"""Envoy's clusters: the services behind the gateway, their health and their stand-ins."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gateway.proxy import metrics_routes, old_server, old_writes
from gateway.proxy.mirrors import MAX_IN_FLIGHT, shadow_cluster
from gateway.proxy.provider_clusters import provider_clusters
from gateway.proxy.targets import (
    ASSIGNED_SIDE,
    CAMERA_WRITES_DOMAIN,
    CONTROL,
    IMPLEMENTATION,
    METADATA,
    OLD_CAMERA_WRITES,
    OLD_HTTP,
    STANDS_IN,
    grpc_target,
)
from gateway.proxy.topology import Topology, needs_dns, parse_address
from gateway.vocabulary.split import CONTEXTS, DOMAIN, LEGACY

OTLP = "otlp"
Cluster = dict[str, Any]
# In the place of an address: before the name of a listener inside Envoy.
INTERNAL = "internal:"
NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


def clusters(topology: Topology) -> list[Cluster]:
    """Return every cluster; routes never name one that is not here."""
    of_services = _own_services if topology.old_http is None else _before_old_server
    found = list(of_services(topology))
    control = [(topology.control, "control")]
    found.append(_cluster(CONTROL, control, topology, http2=True))
    if topology.otlp_endpoint is not None:
        receiver = [(topology.otlp_endpoint, "otlp")]
        found.append(_cluster(OTLP, receiver, topology, http2=True))
    found += provider_clusters(topology.access)
    for name, address in metrics_routes.addresses(topology).items():
        found.append(_cluster(name, [(address, "metrics")], topology, http2=False))
    return found


def _own_services(topology: Topology) -> Iterator[Cluster]:
    """Return the clusters of both implementations; legacy stands in for domain by gRPC."""
    services = topology.services()
    for context in CONTEXTS:
        endpoints = [(services[f"{context}/{side}"], side) for side in (DOMAIN, LEGACY)]
        yield _service(f"{context}_legacy", endpoints[1:], topology)
        for address, side in endpoints:
            yield _cluster(
                shadow_cluster(context, side),
                [(address, side)],
                topology,
                http2=True,
                most_in_flight=MAX_IN_FLIGHT,
            )
        # Legacy stands in for domain, in the same request if need be.
        yield _service(f"{context}_domain", endpoints, topology)


def _before_old_server(topology: Topology) -> Iterator[Cluster]:
    """Return the clusters of domain and of the old server, which stands in for it by REST."""
    assert topology.old_http is not None
    services = topology.services()
    for context in CONTEXTS:
        domain = [(services[f"{context}/domain"], DOMAIN)]
        service = _service(grpc_target(topology, context).cluster, domain, topology)
        if topology.locks_old_writes:
            # Asked for locks again first, and for anything else a moment later.
            service["health_checks"][0] |= {
                "healthy_threshold": 3,
                "healthy_edge_interval": "0.2s",
            }
        yield service
        both = old_server.domain_with_stand_in(f"{context}_domain")
        yield both | {"circuit_breakers": _no_cap(topology), "metadata": _gets(DOMAIN)}
    transcoding = f"{INTERNAL}{old_server.INTERNAL_LISTENER}"
    yield _cluster(old_server.DOMAIN_REST, [(transcoding, DOMAIN)], topology, http2=True)
    if topology.locks_old_writes:
        yield from _locked_writes(topology)
    options = {
        "common_http_protocol_options": {
            "idle_timeout": f"{topology.old_server.keep_alive_seconds:g}s"
        }
    }
    address = [(topology.old_http, LEGACY)]
    yield _cluster(OLD_HTTP, address, topology, http2=False, options=options)
    if topology.locks_old_writes:
        yield _one_by_one(address, topology)
    yield _cluster(
        old_server.STAND_IN,
        address,
        topology,
        http2=False,
        options=options,
        stands_in=True,
    )


def _locked_writes(topology: Topology) -> Iterator[Cluster]:
    """Return the clusters of writes that are locked for the old server, and who has the locks."""
    locked = [(f"{INTERNAL}{old_writes.LISTENER}", LEGACY)]
    both = old_server.domain_with_stand_in(CAMERA_WRITES_DOMAIN, old_writes.STAND_IN)
    yield both | {"circuit_breakers": _no_cap(topology), "metadata": _gets(DOMAIN)}
    yield _cluster(OLD_CAMERA_WRITES, locked, topology, http2=False)
    yield _cluster(old_writes.STAND_IN, locked, topology, http2=False, stands_in=True)
    domain = [(topology.camera_domain, DOMAIN)]
    yield _service(old_writes.LOCKS, domain, topology, checked=old_writes.LOCKS_SERVICE)


def _one_by_one(address: Sequence[tuple[str, str]], topology: Topology) -> Cluster:
    """Return the old server for one request at a time; the others wait their turn in Envoy."""
    # A connection for each: a write must not meet the close of one that was idle.
    options = {"common_http_protocol_options": {"max_requests_per_connection": 1}}
    cluster = _cluster(old_writes.ONE_BY_ONE, address, topology, http2=False, options=options)
    (limits,) = cluster["circuit_breakers"]["thresholds"]
    return cluster | {"circuit_breakers": {"thresholds": [limits | {"max_connections": 1}]}}


# A process that hangs in the middle of a call answers no ping: what waits for it is asked
# elsewhere, or told so, long before its timeout. One that is busy answers.
_PINGED = {
    "explicit_http_config": {
        "http2_protocol_options": {"connection_keepalive": {"interval": "1s", "timeout": "2s"}}
    }
}


def _service(
    name: str, endpoints: Sequence[tuple[str, str]], topology: Topology, checked: str = ""
) -> Cluster:
    """Return a gRPC service; `checked` is the one on it whose health counts, if not that of all."""
    return {
        **_cluster(name, endpoints, topology, http2=True, options=_PINGED),
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
                "grpc_health_check": {"service_name": checked},
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
    options: Mapping[str, Any] = NO_OPTIONS,
    stands_in: bool = False,
) -> Cluster:
    protocol: Cluster = {"http2_protocol_options" if http2 else "http_protocol_options": {}}
    return {
        "name": name,
        "type": "STRICT_DNS" if any(map(_needs_dns, endpoints)) else "STATIC",
        "connect_timeout": "1s",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3"
                ".HttpProtocolOptions",
                "explicit_http_config": protocol,
                **options,
            }
        },
        "circuit_breakers": _no_cap(topology, most_in_flight),
        "metadata": _gets(endpoints[0][1]),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {
                    "priority": priority,
                    # Behind the first, it is asked in its place.
                    "lb_endpoints": [_host(address, side, stands_in or priority > 0)],
                }
                for priority, (address, side) in enumerate(endpoints)
            ],
        },
    }


def _no_cap(topology: Topology, most_in_flight: int = 0) -> Cluster:
    """Return the limits of what is in flight: those of the connections, or fewer.

    No cap on fallbacks, and no retry budget: either fails the requests that it
    does not rescue. With 32 at a time on a domain that answers UNAVAILABLE,
    the default of 3 retries lost 87 % of them, a budget of 20 % lost 92 %, of
    100 % still 78 %, and this none. A domain whose faults legacy hides is not
    Envoy's to judge: the rollout takes its traffic away.
    """
    most = most_in_flight or topology.limits.connections * 2
    names = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
    return {"thresholds": [dict.fromkeys(names, most)]}


def _gets(side: str) -> Cluster:
    """Return what a cluster says of itself: whose requests it gets, whoever answers them."""
    return {"filter_metadata": {METADATA: {ASSIGNED_SIDE: side}}}


def _host(address: str, implementation: str, stands_in: bool) -> dict[str, Any]:
    """Return an endpoint that tells answers and spans which implementation was asked."""
    about = {IMPLEMENTATION: implementation}
    if stands_in:
        about[STANDS_IN] = "true"
    return {
        "endpoint": {"address": _address(address)},
        "metadata": {"filter_metadata": {METADATA: about}},
    }


def _address(address: str) -> dict[str, Any]:
    if address.startswith(INTERNAL):
        name = address.removeprefix(INTERNAL)
        return {"envoy_internal_address": {"server_listener_name": name}}
    return parse_address(address)


def _needs_dns(endpoint: tuple[str, str]) -> bool:
    return not endpoint[0].startswith(INTERNAL) and needs_dns(endpoint[0])
