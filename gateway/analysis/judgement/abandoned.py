"""Do clients leave domain's requests before the answer more often than legacy's? Pure.

Counts alone: cheap enough to be asked ten times a second.
"""

from gateway.analysis import abandonment
from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.judgement.reference import legacy_side, standardised
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.judgement.weighing import ALPHA, Weighed, weigh
from gateway.vocabulary.reason import Code, Reason, Value, because

CRITERION = "abandoned"
# Of each RPC by itself, to keep a step waiting; over all of them.
RPC_ALPHA = 0.05


def judge_abandoned(evidence: StageEvidence, criteria: Criteria) -> Finding:
    """Return whether domain keeps clients waiting until they leave.

    Fails when they certainly leave more often than the plan tolerates failures and
    legacy's clients explain, and by as many as it aborts at. Neither passes nor fails
    while that is likely, of all requests or of one RPC's.
    """
    reference, _ = legacy_side(evidence)
    asked = sum(one.domain.asked for one in evidence.rpcs)
    left = sum(one.domain.left for one in evidence.rpcs)
    legacy = standardised(
        evidence.rpcs, reference, lambda variant: variant.left, lambda variant: variant.asked, ALPHA
    )
    values = {
        "n": asked,
        "left": left,
        "rate": _share(left, asked),
        "legacy_n": legacy.requests,
        "legacy_rate": 100 * legacy.interval.value,
        "legacy_high": 100 * legacy.interval.high,
    }
    if not left:
        return Finding(CRITERION, PASS, because(Code.LEFT_NONE, requests=asked), values)
    beside = values["legacy_rate"] if legacy.requests else None

    def seen(code: Code, part: Weighed, **more: Value) -> Reason:
        is_whole = part.asked == asked
        return because(
            code,
            left=part.failed,
            requests=part.asked,
            rate=_share(part.failed, part.asked),
            lately=None if is_whole else 1,
            legacy_rate=beside if is_whole else None,
            **more,
        )

    parts = weigh(evidence, failure_test.counted_left, criteria)
    worst = _worst(evidence)
    for part in parts:
        if part.is_certain(criteria.failure_abort):
            points = criteria.failure_abort
            reason = seen(Code.LEFT_ABOVE_TOLERATED, part, points=points, rpc=worst)
            return Finding(CRITERION, FAIL, reason, values | _of_test(part))
    values |= _of_test(max(parts, key=lambda one: one.evidence - one.needed))
    suspects = _left_more(evidence, criteria)
    if not suspects and any(part.is_likely for part in parts):
        suspects = [worst]
    if suspects:
        reason = seen(Code.LEFT_LIKELY_MORE, parts[1], rpcs=tuple(suspects))
        return Finding(CRITERION, UNKNOWN, reason, values)
    return Finding(CRITERION, PASS, seen(Code.LEFT_NOT_MORE, parts[1]), values)


def _of_test(part: Weighed) -> dict[str, float]:
    return {
        "stretch_n": part.asked,
        "stretch_left": part.failed,
        "evidence": part.evidence,
        "evidence_needed": part.needed,
        "unexplained": part.excess,
    }


def _worst(evidence: StageEvidence) -> str:
    """Return the RPC of which most requests more were left than legacy's rate makes of it."""
    rates = _legacy_rates(evidence)

    def excess(rpc: str, left: int, asked: int) -> float:
        of_legacy, among = rates.get(rpc, (0, 0))
        return left - asked * (of_legacy / among if among else 0.0)

    variants = [(one.rpc, one.domain.left, one.domain.asked) for one in evidence.rpcs]
    return max(variants, key=lambda variant: excess(*variant))[0]


def _left_more(evidence: StageEvidence, criteria: Criteria) -> list[str]:
    """Return the RPCs that clients leave more often on domain, by as much as a plan hopes for."""
    rates = _legacy_rates(evidence)
    found = []
    for one in evidence.rpcs:
        of_legacy, left, asked = rates.get(one.rpc), one.domain.left, one.domain.asked
        if of_legacy is None or left * of_legacy[1] <= of_legacy[0] * asked:
            continue
        more = abandonment.excess(of_legacy, (left, asked), RPC_ALPHA / len(evidence.rpcs))
        if more.low > 0 and more.value >= criteria.failure_target:
            found.append(one.rpc)
    return found


def _legacy_rates(evidence: StageEvidence) -> dict[str, tuple[int, int]]:
    """Return how many of legacy's requests were left, and of how many, by RPC."""
    reference, _ = legacy_side(evidence)
    return {
        one.rpc: (min(max(one.legacy.left, 0), one.legacy.asked), one.legacy.asked)
        for one in reference
        if one.legacy.asked
    }


def _share(hits: int, of: int) -> float:
    return 100 * hits / of if of else 0.0
