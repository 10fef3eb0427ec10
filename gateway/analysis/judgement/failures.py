"""What failures say of a step: the part of the judgement that needs counts alone. Pure.

Cheap enough to be asked ten times a second.
"""

import math
from dataclasses import dataclass

from gateway.analysis import sequential
from gateway.analysis.criteria import BlastRadius, Criteria
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.judgement.reference import Rate, legacy_side, standardised
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.judgement.weighing import ALPHA, Weighed, weigh
from gateway.analysis.report import Interval
from gateway.vocabulary.reason import Code, Reason, because


@dataclass(frozen=True, slots=True)
class Counted:
    """Domain's failures in a step, beside legacy's on the same mix. Rates are 0 to 1."""

    requests: int
    failures: int
    fell_back: int
    rate: Interval
    legacy: Rate

    @property
    def certain_of_legacy(self) -> float:
        """The rate, of domain's requests, that certainly fails on legacy, too."""
        return self.legacy.interval.low * self.legacy.covered if self.legacy.requests else 0.0

    @property
    def values(self) -> dict[str, float]:
        """The counts and intervals by name, rates in percent."""
        return {
            "n": self.requests,
            "failures": self.failures,
            "rate": 100 * self.rate.value,
            "low": 100 * self.rate.low,
            "high": 100 * self.rate.high,
            "legacy_n": self.legacy.requests,
            "legacy_rate": 100 * self.legacy.interval.value,
            "legacy_low": 100 * self.legacy.interval.low,
            "legacy_high": 100 * self.legacy.interval.high,
        }

    @property
    def legacy_percent(self) -> float | None:
        """Legacy's rate in percent; None when it has none."""
        return 100 * self.legacy.interval.value if self.legacy.requests else None


def count(evidence: StageEvidence) -> Counted:
    """Return the counts of all RPCs together."""
    counts = failure_test.counted(evidence.rpcs)
    failures, requests = failure_test.of_domain(counts)
    reference, _ = legacy_side(evidence)
    return Counted(
        requests,
        failures,
        min(max(evidence.fell_back, 0), failures),
        sequential.proportion(failures, requests, ALPHA),
        standardised(
            evidence.rpcs,
            reference,
            lambda variant: variant.failures,
            lambda variant: variant.judged,
            ALPHA,
        ),
    )


def judge_failure_rate(evidence: StageEvidence, counted: Counted, criteria: Criteria) -> Finding:
    """Return what the test of failures says.

    It fails a step on two conditions. Domain certainly fails more often than the
    plan tolerates, since the step began or since it turned bad. And legacy, in the
    same stretch or in the whole step, does not explain that: the later the stretch
    began, the more certainly, since there were more moments at which it could have
    seemed to begin.
    """
    effect = failure_test.design_effect(evidence.rpcs)
    stretch, whole = weigh(evidence, failure_test.counted, criteria, effect)
    # While legacy fails as often as a plan aborts at, nothing should be promoted.
    excused = min(counted.certain_of_legacy, criteria.failure_abort / 100)
    value = failure_test.statistic(counted.failures, counted.requests, criteria, excused) / effect
    certain = [one for one in (stretch, whole) if one.is_certain(criteria.failure_target)]
    said = certain[0] if certain else stretch
    values = counted.values | {
        "tolerated": criteria.tolerated,
        "excused": 100 * excused,
        "statistic": value,
        "design_effect": effect,
        "lower_bound": failure_test.LOWER,
        "rise": failure_test.statistic(stretch.failed, stretch.asked, criteria),
        "upper_bound": failure_test.UPPER,
        "stretch_n": said.asked,
        "stretch_failures": said.failed,
        "evidence": said.evidence,
        "evidence_needed": said.needed,
        "unexplained_failures": said.excess,
    }
    if certain:
        return _finding(FAIL, _fails(counted, said, criteria, effect), values)
    lately = None
    rise = failure_test.statistic(stretch.failed, stretch.asked, criteria, excused) / effect
    if rise >= failure_test.UPPER or stretch.is_likely:
        lately = stretch
    limit = criteria.failure_target + 100 * excused
    if value <= failure_test.LOWER and not lately and 100 * counted.rate.value <= limit:
        return _finding(PASS, _passes(counted, criteria, excused), values)
    return _finding(UNKNOWN, _open(counted, criteria, value, lately, excused, effect), values)


def _fails(counted: Counted, weighed: Weighed, criteria: Criteria, effect: float) -> Reason:
    failed, asked = weighed.failed, weighed.asked
    low = failure_test.certain_rate(failed / effect, asked / effect, weighed.needed, criteria)
    is_whole = asked == counted.requests
    return because(
        Code.FAILURES_ABOVE_TOLERATED if is_whole else Code.FAILURES_LATELY_ABOVE_TOLERATED,
        failed=failed,
        requests=asked,
        rate=100 * failed / asked,
        legacy_rate=counted.legacy_percent if is_whole else None,
        low=100 * low,
        failed_before=None if is_whole else counted.failures - failed,
        requests_before=None if is_whole else counted.requests - asked,
        tolerated=criteria.tolerated,
    )


