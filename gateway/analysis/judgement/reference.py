"""Legacy's side on domain's mix of RPCs: what domain is compared with. Pure.

The two paths need not get the same mix: one camera stays on one side. So what
legacy did in each RPC is weighed with domain's share of that RPC (direct
standardisation). The sum is as uncertain as a plain rate of 1 / sum(w² / n)
requests, Kish's effective number; where an RPC's rate is near 0 or 1 this says
rather too few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.analysis import sequential
from gateway.analysis.abandonment import survival
from gateway.analysis.judgement.evidence import RpcEvidence, StageEvidence, VariantEvidence
from gateway.analysis.report import Interval
from gateway.telemetry.histogram import Histogram

# Scaled histograms hold whole numbers; so many times make rounding invisible.
_SCALE = 10**9
# An effective number that is whole must not lose one by rounding.
_ROUNDING = 1e-6


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
    """Return whose legacy variants domain is compared with, and is it at the same time?

    A step that leaves legacy nothing has the step before.
    """
    if evidence.weight < 100 and any(one.legacy.asked for one in evidence.rpcs):
        return evidence.rpcs, True
    return evidence.baseline, False


def standardised(
    domain: Sequence[RpcEvidence],
    legacy: Sequence[RpcEvidence],
    hits: Callable[[VariantEvidence], int],
    among: Callable[[VariantEvidence], int],
    alpha: float,
) -> Rate:
    """Return the rate of `hits` (such as failures) `among` legacy's requests on domain's mix."""
    of_legacy = {one.rpc: one.legacy for one in legacy if among(one.legacy) > 0}
    requests = sum(max(among(one.domain), 0) for one in domain)
    shared = [one for one in domain if among(one.domain) > 0 and one.rpc in of_legacy]
    covered = sum(among(one.domain) for one in shared)
    if not covered:
        return Rate(Interval(0.0, 0.0, 1.0), 0.0, 0.0)
    rate, spread = 0.0, 0.0
    for one in shared:
        share, variant = among(one.domain) / covered, of_legacy[one.rpc]
        rate += share * min(max(hits(variant) / among(variant), 0.0), 1.0)
        spread += share**2 / among(variant)
    effective = 1 / spread
    return Rate(
        sequential.proportion(min(rate * effective, effective), effective, alpha),
        effective,
        covered / requests,
    )


@dataclass(frozen=True, slots=True)
class PathTimes:
    """The times of a path: at least these, at most those, as certain as of `n` requests."""

    least: Histogram
    most: Histogram
    n: int


@dataclass(frozen=True, slots=True)
class Times:
    """Times of both paths over the RPCs that both have, legacy's on domain's mix."""

    domain: PathTimes
    legacy: PathTimes


def all_times(
    domain: Sequence[RpcEvidence], legacy: Sequence[RpcEvidence], q: float
) -> Times | None:
    """Return the times of all RPCs together; None when no RPC has times on both paths.

    q: the percentile, 0 to 1, that will be asked for.
    """
    of_legacy = {one.rpc: one.legacy for one in legacy if _timed(one.legacy)}
    shared = [
        (one.domain, of_legacy[one.rpc])
        for one in domain
        if _timed(one.domain) and one.rpc in of_legacy
    ]
    total = sum(_timed(new) for new, _ in shared)
    if not total:
        return None
    shares = [_timed(new) / total for new, _ in shared]
    return Times(
        _mixed([new for new, _ in shared], shares, q),
        _mixed([old for _, old in shared], shares, q),
    )


def _timed(variant: VariantEvidence) -> int:
    """Of how many requests it is known how long they took, at least."""
    return variant.times.count + variant.left_after.count


def _mixed(variants: Sequence[VariantEvidence], shares: Sequence[float], q: float) -> PathTimes:
    """Return the times of several RPCs, each with its share, and Kish's effective number."""
    if len(variants) == 1:
        alone = survival(variants[0].times, variants[0].left_after, q)
        return PathTimes(alone.least, alone.most, max(int(alone.n + _ROUNDING), 1))
    least, spread = Histogram(), 0.0
    # Nobody left: both are the same.
    most = Histogram() if any(variant.left_after.counts for variant in variants) else least
    for variant, share in zip(variants, shares, strict=True):
        found = survival(variant.times, variant.left_after, q)
        least.merge(_scaled(found.least, share))
        if most is not least:
            most.merge(_scaled(found.most, share))
        spread += share**2 / max(found.n, 1.0)
    return PathTimes(least, most, max(int(1 / spread + _ROUNDING), 1))


def _scaled(times: Histogram, share: float) -> Histogram:
    by = share * _SCALE / times.count
    return Histogram({bucket: round(count * by) for bucket, count in times.counts.items()})
