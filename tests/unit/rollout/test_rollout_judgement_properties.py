"""Whatever the evidence: there is a verdict, it is one of three, and worse never looks better."""

import json
import math
from dataclasses import replace

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.analysis.judgement.evidence import (
    RpcCounts,
    RpcEvidence,
    StageEvidence,
    VariantEvidence,
)
from gateway.analysis.judgement.judge import judge, judge_failures
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN
from gateway.analysis.report import SampleRatio
from gateway.telemetry.histogram import Histogram
from gateway.vocabulary.reason import Code, because

COUNT = st.one_of(st.integers(0, 30), st.integers(0, 10**7))
HISTOGRAMS = st.dictionaries(st.integers(0, 1100), st.integers(1, 10**5), max_size=6).map(Histogram)
ARMS = st.builds(VariantEvidence, COUNT, COUNT, COUNT, COUNT, HISTOGRAMS, COUNT, HISTOGRAMS)
NAMES = ("Rules/List", "Rules/Create", "Rules/Delete")
RPCS = st.lists(st.sampled_from(NAMES), unique=True).flatmap(
    lambda names: st.tuples(*(st.builds(RpcEvidence, st.just(name), ARMS, ARMS) for name in names))
)
PERCENT = st.floats(0, 100)
RATIOS = st.builds(SampleRatio, PERCENT, PERCENT, COUNT, st.booleans())
LOWEST = st.lists(
    st.builds(RpcCounts, st.sampled_from(NAMES), COUNT, COUNT, COUNT, COUNT),
    max_size=3,
    unique_by=lambda one: one.rpc,
).map(tuple)
EVIDENCE = st.builds(
    StageEvidence,
    context=st.sampled_from(["camera", "alert"]),
    weight=st.sampled_from([10, 50, 100]),
    since=st.just(0.0),
    until=st.just(60.0),
    rpcs=RPCS,
    ratio=RATIOS,
    warnings=st.sampled_from([(), (because(Code.SPANS_DISAGREE),)]),
    lowest=LOWEST,
    baseline=RPCS,
    exemplars=st.sampled_from([(), ("a1", "b2")]),
)
CRITERIA = st.builds(
    Criteria,
    failure_target=PERCENT,
    failure_abort=PERCENT,
    success_abort=PERCENT,
    percentile=st.floats(1, 99),
    latency_abort=st.floats(0, 1000),
    latency_difference_ms=st.floats(0, 1000),
    fallback_cap=PERCENT,
)
STEPS = st.builds(Step, st.just(10), st.just(0.0), COUNT)
RADIUS = BlastRadius()


@given(EVIDENCE, STEPS, CRITERIA)
def test_any_evidence_has_one_verdict_that_json_can_hold(
    evidence: StageEvidence, step: Step, criteria: Criteria
) -> None:
    verdict = judge(evidence, step, criteria, RADIUS, "v1")
    assert verdict.answer in (PASS, FAIL, UNKNOWN)
    assert len(verdict.findings) == 9
    for finding in verdict.findings:
        assert finding.text
        assert all(math.isfinite(value) for value in finding.values.values())
    assert orjson.loads(orjson.dumps(verdict.to_json()))["answer"] == verdict.answer
    assert judge(evidence, step, criteria, RADIUS, "v1") == verdict


@given(EVIDENCE, STEPS)
def test_evidence_that_was_written_down_gives_the_same_verdict(
    evidence: StageEvidence, step: Step
) -> None:
    again = StageEvidence.from_json(json.loads(json.dumps(evidence.to_json())))
    verdicts = [judge(one, step, Criteria(), RADIUS, "v1") for one in (evidence, again)]
    assert verdicts[0] == verdicts[1]


@given(EVIDENCE, STEPS, CRITERIA)
def test_the_cheap_part_fails_only_what_the_whole_fails_and_never_passes(
    evidence: StageEvidence, step: Step, criteria: Criteria
) -> None:
    cheap = judge_failures(evidence, criteria, RADIUS, "v1")
    assert cheap.answer in (FAIL, UNKNOWN)
    if cheap.answer == FAIL:
        assert judge(evidence, step, criteria, RADIUS, "v1").answer == FAIL


@given(EVIDENCE, STEPS)
def test_nothing_passes_in_doubt_without_requests_or_with_fewer_than_the_step_asks_for(
    evidence: StageEvidence, step: Step
) -> None:
    if judge(evidence, step, Criteria(), RADIUS, "v1").answer == PASS:
        assert not evidence.warnings
        assert evidence.judged >= max(step.min_requests, 1)


@given(
    judged=st.integers(1, 3000),
    beside=st.integers(1, 9),
    of_legacy=st.floats(0, 0.2),
    failing=st.floats(0, 1),
    more=st.floats(0, 1),
)
def test_more_failures_never_make_a_pass_of_a_failure(
    judged: int, beside: int, of_legacy: float, failing: float, more: float
) -> None:
    def answer(failures: int) -> str:
        old = VariantEvidence(judged * beside, int(judged * beside * of_legacy), 0, 0, times)
        new = VariantEvidence(judged, failures, 0, 0, times)
        evidence = StageEvidence(
            "alert", 10, 0.0, 60.0, (RpcEvidence("Rules/List", old, new),), ratio
        )
        return judge(evidence, Step(10), Criteria(), RADIUS, "v1").answer

    times, ratio = Histogram({400: judged}), SampleRatio(10, 10, judged, False)
    fewer = int(judged * failing)
    if answer(fewer) == FAIL:
        assert answer(fewer + int((judged - fewer) * more)) != PASS


@given(EVIDENCE)
def test_a_path_that_answers_nothing_never_passes(evidence: StageEvidence) -> None:
    dead = tuple(
        replace(one, domain=replace(one.domain, failures=one.domain.judged))
        for one in evidence.rpcs
    )
    found = judge(replace(evidence, rpcs=dead), Step(10), Criteria(), RADIUS, "v1")
    assert found.answer != PASS
