"""The evidence of a step, from what was counted of its requests. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from gateway.analysis.judgement.evidence import RpcEvidence, VariantEvidence
from gateway.analysis.variant import Variant, both_variants, cells_by_rpc
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import ResourceCell, ResourceKey, TrafficMetrics
from gateway.vocabulary.route_table import streams
from gateway.vocabulary.split import DOMAIN, LEGACY


def rpc_evidence(
    metrics: TrafficMetrics, context: str, baseline: Sequence[RpcEvidence] = ()
) -> tuple[RpcEvidence, ...]:
    """Return a context's RPCs, those with most requests first, from what was counted of them.

    Without requests that are no evidence: their caller chose the path, they are camplane's
    own, or the same refusal again and again. baseline: says how long RPCs take that legacy
    has no requests of.
    """
    variants = {rpc: both_variants(cells) for rpc, cells in cells_by_rpc(metrics, context).items()}
    before = {one.rpc: one.legacy.times for one in baseline}

    def usual(rpc: str) -> Histogram:
        """Return how long legacy takes: for the RPC, now or before, or else for any."""
        of_rpc = variants[rpc][0].total
        if of_rpc.counts or rpc in streams():  # there are no times of streams
            return of_rpc
        return (
            before[rpc] if rpc in before else _together(legacy for legacy, _ in variants.values())
        )

    def evidence(rpc: str, path: str, variant: Variant) -> VariantEvidence:
        resources = metrics.resources.get(ResourceKey(context, rpc, path), ResourceCell())
        # Looked up for those alone of whom some were left: it is asked ten times a second.
        left = variant.left_of(usual(rpc))[0] if variant.left else 0
        return _variant(rpc, variant, left, resources)

    found = [
        RpcEvidence(rpc, evidence(rpc, LEGACY, legacy), evidence(rpc, DOMAIN, domain))
        for rpc, (legacy, domain) in variants.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.legacy.asked - one.domain.asked, one.rpc)))


def _variant(rpc: str, variant: Variant, left: int, resources: ResourceCell) -> VariantEvidence:
    """Return what a variant says; left: how many clients left late."""
    return VariantEvidence(
        judged=variant.judged,
        failures=variant.failures,
        fell_back=variant.fell_back,
        refused=variant.refused,
        times=variant.total,
        left=left,
        left_after=Histogram() if rpc in streams() else variant.left_after,
        **asdict(resources),
    )


def _together(variants: Iterable[Variant]) -> Histogram:
    whole = Histogram()
    for variant in variants:
        whole.merge(variant.total)
    return whole
