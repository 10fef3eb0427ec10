"""Legacy's side on domain's mix of RPCs: what domain is compared with. Pure.

The two paths need not get the same mix: one camera stays on one side. So what
legacy did in each RPC is weighed with domain's share of that RPC (direct
standardisation). The sum is as uncertain as a plain rate of 1 / sum(w² / n)
requests, Kish's effective number; where an RPC's rate is near 0 or 1 this says
rather too few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.comparison import sequential
from gateway.comparison.histogram import Histogram
from gateway.comparison.report import Interval
from gateway.rollout.judgement.evidence import ArmEvidence, RpcEvidence, StageEvidence

# Scaled histograms hold whole numbers; so many times make rounding invisible.
_SCALE = 10**9


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of legacy on domain's mix, 0 to 1.

    requests: the effective number; 0 when there is nothing to compare with.
    covered: the share of domain's requests whose RPCs legacy had, too.
    """

    interval: Interval
    requests: float
    covered: float


def legacy_side(evidence: StageEvidence) -> tuple[tuple[RpcEvidence, ...], bool]:
    """Return whose legacy arms domain is compared with, and is it at the same time?

    A step that leaves legacy nothing has the step before.
    """
    if evidence.weight < 100 and any(one.legacy.judged > 0 for one in evidence.rpcs):
        return evidence.rpcs, True
    return evidence.baseline, False


def standardised(
    domain: Sequence[RpcEvidence],
    legacy: Sequence[RpcEvidence],
    hits: Callable[[ArmEvidence], int],
    alpha: float,
) -> Rate:
    """Return the rate of `hits` (such as failures) of legacy on domain's mix."""
    of_legacy = {one.rpc: one.legacy for one in legacy if one.legacy.judged > 0}
    requests = sum(max(one.domain.judged, 0) for one in domain)
    shared = [one for one in domain if one.domain.judged > 0 and one.rpc in of_legacy]
    covered = sum(one.domain.judged for one in shared)
    if not covered:
        return Rate(Interval(0.0, 0.0, 1.0), 0.0, 0.0)
    rate, spread = 0.0, 0.0
    for one in shared:
        share, arm = one.domain.judged / covered, of_legacy[one.rpc]
        rate += share * min(max(hits(arm) / arm.judged, 0.0), 1.0)
        spread += share**2 / arm.judged
    effective = 1 / spread
    return Rate(
        sequential.proportion(min(rate * effective, effective), effective, alpha),
        effective,
        covered / requests,
    )


@dataclass(frozen=True, slots=True)
class Times:
    """Times of both paths over the RPCs that both have, legacy's on domain's mix.

    legacy_n: legacy's effective number of requests.
    """

    domain: Histogram
    legacy: Histogram
    domain_n: int
    legacy_n: int


def all_times(domain: Sequence[RpcEvidence], legacy: Sequence[RpcEvidence]) -> Times | None:
    """Return the times of all RPCs together; None when no RPC has times on both paths."""
    of_legacy = {one.rpc: one.legacy.times for one in legacy}
    shared = [
        (one.domain.times, of_legacy[one.rpc], one.domain.times.count, of_legacy[one.rpc].count)
        for one in domain
        if one.rpc in of_legacy
    ]
    shared = [one for one in shared if one[2] > 0 and one[3] > 0]
    total = sum(n for _, _, n, _ in shared)
    if not total:
        return None
    together, scaled, spread = Histogram(), Histogram(), 0.0
    for new, old, n, of_old in shared:
        share = n / total
        together.merge(new)
        scaled.merge(_scaled(old, share * _SCALE / of_old))
        spread += share**2 / of_old
    return Times(together, scaled, total, max(int(1 / spread), 1))


def _scaled(times: Histogram, by: float) -> Histogram:
    return Histogram({bucket: round(count * by) for bucket, count in times.counts.items()})
