"""Copies of reads: for the path that does not answer them, and of some for the one that does.

Envoy throws the answers to copies away; the services note what they would have
answered. The copies have clusters of their own, of one host each: a copy for a
domain that is down must not be legacy's to answer, and nothing that is counted
by cluster may count it.
"""

from collections.abc import Iterator
from typing import Any

from gateway.proxy.topology import Topology
from gateway.vocabulary.route_table import Rpc
from gateway.vocabulary.split import CONTEXTS, DOMAIN, LEGACY
from servicekit.idempotency import has_effect
from servicekit.replies import CROSS, MIRRORED, SELF, SHADOW

Route = dict[str, Any]

# A camera serves few at a time, and no two pictures are alike; the consistency
# check is asked of domain alone.
NOT_MIRRORED = frozenset({"GetCameraPreview", "CheckConsistency"})
# One mirrored request in so many is copied to its own path, too: how often a path
# differs from itself is what no difference between the two can be blamed for. Of
# one in ten so little was known that 10 % of replies that differ were not found
# among 1,000 pairs.
SELF_IN = 4
# In flight to one service. Beyond it copies are dropped, not the requests.
MAX_IN_FLIGHT = 64

SHADOW_SUFFIX = "_shadow"
_CLUSTER = {CROSS: "x-camplane-shadow-cross", SELF: "x-camplane-copy-self"}
_WHOLE = 1_000_000


def why_no_mirrors(topology: Topology) -> str:
    """Return why no reads can be mirrored and compared; "" when they can."""
    if topology.old_http is not None:
        return (
            "before a monolith no reads can be mirrored: a request is gRPC by the time it is "
            "copied, and the monolith speaks plain HTTP"
        )
    if topology.otlp_endpoint is None:
        return "replies are compared by traces, and telemetry.enabled is false"
    return ""


def may_be_mirrored(rpc: Rpc) -> bool:
    """May Envoy send a request twice? Only where it changes nothing, and ends."""
    if rpc.context not in CONTEXTS or rpc.is_streaming or rpc.name in NOT_MIRRORED:
        return False
    return not has_effect(rpc.path)


def shadow_cluster(context: str, side: str) -> str:
    """Return the name of the cluster that takes a side's copies."""
    return f"{context}_{side}{SHADOW_SUFFIX}"


def with_mirrored(route: Route, percent: int) -> Iterator[Route]:
    """Return the routes that do what `route` does, and copy `percent` of its requests.

    Its choice is kept: Envoy draws one number for a request, the weights are
    drawn by its last two digits, and this share by the digits in front of them.
    By the same digits, 20 % copied of 20 % to domain would be all of domain's.
    """
    if percent:
        choice = route["route"]["weighted_clusters"]
        entries = [_told(entry) for entry in choice["clusters"]]
        action = {
            **route["route"],
            "weighted_clusters": {**choice, "clusters": entries},
            "request_mirror_policies": [
                _policy(CROSS, _WHOLE),
                # Of the same number, so this is a share of all requests.
                _policy(SELF, _parts(percent) // SELF_IN),
            ],
        }
        match = {**route["match"], "runtime_fraction": _fraction(_parts(percent))}
        yield {**route, "match": match, "route": action}
    yield route


def _told(entry: Route) -> Route:
    """Tell the service that its reply will be compared, and Envoy where the copies go."""
    context, _, side = entry["name"].partition("_")
    other = LEGACY if side == DOMAIN else DOMAIN
    headers = {
        MIRRORED: "true",
        _CLUSTER[CROSS]: shadow_cluster(context, other),
        _CLUSTER[SELF]: shadow_cluster(context, side),
    }
    return {
        **entry,
        "request_headers_to_add": [
            *entry["request_headers_to_add"],
            *(_overwrite(name, value) for name, value in headers.items()),
        ],
    }


def _policy(kind: str, parts: int) -> Route:
    return {
        "cluster_header": _CLUSTER[kind],
        "runtime_fraction": _fraction(parts),
        # A span of the copy would be one more attempt of the request to who reads it.
        "trace_sampled": False,
        "request_headers_mutations": [{"append": _overwrite(SHADOW, kind)}],
    }


def _parts(percent: int) -> int:
    return percent * _WHOLE // 100


def _fraction(parts: int) -> Route:
    return {"default_value": {"numerator": parts, "denominator": "MILLION"}}


def _overwrite(key: str, value: str) -> Route:
    return {
        "header": {"key": key, "value": value},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }
