"""A rollout whose domain stops to serve, or from which no request comes any more."""

from dataclasses import replace

from gateway.rollout.decisions.state import Phase
from gateway.rollout.decisions.steps import EVIDENCE_SECONDS
from tests.integration.rollout.conftest import PLAN, until

DWELL = 1000.0
TWO_STEPS = replace(PLAN, steps=(replace(PLAN.steps[0], min_dwell_seconds=DWELL), PLAN.steps[2]))


class Steady:
    """A monotonic clock, put forward by hand as the looks go on."""

    def __init__(self) -> None:
        self.now = 50_000.0

    def __call__(self) -> float:
        return self.now


async def lasted(control, steady: Steady, seconds: float) -> None:
    """Let so much time pass under the controller's eyes."""
    for _ in range(int(seconds)):
        before = control.controller._looked_at
        steady.now += 1.0
        await until(lambda before=before: control.controller._looked_at != before, "a look")


async def begun(control) -> None:
    """Begin a step that has good evidence and waits for its time alone."""
    await control.start(replace(TWO_STEPS, steps=(_for(4.0), TWO_STEPS.steps[1])))
    control.answer(domain=400, legacy=3600)


def _for(seconds: float):
    return replace(PLAN.steps[0], min_dwell_seconds=seconds)


async def waits(control, steady: Steady, what: str) -> str:
    """Wait until the rollout waits for this."""

    def told() -> str:
        steady.now += 0.05
        text = control.controller.views["alert"].waits_for
        return text if what in text else ""

    return await until(told, what)


async def test_a_step_neither_passes_nor_lasts_on_while_domain_does_not_serve(site):
    """Good evidence, then domain hangs and no request comes: the weight stays."""
    steady = Steady()
    async with site.controlling(steady=steady) as control:
        await begun(control)
        await waits(control, steady, "the step's time")
        before = control.controller._dwells["alert"].seconds
        site.trouble = "it answers no health check, for 3 s"
        await waits(control, steady, "alert/domain to serve: it answers no health check")
        await lasted(control, steady, 20)
        assert (control.state().phase, site.weight()) == (Phase.RUNNING, 10)
        assert control.controller._dwells["alert"].seconds < before + 1.5
        site.trouble = ""
        await waits(control, steady, "the step's time")


async def test_evidence_of_long_ago_passes_no_step_until_a_request_comes(site):
    steady = Steady()
    async with site.controlling(steady=steady) as control:
        await begun(control)
        await waits(control, steady, "the step's time")
        site.trouble = "it hangs"
        await lasted(control, steady, EVIDENCE_SECONDS + 5)
        site.trouble = ""
        await waits(control, steady, "a new request of domain")
        assert site.weight() == 10
        control.answer(domain=1)
        await until(lambda: _later(steady) and site.weight() == 50, "it goes on")


def _later(steady: Steady) -> bool:
    steady.now += 0.2
    return True


async def test_how_long_a_step_lasted_and_the_age_of_its_evidence_survive_a_kill(site):
    steady = Steady()
    async with site.controlling(steady=steady) as control:
        await begun(control)
        await lasted(control, steady, 3)
        await until(lambda: (kept := control.store.stage("alert")) and kept.dwell.seconds >= 2.0)
    async with site.controlling(steady=steady) as control:
        await control.leads()
        await lasted(control, steady, 3)
        assert control.controller._dwells["alert"].seconds >= 4.0
        await waits(control, steady, "none was judged since the controller began")
        assert site.weight() == 10


async def test_a_failing_domain_is_given_up_while_its_health_says_nothing(site):
    async with site.controlling() as control:
        await control.start(TWO_STEPS)
        site.trouble = "nobody has looked lately"
        control.answer(legacy=18, failed=2)
        await until(lambda: control.state().phase is Phase.ABORTED)
        assert site.weight() == 0
