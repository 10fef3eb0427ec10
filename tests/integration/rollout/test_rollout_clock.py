"""A rollout while somebody sets the clock, by an hour in either direction."""

import time
from dataclasses import replace

import pytest

from gateway.rollout.decisions import commands
from gateway.rollout.decisions.state import Phase
from tests.integration.rollout.conftest import PLAN, until

HOUR = 3600.0
STEPS = (replace(PLAN.steps[0]), PLAN.steps[2], PLAN.steps[3])
LONG = replace(PLAN, steps=(replace(PLAN.steps[0], min_dwell_seconds=HOUR / 2), PLAN.steps[2]))


class Wall:
    """The machine's clock, as somebody sets it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.mark.parametrize("set_by", [HOUR, -HOUR], ids=["forward", "back"])
async def test_a_good_domain_goes_on_and_a_bad_one_is_given_up_within_seconds(site, set_by):
    wall = Wall()
    async with site.controlling(clock=wall) as control:
        await control.start(replace(PLAN, steps=STEPS))
        control.answer(domain=20, legacy=180)
        wall.ahead += set_by
        await control.passed(Phase.RUNNING, 1)
        assert site.weight() == 50
        await until(lambda: control.controller.views["alert"].verdict, "it is judged")
        control.answer(legacy=18, failed=60)
        await until(lambda: control.state().phase is Phase.ABORTED)
        assert site.weight() == 0


@pytest.mark.parametrize("set_by", [HOUR, -HOUR], ids=["forward", "back"])
async def test_a_step_lasts_as_long_as_it_would(site, set_by):
    wall = Wall()
    async with site.controlling(clock=wall) as control:
        await control.start(LONG)
        control.answer(domain=400, legacy=3600)
        await until(lambda: "the step's time" in control.waits_for())
        wall.ahead += set_by
        seen = control.controller._fully_at
        await until(lambda: control.controller._fully_at > seen, "a look")
        assert "the step's time, 30 min more" in control.waits_for()
        assert site.weight() == 10


async def test_a_context_is_aborted_with_another_also_after_the_clock_was_put_back(site):
    """What came after what is told by the log's times, whatever the clock says."""
    wall = Wall()
    cameras = replace(PLAN, context="camera", steps=LONG.steps, abort_together=())
    async with site.controlling(clock=wall) as control:
        await control.start(LONG)
        await control.start(cameras)
        wall.ahead -= HOUR
        await control.do(commands.abort, gradual=False)
        await until(lambda: control.state("camera").phase is Phase.ABORTED)
        times = [one.fields["at"] for one in control.store.log(limit=50)]
        assert times == sorted(times)


async def test_a_gradual_abort_goes_on_after_the_clock_was_put_back(site):
    wall = Wall()
    async with site.controlling(clock=wall) as control:
        await control.start(replace(PLAN, steps=STEPS))
        await control.do(commands.promote, full=True, force=True)
        wall.ahead -= HOUR
        await control.do(commands.abort, gradual=True)
        await until(lambda: (control.state().phase, site.weight()) == (Phase.ABORTED, 0))


async def test_what_was_counted_is_gone_on_with_after_the_clock_was_put_back_and_a_kill(site):
    wall = Wall()
    async with site.controlling(clock=wall) as control:
        await control.start(LONG)
        control.answer(domain=40, legacy=360)
        await until(lambda: (kept := control.store.stage("alert")) and kept.metrics.requests)
    wall.ahead -= HOUR
    async with site.controlling(clock=wall) as control:
        await control.leads()
        await until(lambda: (v := control.controller.views["alert"].verdict) and v.requests == 40)
        control.answer(domain=7)
        await until(lambda: control.controller.views["alert"].verdict.requests == 47)
