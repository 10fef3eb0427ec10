"""What a route does with an RPC: the choice by weight, its timeout, the fallback."""

from dataclasses import dataclass, replace
from typing import Any

from gateway.proxy import old_server
from gateway.proxy.mirrors import may_be_mirrored
from gateway.proxy.targets import Target, control_target, grpc_target, next_priority, split_targets
from gateway.proxy.topology import Topology
from gateway.proxy.weights import runtime_key_prefix
from gateway.vocabulary.choices import FORCED, PINNED
from gateway.vocabulary.route_table import Rpc
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import CONTEXTS, DOMAIN
from servicekit.idempotency import has_effect

Action = dict[str, Any]

# These wait for a worker process to end, five seconds or more.
SLOW_RPCS = frozenset(
    {
        *("StopCamera", "RestartCamera", "DeleteCamera", "DeactivateCamera"),
        *("RepairConsistency", "UndoRepair"),
    }
)
# Legacy answers in domain's place when domain did nothing, and also when it may
# have done what was asked and its answer was lost: a write has a key.
RETRY_ON = "connect-failure,refused-stream,unavailable,reset"


# Added where the old server may have paths of its own.
SHARED = "shared"


@dataclass(frozen=True)
class Actions:
    """The actions under one routing, whatever its split.

    pinned_to: the side that requests for one camera get, when these are the
    actions for pinned cameras.
    """

    topology: Topology
    routing: Routing
    pinned_to: str = ""

    def route_name(self, rpc: Rpc, choice: str) -> str:
        """Return the name that spans carry: the RPC, and how its path is chosen if it has two."""
        if rpc.context not in CONTEXTS:
            return rpc.label
        shared = f" {SHARED}" if self._shares_path(rpc) else ""
        return f"{rpc.label} {choice}{shared}"

    def choice(self, rpc: Rpc, otherwise: str) -> str:
        """Return PINNED where that is how the path is chosen, FORCED where there is no choice."""
        if self.is_domains_alone(rpc):
            return FORCED
        return PINNED if self.pinned_to and rpc.is_of_one_camera else otherwise

    def is_domains_alone(self, rpc: Rpc) -> bool:
        """Is it a REST operation that the old side cannot answer, nor stand in for?"""
        return self.topology.old_http is not None and rpc.name in old_server.DOMAINS_ALONE

    def mirrored(self, rpc: Rpc) -> int:
        """Return how many percent of an RPC's requests are copied; the monolith takes no copies."""
        if self.topology.old_http is not None or not may_be_mirrored(rpc):
            return 0
        return self.routing.mirrored.get(rpc.context, 0)

    def rest(self, rpc: Rpc) -> Action:
        """Return the action of a REST operation."""
        if self.is_domains_alone(rpc):
            return self._of_domain_alone(rpc)
        return self._to(rpc, self._shares(rpc), self._weights(rpc))

    def chosen(self, rpc: Rpc, side: str) -> Action:
        """Return the action of a REST operation for which "domain" or "legacy" was chosen."""
        if self.is_domains_alone(rpc):
            return self._of_domain_alone(rpc)
        domain, legacy = self._sides(rpc)
        return self._to(rpc, [(domain if side == DOMAIN else legacy, 100)])

    def native(self, rpc: Rpc) -> Action:
        """Return the action of a native gRPC call; the monolith speaks no gRPC."""
        if rpc.context in CONTEXTS and self.topology.old_http is not None:
            return self.of_service(rpc)
        shares, weights = self._shares(rpc), self._weights(rpc)
        untouched = [(replace(target, transcode=False), part) for target, part in shares]
        return self._to(rpc, untouched, weights)

    def of_service(self, rpc: Rpc, has_key: bool = False) -> Action:
        """Return the action of gRPC for domain's service when nobody can stand in for it."""
        target = self._told(grpc_target(self.topology, rpc.context), rpc)
        target = replace(target, has_key=has_key)
        return self._all_to(target, rpc)

    def _of_domain_alone(self, rpc: Rpc) -> Action:
        target = self._told(grpc_target(self.topology, rpc.context), rpc)
        return self._all_to(replace(target, transcode=True), rpc)

    def _all_to(self, target: Target, rpc: Rpc) -> Action:
        return {"weighted_clusters": {"clusters": [target.entry(100)]}, **self._limits(rpc)}

    def _shares(self, rpc: Rpc) -> list[tuple[Target, int]]:
        if rpc.context not in CONTEXTS:
            return [(control_target(), 100)]
        # Where the weights are not known, which is never, it is legacy's.
        percent = 100 if self.pinned_to == DOMAIN and self.choice(rpc, "") == PINNED else 0
        domain, legacy = self._sides(rpc)
        # The order is fixed: a hash that falls to domain stays there as it grows.
        return [(domain, percent), (legacy, 100 - percent)]

    def _sides(self, rpc: Rpc) -> tuple[Target, Target]:
        domain, legacy = split_targets(self.topology, rpc.context, has_effect(rpc.path))
        domain = replace(domain, shares_path=self._shares_path(rpc))
        return self._told(domain, rpc), self._told(legacy, rpc)

    def _told(self, target: Target, rpc: Rpc) -> Target:
        """Return the target that is told how long a write of `rpc` is waited for."""
        waits = has_effect(rpc.path) and not rpc.is_streaming
        return replace(target, seconds=self._seconds(rpc)) if waits else target

    def _shares_path(self, rpc: Rpc) -> bool:
        return self.topology.old_http is not None and rpc.name in old_server.NEW_READS

    def _weights(self, rpc: Rpc) -> str:
        """Return under which key the weights are kept; "" where the shares are fixed."""
        fixed = rpc.context not in CONTEXTS or self.choice(rpc, "") == PINNED
        return "" if fixed else runtime_key_prefix(rpc.context)

    def _to(self, rpc: Rpc, shares: list[tuple[Target, int]], weights: str = "") -> Action:
        choice: Action = {"clusters": [target.entry(part) for target, part in shares]}
        if weights:
            choice["runtime_key_prefix"] = weights
        action: Action = {"weighted_clusters": choice}
        if rpc.context not in CONTEXTS:
            return action | self._limits(rpc)
        if self.topology.old_http is None:
            return action | self._limits(rpc) | {"retry_policy": _fall_back()}
        # Domain's limits are the internal listener's.
        fallback = old_server.fallback(has_effect(rpc.path), self._shares_path(rpc))
        return action | old_server.limits(self.topology) | {"retry_policy": fallback}

    def _limits(self, rpc: Rpc) -> Action:
        if rpc.is_streaming:
            return {"timeout": "0s", "idle_timeout": "0s"}
        return {"timeout": f"{self._seconds(rpc):g}s"}

    def _seconds(self, rpc: Rpc) -> float:
        limits = self.topology.limits
        return limits.long_timeout_seconds if rpc.name in SLOW_RPCS else limits.timeout_seconds


def sticky(action: Action, header: dict[str, Any]) -> Action:
    """Return the action with the choice made by a header's hash; at random when it is missing."""
    return {
        **action,
        "hash_policy": [{"header": header}],
        "weighted_clusters": {**action["weighted_clusters"], "use_hash_policy": True},
    }


def _fall_back() -> dict[str, Any]:
    """Ask legacy, the lower priority of domain's cluster, in domain's place."""
    return {"retry_on": RETRY_ON, "num_retries": 1, "retry_priority": next_priority()}
