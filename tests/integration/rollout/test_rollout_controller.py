"""The controller: decides by evidence, survives its end, and never acts twice."""

import asyncio
import fcntl
import os
from dataclasses import replace

import pytest

from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.judgement.judge import judge
from gateway.proxy import files
from gateway.proxy.files import write_configuration
from gateway.rollout.controller import NotLeadingError
from gateway.rollout.decisions import commands
from gateway.rollout.decisions.decision import broken_at
from gateway.rollout.decisions.state import Phase
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from servicekit.process import identify
from tests.integration.rollout.conftest import PLAN, SECONDS, until

LONG_DWELL = replace(PLAN, steps=(replace(PLAN.steps[0], min_dwell_seconds=3600.0),))


def actions(store, context: str = "") -> list[str]:
    return [one.fields["action"] for one in store.log(context, limit=500)]


async def test_a_good_domain_is_taken_through_the_whole_plan(site):
    """Every step by a verdict "pass", the gate by a person; the log tells all of it."""
    async with site.controlling() as control:
        await control.start()
        assert site.weight() == 10
        await control.passed(Phase.GATE, 1)
        assert site.weight() == 10
        await control.do(commands.promote, full=False, force=False)
        assert site.weight() == 50
        await control.passed(Phase.COMPLETED, 3)
        assert site.weight() == 100
        assert [one for one in actions(control.store) if one != "verdict"] == [
            *("start", "begin", "step", "promote", "step", "complete")
        ]
        assert broken_at(control.store.log(limit=500)) == ""


async def test_every_verdict_in_the_log_can_be_made_again_from_its_evidence(site):
    async with site.controlling() as control:
        await control.start()
        await control.passed(Phase.GATE, 1)
        (step,) = [one for one in control.store.log() if one.fields["action"] == "step"]
        evidence = StageEvidence.from_json(step.fields["evidence"])
        plan = step.state.plan
        again = judge(evidence, plan.steps[0], plan.criteria, plan.blast_radius, plan.version)
        assert again.to_json() == step.fields["verdict"]
        assert step.fields["verdict"]["plan"] == "v1"
        assert again.requests >= 50


async def test_a_domain_that_fails_all_is_given_up_with_its_second_failure(site):
    async with site.controlling() as control:
        await control.start()
        control.answer(legacy=18, failed=2)
        await until(lambda: control.state().phase is Phase.ABORTED)
        assert site.weight() == 0
        last = control.store.last()
        assert last.fields["action"] == "abort"
        assert last.fields["verdict"]["answer"] == "fail"
        assert "2" in last.fields["reason"]


async def test_one_failure_is_no_reason_yet(site):
    async with site.controlling() as control:
        await control.start()
        control.answer(legacy=18, failed=1)
        for _ in range(20):
            control.answer(legacy=9, domain=1)
            await asyncio.sleep(0.05)
        assert control.state().phase is Phase.RUNNING


async def test_nothing_passes_while_the_spans_do_not_agree_with_envoy(site):
    site.sufficient = False
    async with site.controlling() as control:
        await control.start()
        for _ in range(30):
            control.answer(domain=40, legacy=360)
            await asyncio.sleep(0.05)
        assert (control.state().phase, control.state().step) == (Phase.RUNNING, 0)
        assert "not certain that the spans agree" in control.waits_for()
        site.sufficient = True
        await control.passed(Phase.GATE, 1)


async def test_requests_that_began_before_the_weight_was_in_force_do_not_count(site):
    async with site.controlling() as control:
        await control.leads()
        control.answer(failed=50)
        await control.start(LONG_DWELL)
        control.answer(domain=40, legacy=360)
        view = await until(
            lambda: (v := control.controller.views["alert"]).verdict and v.verdict.requests and v
        )
        assert view.verdict.requests == 40
        assert view.state.phase is Phase.RUNNING


async def test_a_controller_that_was_killed_goes_on_at_the_same_step_with_the_same_clock(site):
    """And with what was counted up to a second before."""
    async with site.controlling() as control:
        await control.start(LONG_DWELL)
        control.answer(domain=40, legacy=360)
        before = control.state()
        await until(lambda: (kept := control.store.stage("alert")) and kept.metrics.requests)
    assert site.weight() == 10
    async with site.controlling() as control:
        await control.leads()
        assert control.state() == before
        assert site.weight() == 10
        view = await until(lambda: (v := control.controller.views["alert"]).verdict and v)
        assert view.verdict.requests == 40


@pytest.mark.parametrize("phase", list(Phase))
async def test_a_controller_killed_in_any_phase_moves_no_weight_by_coming_back(site, phase):
    site_weight = await _brought_to(site, phase)
    async with site.controlling() as control:
        await control.leads()
        assert control.state().phase is phase
        assert site.weight() == site_weight == control.state().weight


