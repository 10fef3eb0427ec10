"""Recorded verdicts are made again from the log of a real controller."""

import asyncio
from dataclasses import replace

import orjson
import pytest

from gateway.rollout.decisions import commands
from gateway.rollout.decisions.decision import LoggedDecision
from gateway.rollout.decisions.log_file import read_log
from gateway.rollout.decisions.replay import replay
from gateway.rollout.decisions.state import Phase
from gateway.vocabulary.wording import together
from tests.integration.rollout.conftest import PLAN, Site, until

SHORT = replace(PLAN, steps=(PLAN.steps[0],))


def changed(one: LoggedDecision, change) -> LoggedDecision:
    fields = orjson.loads(one.document)
    change(fields)
    return replace(one, document=orjson.dumps(fields).decode())


async def judged(site: Site) -> None:
    """Make verdicts of every kind: of a step, at a command, and of failures alone."""
    async with site.controlling() as control:
        await control.start(SHORT)
        await control.do(commands.pause)
        await control.do(commands.resume)
        await control.passed(Phase.COMPLETED, 0)
        control.answer(legacy=900, failed=20)
        await until(lambda: control.state().phase is Phase.ABORTED, "it is given up")
        await control.do(commands.set_weight, weight=20)


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> list[LoggedDecision]:
    site = Site(tmp_path_factory.mktemp("site"))
    asyncio.run(judged(site))
    return list(read_log(site.directory / "rollout.db"))


def test_every_verdict_comes_out_again(log):
    found = replay(log)
    assert found.difference == ""
    assert found.decisions == len(log)
    recorded = [one.fields["verdict"] for one in log if one.fields["verdict"]]
    assert found.verdicts == len(recorded) >= 4
    assert {"pass", "fail", "not_enough_evidence"} <= {one["answer"] for one in recorded}
    of_failures = [one for one in recorded if len(one["findings"]) == 4]
    assert of_failures and len(of_failures) < len(recorded)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda verdict: verdict.update(answer="pass"), "answer 'pass' is recorded"),
        (lambda verdict: verdict.update(requests=1), "requests 1 is recorded"),
        (lambda verdict: verdict["findings"][0].update(text="all is well"), "all is well"),
        (lambda verdict: verdict["findings"][0]["values"].update(n=3), "n is recorded as 3"),
        (lambda verdict: verdict["findings"].pop(), "findings are recorded"),
        (lambda verdict: verdict["findings"][0]["reason"].update(code="as_said"), "as_said"),
        (
            lambda verdict: verdict["findings"][0]["reason"]["values"].update(failed=1),
            "reason of the finding on failures",
        ),
    ],
)
def test_a_verdict_that_its_evidence_does_not_give_is_named(log, change, said):
    aborted = next(place for place, one in enumerate(log) if one.fields["action"] == "abort")
    forged = list(log)
    forged[aborted] = changed(log[aborted], lambda fields: change(fields["verdict"]))
    found = replay(forged)
    assert found.difference.startswith(f"decision {log[aborted].number}: ")
    assert said in found.difference


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.update(evidence=None),
        lambda fields: fields.pop("verdict"),
        lambda fields: fields["evidence"].pop("rpcs"),
        lambda fields: fields["verdict"].update(findings=[1]),
        lambda fields: fields.update(state={}),
    ],
)
def test_what_cannot_be_read_is_a_difference(log, change):
    judged = next(place for place, one in enumerate(log) if one.fields["verdict"])
    forged = list(log)
    forged[judged] = changed(log[judged], change)
    assert f"decision {log[judged].number}: " in replay(forged).difference


def test_what_an_earlier_release_wrote_in_words_alone_comes_out_again(log):
    def in_words(fields):
        for state in (fields, fields["state"]):
            state.pop("reasons")
        for finding in (fields["verdict"] or {"findings": ()})["findings"]:
            finding.pop("reason")

    old = [changed(one, in_words) for one in log]
    found, as_recorded = replay(old), replay(log)
    assert (found.difference, found.verdicts) == ("", as_recorded.verdicts)
    aborted = next(one for one in old if one.fields["action"] == "abort")
    assert not aborted.reasons and "certainly more than" in aborted.state.reason


def test_the_controllers_reasons_are_in_the_log_as_codes_beside_the_words(log):
    """A person's own words have none."""
    for one in log:
        is_own = one.fields["author"] == "controller"
        assert bool(one.reasons) == is_own, one.document
        assert not is_own or together(one.reasons) == one.fields["reason"]


@pytest.mark.parametrize("rules", [None, 99])
def test_a_verdict_by_another_releases_rules_is_said_and_contradicts_nothing(log, rules):
    def by_other_rules(fields):
        fields["verdict"].pop("rules")
        fields["verdict"].update(answer="pass", findings=[], **({"rules": rules} if rules else {}))

    judged = next(place for place, one in enumerate(log) if one.fields["verdict"])
    old = list(log)
    old[judged] = changed(log[judged], by_other_rules)
    found, as_recorded = replay(old), replay(log)
    assert (found.difference, found.other_rules) == ("", 1)
    assert found.verdicts == as_recorded.verdicts - 1


def test_an_empty_log_has_nothing_to_make_again():
    found = replay([])
    assert (found.decisions, found.verdicts, found.difference) == (0, 0, "")
