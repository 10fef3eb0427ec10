"""What the share of requests that are answered as asked says of a step. Pure.

A client's own mistakes (NOT_FOUND and the like) are on both paths; only a domain
that refuses more than legacy is to blame. A request whose client left was not
answered, on either path.
"""

from gateway.comparison import sequential
from gateway.comparison.report import Interval
from gateway.rollout.judgement.evidence import RpcEvidence, StageEvidence
from gateway.rollout.judgement.reference import legacy_side, standardised
from gateway.rollout.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.rollout.plan.model import Criteria

ALPHA = 0.01
# Percentage points by which domain must seem worse, however certain that is.
LEAST_DROP = 1.0


def judge_success(evidence: StageEvidence, criteria: Criteria) -> Finding:
    """Return whether domain answers as asked often enough, or as often as legacy.

    Compared are RPCs that both paths had. It passes alone, without legacy, when
    it is certainly often enough.
    """
    reference, _ = legacy_side(evidence)
    legacy = standardised(
        evidence.rpcs, reference, lambda arm: arm.answered, lambda arm: arm.asked, ALPHA / 2
    )
    known = {one.rpc for one in reference if one.legacy.asked}
    asked = sum(one.domain.asked for one in evidence.rpcs)
    domain = _rate(evidence.rpcs)
    shared = _rate([one for one in evidence.rpcs if one.rpc in known])
    lost = Interval(
        100 * (legacy.interval.value - shared.value),
        100 * (legacy.interval.low - shared.high),
        100 * (legacy.interval.high - shared.low),
    )
    values = {
        "n": asked,
        "rate": 100 * domain.value,
        "low": 100 * domain.low,
        "high": 100 * domain.high,
        "legacy_n": legacy.requests,
        "legacy_rate": 100 * legacy.interval.value,
        "legacy_low": 100 * legacy.interval.low,
        "legacy_high": 100 * legacy.interval.high,
        "drop": lost.value,
        "drop_low": lost.low,
        "drop_high": lost.high,
    }
    limit, borne = criteria.success_abort, 100 - criteria.success_abort
    seen = f"{100 * domain.value:.4g} % of {asked:,} requests of domain"
    seen += " were answered as asked"
    if legacy.requests:
        seen += f" against {100 * legacy.interval.value:.4g} % on legacy"
    if not asked:
        return Finding("success", UNKNOWN, "needs requests of domain", values)
    if 100 * shared.high < limit and lost.low > 0 and lost.value >= LEAST_DROP and legacy.requests:
        text = f"{seen}: certainly fewer than {limit:g} %, and fewer than legacy's"
        return Finding("success", FAIL, text, values)
    if 100 * domain.low >= limit:
        text = f"{seen}: certainly at least {limit:g} %"
        return Finding("success", PASS, text, values)
    if lost.high < borne and 100 * legacy.covered > limit:
        text = f"{seen}: certainly less than {borne:g} points fewer"
        return Finding("success", PASS, text, values)
    if not legacy.requests and 100 * domain.high < limit:
        text = f"{seen}: fewer than {limit:g} %, with nothing to compare; look at the codes"
        return Finding("success", UNKNOWN, text, values)
    text = f"{seen}: not yet certain; needs more requests of domain"
    return Finding("success", UNKNOWN, text, values)


def _rate(rpcs: list[RpcEvidence] | tuple[RpcEvidence, ...]) -> Interval:
    answered = sum(one.domain.answered for one in rpcs)
    return sequential.proportion(answered, sum(one.domain.asked for one in rpcs), ALPHA / 2)
