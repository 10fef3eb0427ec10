"""A plan that asks for replies that are alike: when its steps pass, fail, or wait."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.analysis.judgement.evidence import RpcEvidence, StageEvidence, VariantEvidence
from gateway.analysis.judgement.judge import judge, judge_failures
from gateway.analysis.judgement.replies import RepliesEvidence, replies_evidence
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.report import SampleRatio
from gateway.rollout.plan.as_json import plan_from_json, plan_to_json, with_version
from gateway.rollout.plan.file import read_plan
from gateway.rollout.plan.model import RolloutPlan
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import ShadowCell, ShadowKey, TrafficMetrics

ASKED = Criteria(shadow_difference=0.5, shadow_pairs=200)
STEP = Step(10, 0.0, 10)
PLAN = """
apiVersion: camplane/v1
kind: Rollout
metadata: {name: p}
spec:
  context: alert
  steps: [{setWeight: 10}]
  analysis: {shadow: {}}
"""


def cell(pairs: int, **fields: int) -> ShadowCell:
    return ShadowCell(pairs, max(fields.values(), default=0), 0, Counter(fields))


def evidence(*replies: RepliesEvidence) -> StageEvidence:
    """Return a step whose requests all went well."""
    times = Histogram()
    for _ in range(2000):
        times.add(5000)
    well = VariantEvidence(2000, 0, 0, 0, times)
    return StageEvidence(
        context="alert",
        weight=10,
        since=0.0,
        until=60.0,
        rpcs=(RpcEvidence("S/R", well, well),),
        ratio=SampleRatio(10, 10, 1000, False),
        replies=replies,
    )


def finding(*replies: RepliesEvidence, criteria: Criteria = ASKED) -> Finding | None:
    verdict = judge(evidence(*replies), STEP, criteria, BlastRadius(), "v")
    return next((one for one in verdict.findings if one.criterion == "shadow"), None)


def answer(*replies: RepliesEvidence) -> str:
    found = finding(*replies)
    assert found is not None
    return found.answer


def test_a_plan_that_does_not_ask_is_not_answered() -> None:
    differing = RepliesEvidence("S/R", cell(500, name=500), cell(120))
    assert finding(differing, criteria=Criteria()) is None


def test_without_mirrored_reads_no_step_passes_and_the_text_says_what_to_do() -> None:
    found = finding()
    assert found is not None
    assert (found.answer, "camplane shadow on" in found.text) == (UNKNOWN, True)
    assert judge(evidence(), STEP, ASKED, BlastRadius(), "v").answer == UNKNOWN


def test_enough_pairs_that_are_alike_pass() -> None:
    assert answer(RepliesEvidence("S/R", cell(199), cell(50))) == UNKNOWN
    assert answer(RepliesEvidence("S/R", cell(200), cell(50))) == PASS
    alike = evidence(RepliesEvidence("S/R", cell(200), cell(50)))
    assert judge(alike, STEP, ASKED, BlastRadius(), "v").answer == PASS


def test_a_certain_difference_fails_the_step_and_is_named() -> None:
    found = finding(RepliesEvidence("S/R", cell(300, name=300), cell(75)))
    assert found is not None
    assert (found.answer, "S/R: name differs" in found.text) == (FAIL, True)


def test_a_field_that_moves_by_itself_neither_fails_nor_holds_a_step() -> None:
    assert answer(RepliesEvidence("S/R", cell(400, time=400), cell(100, time=100))) == PASS


def test_a_difference_that_the_plan_bears_passes() -> None:
    borne = replace(ASKED, shadow_difference=100.0)
    found = finding(RepliesEvidence("S/R", cell(300, name=300), cell(75)), criteria=borne)
    assert found is not None and found.answer == PASS


def test_between_certain_and_borne_the_step_waits() -> None:
    found = finding(
        RepliesEvidence("S/R", cell(2000, name=600), cell(500)),
        criteria=replace(ASKED, shadow_difference=29.0),
    )
    assert found is not None and found.answer == UNKNOWN


def test_pairs_of_others_do_not_let_one_pass_that_seems_to_differ() -> None:
    """A list that is read seldom may differ each time, and be hidden by states that do not."""
    often = RepliesEvidence("S/State", cell(400), cell(100))
    found = finding(often, RepliesEvidence("S/List", cell(5, name=5), cell(0)))
    assert found is not None and found.answer == UNKNOWN
    assert "S/List: name seems to differ in 100 % of replies" in found.text
    assert "needs 195 more" in found.text
    assert answer(often, RepliesEvidence("S/List", cell(5), cell(0))) == PASS


def test_failures_alone_stop_a_step_without_it() -> None:
    differing = evidence(RepliesEvidence("S/R", cell(300, name=300), cell(75)))
    assert judge_failures(differing, ASKED, BlastRadius(), "v").answer == UNKNOWN


def test_the_evidence_is_recorded_and_an_earlier_releases_is_read() -> None:
    found = evidence(RepliesEvidence("S/R", cell(300, name=3), cell(75, time=1)))
    document = json.loads(json.dumps(found.to_json()))
    assert StageEvidence.from_json(document).replies == found.replies
    del document["replies"]
    assert StageEvidence.from_json(document).replies == ()


def test_evidence_is_that_of_the_context() -> None:
    figures = TrafficMetrics(
        shadows={
            ShadowKey("alert", "S/R", "cross"): cell(5),
            ShadowKey("alert", "S/R", "self"): cell(2),
            ShadowKey("camera", "S/C", "cross"): cell(7),
        }
    )
    assert replies_evidence(figures, "alert") == (RepliesEvidence("S/R", cell(5), cell(2)),)


def test_a_plan_says_it_and_its_version_is_that_of_before_when_it_does_not() -> None:
    plan = read_plan(PLAN)
    assert (plan.criteria.shadow_difference, plan.criteria.shadow_pairs) == (0.5, 200)
    assert plan_from_json(plan_to_json(plan)) == plan
    silent = RolloutPlan(name="p", context="alert", steps=(STEP,))
    assert "shadow_difference" not in plan_to_json(silent)["criteria"]
    assert with_version(silent).version != with_version(replace(silent, criteria=ASKED)).version
    assert plan_from_json(plan_to_json(silent)) == silent


@pytest.mark.parametrize("pairs", [0, 1, 10])
def test_few_pairs_never_fail(pairs: int) -> None:
    assert answer(RepliesEvidence("S/R", cell(pairs, name=pairs), cell(0))) == UNKNOWN
