"""A rollout whose domain stops to serve, or from which no request comes any more."""

import time
from dataclasses import replace

import pytest

from gateway.rollout.decisions.dwell import MAX_UNWATCHED_SECONDS
from gateway.rollout.decisions.state import Phase
from gateway.rollout.decisions.steps import EVIDENCE_SECONDS
from gateway.vocabulary.reason import Code, because
from tests.integration.rollout.conftest import PLAN, until
from tests.unit.traces.otlp_batches import LIST_RULES

DWELL = 20.0
TWO_STEPS = replace(PLAN, steps=(replace(PLAN.steps[0], min_dwell_seconds=DWELL), PLAN.steps[2]))
SPEED = 4.0


class Steady:
    """A monotonic clock that goes fast, and can be put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return SPEED * time.monotonic() + self.ahead


async def let_pass(control, steady: Steady, seconds: float) -> None:
    """Let so much time pass, look by look."""
    for _ in range(int(seconds // MAX_UNWATCHED_SECONDS) + 1):
        seen = control.controller._looked_at
        steady.ahead += MAX_UNWATCHED_SECONDS
        await until(lambda seen=seen: control.controller._looked_at > seen, "a look")


async def waits(control, what: str) -> str:
    """Wait until the rollout waits for this."""

    def told() -> str:
        text = control.waits_for()
        return text if what in text else ""

    return await until(told, what)


def lasted(control) -> float:
    return control.controller.views["alert"].lasted


async def begin(control) -> None:
    """Begin a step that has good evidence and waits for its time alone."""
    await control.start(TWO_STEPS)
    control.answer(domain=400, legacy=3600)
    await waits(control, "the step's time")


async def test_a_step_neither_passes_nor_lasts_on_while_domain_does_not_serve(site):
    """Good evidence, then domain hangs and no request comes: the weight stays."""
    steady = Steady()
    async with site.controlling(steady=steady) as control:
        await begin(control)
        site.trouble = because(Code.DOMAIN_SILENT, seconds=3.0)
        await waits(control, "alert/domain to serve: it answers no health check")
        before = lasted(control)
        await let_pass(control, steady, 2 * DWELL)
        assert (control.state().phase, site.weight()) == (Phase.RUNNING, 10)
        assert lasted(control) == before
        site.trouble = None
        await until(lambda: lasted(control) > before, "its time goes on")


async def test_evidence_of_long_ago_passes_no_step_until_a_request_comes(site):
    steady = Steady()
    async with site.controlling(steady=steady) as control:
        await begin(control)
        site.trouble = because(Code.AS_SAID, text="it hangs")
        await waits(control, "it hangs")
        await let_pass(control, steady, EVIDENCE_SECONDS)
        site.trouble = None
        await let_pass(control, steady, DWELL)
        await waits(control, "a new request of domain: the last one was judged")
        assert site.weight() == 10
        control.answer(domain=1)
        await until(lambda: site.weight() == 50, "it goes on")


async def test_how_long_a_step_lasted_survives_a_kill_and_evidence_is_to_be_new_then(site):
    steady = Steady()
    async with site.controlling(steady=steady) as control:
        await begin(control)
        await until(lambda: (kept := control.store.stage("alert")) and kept.dwell.seconds > 3.0)
        before = control.store.stage("alert").dwell.seconds
    async with site.controlling(steady=steady) as control:
        await control.leads()
        await until(lambda: lasted(control), "it is looked at")
        assert lasted(control) >= before
        await let_pass(control, steady, DWELL)
        await waits(control, "none was judged since the controller began")
        assert site.weight() == 10


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ({"route": f"{LIST_RULES} forced"}, "forced by force_domain"),
        ({"tool": "yes"}, "of camplane's own tools"),
    ],
    ids=["forced", "tools"],
)
async def test_what_the_split_did_not_choose_passes_no_step_and_fails_none(site, beside, said):
    """However good it is, and however bad; the rollout says what it does not count."""
    async with site.controlling() as control:
        await control.start(TWO_STEPS)
        control.answer(domain=400, legacy=400, failed=50, **beside)
        why = await waits(control, f"450 {said} do not count")
        assert "0 requests of domain: needs 50 more" in why
        assert (control.state().phase, site.weight()) == (Phase.RUNNING, 10)


async def test_a_failing_domain_is_given_up_while_its_health_says_nothing(site):
    async with site.controlling() as control:
        await control.start(TWO_STEPS)
        site.trouble = because(Code.DOMAIN_NOT_WATCHED)
        control.answer(legacy=18, failed=2)
        await until(lambda: control.state().phase is Phase.ABORTED)
        assert site.weight() == 0
