"""The routes of /metrics: what each process says to Prometheus, all through the one port.

They are no operations of the API: they belong to no context, and their
requests are in no figure of it.
"""

from collections.abc import Iterator
from typing import Any

from gateway.proxy import answers
from gateway.proxy.authorization import needing
from gateway.proxy.topology import Topology
from gateway.vocabulary.roles import VIEWER

Route = dict[str, Any]

PATH = "/metrics"
ENVOY = "envoy"
# Of Envoy's admin interface, this page and no other.
ADMIN_PATH = "/stats/prometheus"
# The paths as the access log sees them, after the rewrite.
OWN_PATHS = rf"({PATH}(/[a-z]+)*|{ADMIN_PATH})(\?.*)?"


def metrics_routes(topology: Topology) -> Iterator[Route]:
    """Return a route for each process that offers metrics, and one for Envoy itself."""
    for name in topology.metrics:
        yield from _page(PATH if name == "control" else f"{PATH}/{name}", cluster_name(name))
    if topology.metrics:
        yield from _page(f"{PATH}/{ENVOY}", cluster_name(ENVOY), rewritten=ADMIN_PATH)


def cluster_name(name: str) -> str:
    """Return the cluster of a process, such as "camera/domain"."""
    return f"metrics_{name.replace('/', '_')}"


def addresses(topology: Topology) -> dict[str, str]:
    """Return each cluster with its address."""
    found = {cluster_name(name): address for name, address in topology.metrics.items()}
    if found:
        found[cluster_name(ENVOY)] = f"unix:{topology.admin_socket}"
    return found


def _page(path: str, cluster: str, rewritten: str = "") -> Iterator[Route]:
    get = {"name": ":method", "string_match": {"exact": "GET"}}
    action: Route = {"cluster": cluster, "timeout": "15s"}
    if rewritten:
        action["prefix_rewrite"] = rewritten
    # A name without a slash, so that no span of it is taken for an unknown RPC's.
    route = {"name": "metrics", "match": {"path": path, "headers": [get]}, "route": action}
    yield needing(VIEWER, route)
    yield answers.method_not_allowed(path, ["GET"])