async def _brought_to(site, phase: Phase) -> int:
    async with site.controlling() as control:
        await control.leads()
        if phase is Phase.IDLE:
            await control.do(commands.set_weight, weight=20)
        elif phase is Phase.WAITING:
            await control.do(commands.start, plan=replace(PLAN, after=("camera",)))
        else:
            await control.start(LONG_DWELL if phase is not Phase.GATE else PLAN)
        if phase is Phase.GATE:
            await control.do(commands.promote, full=False, force=False)
        elif phase is Phase.PAUSED:
            await control.do(commands.pause)
        elif phase is Phase.ABORTED:
            await control.do(commands.abort, gradual=False)
        elif phase is Phase.COMPLETED:
            await control.do(commands.promote, full=False, force=False)
        elif phase is Phase.ABORTING:
            await control.do(commands.abort, gradual=False)
            await control.start(replace(PLAN, steps=(PLAN.steps[0], PLAN.steps[2])))
            await control.do(commands.promote, full=False, force=False)
            await control.do(commands.abort, gradual=True)
        assert control.state().phase is phase
        return site.weight()


async def test_a_decision_that_was_written_but_not_carried_out_is_carried_out_by_the_next(site):
    """Killed between the log and the routes: the log is what holds."""
    async with site.controlling() as control:
        await control.start(LONG_DWELL)
        token = control.controller.token
    write_configuration(site.topology, Routing(Split(0, 0), token=token), site.directory)
    async with site.controlling() as control:
        await control.leads()
        assert site.weight() == 10


async def test_of_two_controllers_one_leads_and_the_other_refuses(site):
    me = identify(os.getpid())
    parent = identify(os.getppid())
    async with site.controlling(me) as first:
        await first.start(LONG_DWELL)
        async with site.controlling(parent) as second:
            await until(lambda: second.controller.trouble == "another controller leads")
            with pytest.raises(NotLeadingError):
                await second.do(commands.abort, gradual=False)
            assert site.weight() == 10


async def test_a_controller_that_was_overtaken_can_do_nothing_any_more(site):
    """Stopped for longer than its lease, it goes on, and finds itself fenced off."""
    me, parent = identify(os.getpid()), identify(os.getppid())
    stopped = False
    now = [1_900_000_000.0]
    async with site.controlling(me, clock=lambda: now[0]) as first:
        await first.leads()
        old = first.controller.token
        await first.controller._one.acquire()  # as SIGSTOP would hold it
        stopped = True
        now[0] += 10
        async with site.controlling(parent, clock=lambda: now[0]) as second:
            await second.leads()
            assert second.controller.token > old
            first.controller._one.release()
            with pytest.raises(NotLeadingError):
                await first.do(commands.set_weight, weight=50)
            await until(lambda: not first.controller.leads)
            await second.do(commands.set_weight, weight=30)
            assert site.weight() == 30
    assert stopped


async def test_a_context_that_is_aborted_takes_another_along(site):
    cameras = replace(PLAN, context="camera", steps=LONG_DWELL.steps, abort_together=())
    async with site.controlling() as control:
        await control.start(LONG_DWELL)
        await control.start(cameras)
        assert site.weight("camera") == 10
        control.answer(failed=5, legacy=45)
        await until(lambda: control.state("camera").phase is Phase.ABORTED)
        assert (site.weight("alert"), site.weight("camera")) == (0, 0)
        assert control.state("camera").reason.startswith("alert was aborted: ")


async def test_the_environments_split_is_in_the_log(site):
    write_configuration(site.topology, Routing(Split(camera=20, alert=0)), site.directory)
    async with site.controlling() as control:
        await control.leads()
        last = control.store.last().fields
        assert (last["author"], last["context"], last["to_weight"]) == ("camplane up", "camera", 20)
        assert site.weight("camera") == 20


async def test_pins_are_in_the_routes_and_survive(site):
    async with site.controlling() as control:
        await control.leads()
        await control.do(commands.pin, "camera", camera_id="cam 7", path="domain")
        assert site.router.read().pins == {"cam 7": "domain"}
    async with site.controlling() as control:
        await control.leads()
        assert site.router.read().pins == {"cam 7": "domain"}


async def test_a_decision_that_could_not_be_routed_is_in_force_as_soon_as_it_can(site, monkeypatch):
    """It is in the log by then: what the routes say must not stay behind."""
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.1)
    async with site.controlling() as control:
        await control.leads()
        with (site.directory / files.LOCK).open("a") as kept:
            fcntl.flock(kept, fcntl.LOCK_EX)
            with pytest.raises(files.RoutesLockedError):
                await control.do(commands.set_weight, weight=20)
            assert site.weight() == 0
        await until(lambda: site.weight() == 20, "the routes follow")


async def test_who_watches_is_told_of_a_move_at_once(site):
    async with site.controlling() as control:
        await control.leads()
        watching = asyncio.create_task(control.controller.moved(SECONDS))
        await asyncio.sleep(0)
        await control.do(commands.set_weight, weight=20)
        await asyncio.wait_for(watching, 1)
