"""What failures say of a step: the part of the judgement that needs counts alone. Pure.

Cheap enough to be asked ten times a second.
"""

import math
from dataclasses import dataclass

from gateway.analysis import sequential
from gateway.analysis.comparison.reasons import percent
from gateway.analysis.criteria import BlastRadius, Criteria
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.judgement.reference import Rate, legacy_side, standardised
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.judgement.weighing import ALPHA, Weighed, weigh
from gateway.analysis.report import Interval


@dataclass(frozen=True, slots=True)
class Counted:
    """Domain's failures in a step, beside legacy's on the same mix. Rates are 0 to 1."""

    requests: int
    failures: int
    rescued: int
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
    def beside(self) -> str:
        """Legacy's rate in words, to be put behind domain's."""
        if not self.legacy.requests:
            return ", with nothing to compare"
        return f" against {percent(100 * self.legacy.interval.value)} % on legacy"


def count(evidence: StageEvidence) -> Counted:
    """Return the counts of all RPCs together."""
    counts = failure_test.counted(evidence.rpcs)
    failures, requests = failure_test.of_domain(counts)
    reference, _ = legacy_side(evidence)
    return Counted(
        requests,
        failures,
        min(max(evidence.rescued, 0), failures),
        sequential.proportion(failures, requests, ALPHA),
        standardised(
            evidence.rpcs, reference, lambda arm: arm.failures, lambda arm: arm.judged, ALPHA
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
    lately = ""
    rise = failure_test.statistic(stretch.failed, stretch.asked, criteria, excused) / effect
    if rise >= failure_test.UPPER or stretch.is_likely:
        lately = _lately(stretch, criteria)
    limit = criteria.failure_target + 100 * excused
    if value <= failure_test.LOWER and not lately and 100 * counted.rate.value <= limit:
        return _finding(PASS, _passes(counted, criteria, excused), values)
    return _finding(UNKNOWN, _open(counted, criteria, value, lately, excused, effect), values)


def _fails(counted: Counted, weighed: Weighed, criteria: Criteria, effect: float) -> str:
    failed, asked = weighed.failed, weighed.asked
    low = failure_test.certain_rate(failed / effect, asked / effect, weighed.needed, criteria)
    certainly = f"certainly more than {100 * low:.3g} %"
    rate = percent(100 * failed / asked)
    above = f"above the tolerated {criteria.tolerated:.3g} %"
    if asked == counted.requests:
        return (
            f"{failed:,} of {asked:,} requests of domain failed"
            f" ({rate} %{counted.beside}, {certainly}): {above}"
        )
    return (
        f"{failed:,} of the last {asked:,} requests of domain failed"
        f" ({rate} %, {certainly}), after {counted.failures - failed:,} of"
        f" {counted.requests - asked:,} before: {above}"
    )


def _lately(weighed: Weighed, criteria: Criteria) -> str:
    """Say why a stretch that looks like the abort rate stops nothing."""
    seen = f", {weighed.failed:,} of the last {weighed.asked:,}"
    if weighed.above >= weighed.needed:
        return f"{seen}, too many, as on legacy: nothing passes until that is over"
    return (
        f"{seen}, not certainly more than the tolerated {criteria.tolerated:.3g} %:"
        " nothing passes until that is decided"
    )


def _passes(counted: Counted, criteria: Criteria, excused: float) -> str:
    rate = (
        f"{percent(100 * counted.rate.value)} % of {counted.requests:,} requests of domain"
        f" failed{counted.beside}"
    )
    if 100 * counted.rate.value <= criteria.failure_target:
        return f"{rate}: within the target of {criteria.failure_target:g} %"
    return (
        f"{rate}: no more than the target of {criteria.failure_target:g} % besides"
        f" {percent(100 * excused)} % that certainly fail on legacy, too"
    )


def _open(
    counted: Counted,
    criteria: Criteria,
    value: float,
    lately: str,
    excused: float,
    effect: float,
) -> str:
    rate, limit = 100 * counted.rate.value, criteria.failure_target + 100 * excused
    seen = f"{counted.failures:,} of {counted.requests:,} requests of domain failed"
    if counted.failures:
        seen += f" ({percent(rate)} %{counted.beside})"
    if lately:
        return f"{seen}{lately}"
    if value > failure_test.LOWER and rate <= limit:
        taken = failure_test.weights(criteria, excused)[1]
        more = math.ceil(effect * (value - failure_test.LOWER) / taken)
        return f"{seen}: needs about {more:,} more requests of domain without a failure"
    above = f"{seen}: above {limit:.3g} %, not certainly above {criteria.tolerated:.3g} %"
    if value > failure_test.LOWER:
        return f"{above}: needs more requests of domain"
    return f"{above}: nothing decides this by itself; find the cause or abort"


def judge_fallback(counted: Counted, criteria: Criteria) -> Finding:
    """Return whether legacy rescues so much that it hides a domain that fails."""
    cap, share = criteria.fallback_cap, _share(counted.rescued, counted.requests)
    seen = f"{counted.rescued:,} of {counted.requests:,} requests of domain were rescued by legacy"
    values = {"n": counted.requests, "rescued": counted.rescued, "rate": share, "cap": cap}
    if not counted.rescued:
        return Finding("fallback", PASS, seen, values)
    rate = sequential.proportion(counted.rescued, counted.requests, ALPHA)
    values |= {"low": 100 * rate.low, "high": 100 * rate.high}
    seen += f" ({percent(share)} %)"
    if 100 * rate.low > cap:
        text = f"{seen}, certainly more than {cap:g} %: the circuit opens"
        return Finding("fallback", FAIL, text, values)
    if share > cap:
        text = f"{seen}, not certainly more than {cap:g} %: needs more requests of domain"
        return Finding("fallback", UNKNOWN, text, values)
    return Finding("fallback", PASS, f"{seen}, at most {cap:g} %", values)


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
    seen = f"{counted.failures:,} requests of domain failed or were rescued in this step"
    if beyond > 0:
        rate = sequential.proportion(beyond, counted.requests, ALPHA)
        if not explained or rate.low > explained:
            text = f"{seen}, certainly {limit:,} more than legacy explains"
            return Finding("blast_radius", FAIL, text, values)
        text = f"{seen}; legacy explains about {counted.requests * explained:,.0f} of them"
        return Finding("blast_radius", PASS, text, values)
    return Finding("blast_radius", PASS, f"{seen}, at most {limit:,}", values)


def _finding(answer: str, text: str, values: dict[str, float]) -> Finding:
    return Finding("failures", answer, text, values)


def _share(hits: int, of: int) -> float:
    return 100 * hits / of if of else 0.0
