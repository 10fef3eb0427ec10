"""Does a step pass, does it fail, or is there not enough evidence? Pure.

One function of what was counted and what the plan says, so that a verdict can be
made again from the decision log. It may be asked as often as one likes: every
test in it holds at every look (docs/adr/0016-a-step-is-judged-by-sequential-tests.md).
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.analysis.judgement.abandoned import judge_abandoned
from gateway.analysis.judgement.coverage import judge_coverage
from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.judgement.failures import (
    count,
    judge_blast_radius,
    judge_failure_rate,
    judge_fallback,
)
from gateway.analysis.judgement.latency import judge_latency
from gateway.analysis.judgement.replies import judge_replies
from gateway.analysis.judgement.success import judge_success
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding, Verdict
from gateway.vocabulary.reason import Code, because

_WEIGHTIEST_FIRST = {FAIL: 0, UNKNOWN: 1, PASS: 2}


def judge(
    evidence: StageEvidence,
    step: Step,
    criteria: Criteria,
    blast_radius: BlastRadius,
    plan_version: str,
) -> Verdict:
    """Return the verdict on a step, with the finding of each criterion.

    One criterion that fails makes the step fail; it passes when every one does,
    and never without requests. How long a step must last is not asked here.
    """
    counted = count(evidence)
    findings = (
        judge_failure_rate(evidence, counted, criteria),
        judge_abandoned(evidence, criteria),
        judge_fallback(counted, criteria),
        judge_blast_radius(counted, blast_radius),
        judge_success(evidence, criteria),
        judge_latency(evidence, criteria),
        judge_coverage(evidence, criteria),
        judge_replies(evidence.context, evidence.replies, criteria),
        _judge_use(evidence),
        _judge_evidence(evidence, counted.requests, step),
    )
    asked = [one for one in findings if one is not None]
    return _verdict(asked, evidence, counted.requests, plan_version)


def judge_failures(
    evidence: StageEvidence, criteria: Criteria, blast_radius: BlastRadius, plan_version: str
) -> Verdict:
    """Return FAIL when failures, or clients that leave, stop the step now; never PASS.

    Counts are enough. What `judge` would say of the same evidence is FAIL, too.
    """
    counted = count(evidence)
    findings = (
        judge_failure_rate(evidence, counted, criteria),
        judge_abandoned(evidence, criteria),
        judge_fallback(counted, criteria),
        judge_blast_radius(counted, blast_radius),
    )
    verdict = _verdict(findings, evidence, counted.requests, plan_version)
    return verdict if verdict.answer == FAIL else replace(verdict, answer=UNKNOWN)


def _judge_use(evidence: StageEvidence) -> Finding:
    """Return whether domain gets what the step says, and no more."""
    ratio = evidence.ratio
    values = {"n": ratio.requests, "observed": ratio.observed, "configured": ratio.expected}
    if not ratio.requests:
        return Finding("use", PASS, because(Code.USE_UNKNOWN), values)
    if not ratio.alarm:
        answer, code = PASS, Code.USE_AS_CONFIGURED
    elif ratio.observed > ratio.expected:
        answer, code = FAIL, Code.USE_TOO_MUCH
    else:
        answer, code = UNKNOWN, Code.USE_TOO_LITTLE
    seen = because(
        code, observed=ratio.observed, requests=ratio.requests, configured=ratio.expected
    )
    return Finding("use", answer, seen, values)


def _judge_evidence(evidence: StageEvidence, requests: int, step: Step) -> Finding:
    """Return whether there is enough to look at, and whether it can be trusted."""
    values = {"n": requests, "needed": step.min_requests}
    if evidence.warnings:
        doubted = because(Code.EVIDENCE_DOUBTED, doubts=evidence.warnings)
        return Finding("evidence", UNKNOWN, doubted, values)
    if requests < max(step.min_requests, 1):
        needs = because(
            Code.EVIDENCE_TOO_LITTLE,
            requests=requests,
            more=max(step.min_requests, 1) - requests,
            forced=evidence.forced or None,
            tools=evidence.tools or None,
        )
        return Finding("evidence", UNKNOWN, needs, values)
    return Finding("evidence", PASS, because(Code.EVIDENCE_ENOUGH, requests=requests), values)


def _verdict(
    findings: Iterable[Finding], evidence: StageEvidence, requests: int, plan_version: str
) -> Verdict:
    ordered = sorted(map(_finite, findings), key=lambda one: _WEIGHTIEST_FIRST[one.answer])
    return Verdict(
        answer=ordered[0].answer,
        findings=tuple(ordered),
        requests=requests,
        plan=plan_version,
        exemplars=evidence.exemplars,
    )


def _finite(finding: Finding) -> Finding:
    """Leave out bounds that there are not yet: JSON has no infinity."""
    known = {name: value for name, value in finding.values.items() if math.isfinite(value)}
    return replace(finding, values=known)
