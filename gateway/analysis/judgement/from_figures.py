"""The evidence of a step, from what was counted of its requests. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

from gateway.analysis.arm import Arm, summed
from gateway.analysis.judgement.evidence import ArmEvidence, RpcEvidence
from gateway.telemetry.figures import Figures, RequestCell, RequestKey, ResourceCell, ResourceKey
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
    arms: defaultdict[str, dict[str, list[tuple[RequestKey, RequestCell]]]] = defaultdict(
        lambda: {LEGACY: [], DOMAIN: []}
    )
    for key, cell in figures.requests.items():
        split = key.assigned in (LEGACY, DOMAIN) and not key.is_apart
        if key.context == context and key.rpc and split:
            arms[key.rpc][key.assigned].append((key, cell))
    before = {one.rpc: one.legacy.times for one in baseline}
    whole = summed(one for cells in arms.values() for one in cells[LEGACY]).total
    found = []
    for rpc, cells in arms.items():
        legacy, domain = summed(cells[LEGACY]), summed(cells[DOMAIN])
        usual = legacy.total if legacy.total.counts else before.get(rpc, whole)
        usual = Histogram() if rpc in streams() else usual
        of_legacy, of_domain = (
            figures.resources.get(ResourceKey(context, rpc, path), ResourceCell())
            for path in (LEGACY, DOMAIN)
        )
        found.append(
            RpcEvidence(
                rpc, _arm(rpc, legacy, usual, of_legacy), _arm(rpc, domain, usual, of_domain)
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.legacy.asked - one.domain.asked, one.rpc)))


def _arm(rpc: str, arm: Arm, usual: Histogram, resources: ResourceCell) -> ArmEvidence:
    """Return what an arm says; usual: times of legacy's, by which it is known who left late."""
    return ArmEvidence(
        judged=arm.judged,
        failures=arm.failures,
        rescued=arm.rescued,
        refused=arm.refused,
        times=arm.total,
        left=arm.left_of(usual)[0],
        left_after=Histogram() if rpc in streams() else arm.left_after,
        **asdict(resources),
    )