def _passes(counted: Counted, criteria: Criteria, excused: float) -> Reason:
    rate = 100 * counted.rate.value
    is_within = rate <= criteria.failure_target
    return because(
        Code.FAILURES_WITHIN_TARGET if is_within else Code.FAILURES_EXCUSED_BY_LEGACY,
        rate=rate,
        requests=counted.requests,
        legacy_rate=counted.legacy_percent,
        target=criteria.failure_target,
        excused=None if is_within else 100 * excused,
    )


def _open(
    counted: Counted,
    criteria: Criteria,
    value: float,
    lately: Weighed | None,
    excused: float,
    effect: float,
) -> Reason:
    """Say what keeps failures undecided; lately: a stretch that looks like the abort rate."""
    rate, limit = 100 * counted.rate.value, criteria.failure_target + 100 * excused
    tolerated = criteria.tolerated

    def so(code: Code, **values: float) -> Reason:
        return because(
            code,
            failed=counted.failures,
            requests=counted.requests,
            rate=rate if counted.failures else None,
            legacy_rate=counted.legacy_percent if counted.failures else None,
            **values,
        )

    if lately is not None:
        stretch = {"failed_lately": lately.failed, "requests_lately": lately.asked}
        if lately.above >= lately.needed:
            return so(Code.FAILURES_LATELY_ON_BOTH, **stretch)
        return so(Code.FAILURES_LATELY_UNDECIDED, **stretch, tolerated=tolerated)
    if value > failure_test.LOWER and rate <= limit:
        taken = failure_test.weights(criteria, excused)[1]
        more = math.ceil(effect * (value - failure_test.LOWER) / taken)
        return so(Code.FAILURES_NEED_REQUESTS, more=more)
    if value > failure_test.LOWER:
        return so(Code.FAILURES_ABOVE_LIMIT, limit=limit, tolerated=tolerated)
    return so(Code.FAILURES_UNDECIDABLE, limit=limit, tolerated=tolerated)


def judge_fallback(counted: Counted, criteria: Criteria) -> Finding:
    """Return whether so much falls back that it hides a domain that fails."""
    cap, share = criteria.fallback_cap, _share(counted.fell_back, counted.requests)
    values = {"n": counted.requests, "rescued": counted.fell_back, "rate": share, "cap": cap}

    def finding(answer: str, code: Code, **more: float) -> Finding:
        reason = because(code, rescued=counted.fell_back, requests=counted.requests, **more)
        return Finding("fallback", answer, reason, values)

    if not counted.fell_back:
        return finding(PASS, Code.RESCUED_NONE)
    rate = sequential.proportion(counted.fell_back, counted.requests, ALPHA)
    values |= {"low": 100 * rate.low, "high": 100 * rate.high}
    if 100 * rate.low > cap:
        return finding(FAIL, Code.RESCUED_ABOVE_CAP, rate=share, cap=cap)
    if share > cap:
        return finding(UNKNOWN, Code.RESCUED_MAYBE_ABOVE_CAP, rate=share, cap=cap)
    return finding(PASS, Code.RESCUED_WITHIN_CAP, rate=share, cap=cap)


def judge_blast_radius(counted: Counted, blast_radius: BlastRadius) -> Finding:
    """Return whether more requests were harmed than a rollout may harm in a step.

    What exceeds the limit must still be more than legacy's rate makes of as
    many requests: a healthy domain fails now and then, too.
    """
    limit = blast_radius.max_failures
    beyond = counted.failures - limit
    legacy = counted.legacy
    explained = legacy.interval.high * legacy.covered if legacy.requests else 0.0
    values = {
        "n": counted.requests,
        "failures": counted.failures,
        "limit": limit,
        "explained": counted.requests * explained,
    }

    def finding(answer: str, code: Code, **more: float) -> Finding:
        reason = because(code, failed=counted.failures, **more)
        return Finding("blast_radius", answer, reason, values)

    if beyond <= 0:
        return finding(PASS, Code.HARM_WITHIN_LIMIT, limit=limit)
    rate = sequential.proportion(beyond, counted.requests, ALPHA)
    if not explained or rate.low > explained:
        return finding(FAIL, Code.HARM_ABOVE_LIMIT, limit=limit)
    return finding(PASS, Code.HARM_EXPLAINED, explained=counted.requests * explained)


def _finding(answer: str, reason: Reason, values: dict[str, float]) -> Finding:
    return Finding("failures", answer, reason, values)


def _share(hits: int, of: int) -> float:
    return 100 * hits / of if of else 0.0
