"""What the share of requests that are answered as asked says of a step. Pure.

A client's own mistakes (NOT_FOUND and the like) are on both paths; only a domain
that refuses more than legacy is to blame. A request whose client left was not
answered, on either path. And what one camera alone is refused never fails a step:
all its requests are on one path.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter

from gateway.analysis import sequential
from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement.evidence import RpcEvidence, StageEvidence, VariantEvidence
from gateway.analysis.judgement.reference import legacy_side, standardised
from gateway.analysis.judgement.refused_more import seem_refused_more
from gateway.analysis.judgement.remaining import Remaining, remaining, sooner
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.report import Interval
from gateway.vocabulary.reason import Code, Value, because

ALPHA = 0.01
# Percentage points by which domain must seem worse, however certain that is.
MIN_DROP = 1.0
# By so many fewer of an RPC's are answered when it mostly fails.
MOST = 50.0
_ANSWERED, _TAKEN = attrgetter("answered"), attrgetter("taken")


def judge_success(evidence: StageEvidence, criteria: Criteria) -> Finding:
    """Return whether domain answers as asked often enough, or as often as legacy.

    All together, and each by itself. Compared are RPCs that both paths had. It passes
    alone, without legacy, when it is certainly often enough; what one resource is refused
    that domain answers, too, does not stop it: its client asks for what is not to be had.
    And not while some RPC seems to be refused more often than on legacy.
    """
    reference, _ = legacy_side(evidence)
    legacy = standardised(
        evidence.rpcs, reference, _ANSWERED, lambda variant: variant.asked, ALPHA / 2
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

    def finding(answer: str, code: Code, **more: Value) -> Finding:
        seen = because(
            code,
            rate=values["rate"],
            requests=asked,
            legacy_rate=values["legacy_rate"] if legacy.requests else None,
            **more,
        )
        return Finding("success", answer, seen, values)

    if not asked:
        return Finding("success", UNKNOWN, because(Code.ANSWERED_NONE), values)
    apart = [_without(one, one.domain.refused_most) for one in evidence.rpcs]
    if legacy.requests and _is_worse(shared, legacy.interval, limit):
        others = _rate([one for one in apart if one.rpc in known])
        if _is_worse(others, legacy.interval, limit):
            return finding(FAIL, Code.ANSWERED_TOO_FEW, limit=limit)
        if not _passes_without_one(evidence.rpcs, limit):
            return finding(UNKNOWN, Code.ANSWERED_TOO_FEW_OF_ONE, limit=limit)
    if refusing := _much_worse(apart, reference, borne):
        return finding(FAIL, Code.ANSWERED_FAR_FEWER, rpcs=tuple(refusing))
    if doubted := seem_refused_more(apart, reference, borne):
        return finding(UNKNOWN, Code.ANSWERED_MAYBE_FEWER, rpcs=tuple(doubted))
    if 100 * domain.low >= limit:
        return finding(PASS, Code.ANSWERED_ENOUGH, limit=limit)
    if lost.high < borne and 100 * legacy.covered > limit:
        return finding(PASS, Code.ANSWERED_AS_LEGACY, points=borne)
    if _passes_without_one(evidence.rpcs, limit):
        return finding(PASS, Code.ANSWERED_ENOUGH_WITHOUT_ONE, limit=limit)
    if not legacy.requests and 100 * domain.high < limit:
        return finding(UNKNOWN, Code.ANSWERED_FEW_ALONE, limit=limit)
    more = _remaining(asked, domain, lost, criteria)
    code = Code.ANSWERED_NEED_REQUESTS if more.is_enough else Code.ANSWERED_UNDECIDABLE
    return finding(UNKNOWN, code, **more.told)


def _remaining(asked: int, domain: Interval, lost: Interval, criteria: Criteria) -> Remaining:
    """Return how many more requests make it often enough, or as often as on legacy."""
    borne = 100 - criteria.success_abort
    refused = Interval(100 * (1 - domain.value), 100 * (1 - domain.high), 100 * (1 - domain.low))
    return sooner(remaining(asked, refused, borne), remaining(asked, lost, borne))


def _is_worse(domain: Interval, legacy: Interval, limit: float) -> bool:
    """Is domain certainly below the limit (percent), and below legacy by enough to matter?"""
    drop = 100 * (legacy.value - domain.value)
    return 100 * domain.high < limit and legacy.low > domain.high and drop >= MIN_DROP


def _much_worse(
    domain: Sequence[RpcEvidence], legacy: Sequence[RpcEvidence], borne: float
) -> list[str]:
    """Return the RPCs that domain certainly answers more seldom, which others would hide.

    domain: without what one resource of each is refused.
    Refused, or not answered while somebody waited, by what is borne over all. What fails is
    judged by itself, all RPCs together, and a plan may tolerate some: that an RPC
    fails counts here only when most of its requests do.
    """
    of_legacy = {one.rpc: one.legacy for one in legacy}
    alpha = ALPHA / 4 / max(len(domain), 1)
    found = []
    for one in domain:
        old, new = of_legacy.get(one.rpc), one.domain
        if old is None or not old.asked or new.asked == new.answered:
            continue
        if _fewer(old, new, _TAKEN, alpha, borne) or _fewer(old, new, _ANSWERED, alpha, MOST):
            found.append(one.rpc)
    return found


def _fewer(
    legacy: VariantEvidence,
    domain: VariantEvidence,
    hits: Callable[[VariantEvidence], int],
    alpha: float,
    least: float,
) -> bool:
    """Are `hits` among domain's requests certainly more seldom, by `least` points as it seems?"""
    if 100 * (hits(legacy) / legacy.asked - hits(domain) / domain.asked) < least:
        return False  # most times, and an interval takes far longer
    before = sequential.proportion(hits(legacy), legacy.asked, alpha)
    return before.low > sequential.proportion(hits(domain), domain.asked, alpha).high


def _passes_without_one(rpcs: Sequence[RpcEvidence], limit: float) -> bool:
    """Is domain certainly above the limit (percent) but for one resource that it answers, too?"""
    others = _rate([_without(one, one.domain.refused_partly) for one in rpcs])
    return 100 * others.low >= limit


def _without(one: RpcEvidence, refused: int) -> RpcEvidence:
    """Leave out what one resource was refused."""
    domain = one.domain
    fewer = min(refused, max(domain.refused, 0))
    return replace(
        one, domain=replace(domain, judged=domain.judged - fewer, refused=domain.refused - fewer)
    )


def _rate(rpcs: list[RpcEvidence] | tuple[RpcEvidence, ...]) -> Interval:
    answered = sum(one.domain.answered for one in rpcs)
    return sequential.proportion(answered, sum(one.domain.asked for one in rpcs), ALPHA / 2)
