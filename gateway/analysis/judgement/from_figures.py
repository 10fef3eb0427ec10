"""The evidence of a step, from what was counted of its requests. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from gateway.analysis.arm import Arm, both_arms, cells_by_rpc
from gateway.analysis.judgement.evidence import ArmEvidence, RpcEvidence
from gateway.telemetry.figures import Figures, ResourceCell, ResourceKey
from gateway.telemetry.histogram import Histogram
from gateway.vocabulary.route_table import streams
from gateway.vocabulary.split import DOMAIN, LEGACY


def rpc_evidence(
    figures: Figures, context: str, baseline: Sequence[RpcEvidence] = ()
) -> tuple[RpcEvidence, ...]:
    """Return a context's RPCs, those with most requests first, from what was counted of them.

    Without requests that are no evidence: their caller chose the path, they are camplane's
    own, or the same refusal again and again. baseline: says how long RPCs take that legacy
    has no requests of.
    """
    arms = {rpc: both_arms(cells) for rpc, cells in cells_by_rpc(figures, context).items()}
    before = {one.rpc: one.legacy.times for one in baseline}

    def usual(rpc: str) -> Histogram:
        """Return how long legacy takes: for the RPC, now or before, or else for any."""
        of_rpc = arms[rpc][0].total
        if of_rpc.counts or rpc in streams():  # there are no times of streams
            return of_rpc
        return before[rpc] if rpc in before else _together(legacy for legacy, _ in arms.values())

    def evidence(rpc: str, path: str, arm: Arm) -> ArmEvidence:
        resources = figures.resources.get(ResourceKey(context, rpc, path), ResourceCell())
        # Looked up for those alone of whom some were left: it is asked ten times a second.
        left = arm.left_of(usual(rpc))[0] if arm.left else 0
        return _arm(rpc, arm, left, resources)

    found = [
        RpcEvidence(rpc, evidence(rpc, LEGACY, legacy), evidence(rpc, DOMAIN, domain))
        for rpc, (legacy, domain) in arms.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.legacy.asked - one.domain.asked, one.rpc)))


def _arm(rpc: str, arm: Arm, left: int, resources: ResourceCell) -> ArmEvidence:
    """Return what an arm says; left: how many clients left late."""
    return ArmEvidence(
        judged=arm.judged,
        failures=arm.failures,
        rescued=arm.rescued,
        refused=arm.refused,
        times=arm.total,
        left=left,
        left_after=Histogram() if rpc in streams() else arm.left_after,
        **asdict(resources),
    )


def _together(arms: Iterable[Arm]) -> Histogram:
    whole = Histogram()
    for arm in arms:
        whole.merge(arm.total)
    return whole
