"""How long each step of a plan will take, at some traffic, if domain is like legacy."""

import math
from dataclasses import replace

import numpy as np

from gateway.analysis.criteria import Step
from gateway.analysis.judgement.evidence import RpcEvidence, VariantEvidence
from gateway.rollout.plan.forecast import StepForecast, forecast
from gateway.rollout.plan.model import RolloutPlan
from gateway.telemetry.histogram import Histogram
from gateway.vocabulary.wording import together


def seen(failures: int = 7, ms: float = 5.0) -> RpcEvidence:
    """Return an hour of one RPC on legacy."""
    times = Histogram()
    for one in np.random.default_rng(1).lognormal(math.log(ms), 0.5, 3600):
        times.add(one * 1000)
    return RpcEvidence(
        "Rules/List", VariantEvidence(3600, failures, 0, 30, times), VariantEvidence()
    )


def plan(*steps: Step) -> RolloutPlan:
    return RolloutPlan("rules", "alert", steps, version="v1")


def steps(*found: Step, per_second: float = 50.0) -> tuple[StepForecast, ...]:
    return forecast(plan(*found), [seen()], {"Rules/List": per_second})


def test_more_traffic_shortens_a_step_until_its_dwell() -> None:
    (slow,) = steps(Step(10), per_second=1)
    (fast,) = steps(Step(10), per_second=100)
    (dwelling,) = steps(Step(10, 3600.0), per_second=100)
    assert slow.requests == fast.requests == dwelling.requests
    assert slow.requests is not None and 50 < slow.requests < 3000
    assert slow.seconds == slow.requests / 0.1
    assert fast.seconds == fast.requests / 10
    assert dwelling.seconds == 3600.0


def test_a_step_needs_at_least_the_requests_it_asks_for() -> None:
    (found,) = steps(Step(10, 0.0, 50_000))
    assert (found.requests, found.seconds) == (50_000, 10_000.0)


def test_without_traffic_a_step_never_passes() -> None:
    (found,) = steps(Step(10), per_second=0)
    assert (found.requests, found.seconds) == (None, None)
    assert together(found.missing) == "there is no traffic"


def test_the_last_step_is_compared_with_the_one_before() -> None:
    before, last = steps(Step(50, 600.0), Step(100))
    assert before.seconds == 600.0
    assert last.requests is not None
    (alone,) = steps(Step(100))
    assert alone.requests is None
    assert together(alone.missing) == "there is no step before, with legacy, to compare with"


def test_a_gate_lasts_as_long_as_it_says_or_until_somebody_promotes() -> None:
    timed, waiting = steps(Step(None, 1800.0), Step(None, None))
    assert (timed.requests, timed.seconds) == (0, 1800.0)
    assert (waiting.requests, waiting.seconds) == (0, None)


def test_a_legacy_that_fails_too_often_says_why_nothing_will_pass() -> None:
    (found,) = forecast(plan(Step(10)), [seen(failures=720)], {"Rules/List": 50.0})
    assert found.requests is None
    assert "against 20 % on legacy" in together(found.missing)


def test_domains_figures_stand_in_for_a_legacy_without_requests() -> None:
    one = seen()
    turned = RpcEvidence(one.rpc, VariantEvidence(), one.legacy)
    rates = {"Rules/List": 50.0}
    assert forecast(plan(Step(10)), [turned], rates) == forecast(plan(Step(10)), [one], rates)


def test_clients_that_leave_legacy_leave_the_predicted_domain_as_often() -> None:
    one = seen()
    after = Histogram({400: 400})
    leaving = replace(one, legacy=replace(one.legacy, left=400, left_after=after))
    (found,) = forecast(plan(Step(10)), [leaving], {one.rpc: 1.0})
    (patient,) = steps(Step(10))
    # That domain answers as often as a legacy that answers less often takes longer to know.
    assert found.requests is not None and patient.requests is not None
    assert found.requests > patient.requests
