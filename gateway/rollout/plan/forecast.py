"""How long a plan's steps will take at a given traffic, if domain is like legacy. Pure.

A forecast, and no evidence: it asks the judgement itself about requests that were
never made, as many as it takes until a step passes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.analysis.criteria import Step
from gateway.analysis.judgement.evidence import RpcEvidence, StageEvidence, VariantEvidence
from gateway.analysis.judgement.judge import judge
from gateway.analysis.judgement.verdict import PASS
from gateway.analysis.report import SampleRatio
from gateway.rollout.plan.model import RolloutPlan
from gateway.telemetry.histogram import Histogram
from gateway.vocabulary.reason import Code, Reasons, because

# Predicted for these numbers of domain's requests; beyond a million: never.
_PREDICTED = tuple(round(20 * 1.25**step) for step in range(50))


@dataclass(frozen=True, slots=True)
class StepForecast:
    """What a step needs.

    requests: of domain, until it passes; None: no number will do, `missing` says
    why. seconds: how long the step lasts, its dwell included; None: for ever, or
    until somebody promotes (a gate).
    """

    step: Step
    requests: int | None
    seconds: float | None
    missing: Reasons = ()


def forecast(
    plan: RolloutPlan, seen: Sequence[RpcEvidence], per_second: Mapping[str, float]
) -> tuple[StepForecast, ...]:
    """Return what each of the plan's steps needs.

    seen: what was counted lately of each RPC; domain is taken to be like legacy,
    and legacy, where it had no requests, like domain. per_second: requests of
    each RPC in a second, on both paths together.
    """
    alike = {one.rpc: one.legacy if one.legacy.judged > 0 else one.domain for one in seen}
    rates = {rpc: rate for rpc, rate in per_second.items() if rate > 0 and rpc in alike}
    found: list[StepForecast] = []
    baseline: tuple[RpcEvidence, ...] = ()
    for step in plan.steps:
        if step.weight is None:
            found.append(StepForecast(step, 0, step.min_dwell_seconds))
            continue
        one, needed = _step(plan, step, alike, rates, baseline)
        found.append(one)
        baseline = needed or baseline
    return tuple(found)


def _step(
    plan: RolloutPlan,
    step: Step,
    alike: Mapping[str, VariantEvidence],
    rates: Mapping[str, float],
    baseline: tuple[RpcEvidence, ...],
) -> tuple[StepForecast, tuple[RpcEvidence, ...]]:
    """Return a step's forecast and the evidence it ends with."""
    assert step.weight is not None
    to_domain = sum(rates.values()) * step.weight / 100
    if not to_domain:
        return StepForecast(step, None, None, (because(Code.FORECAST_NO_TRAFFIC),)), ()
    asked = replace(step, min_requests=0)

    def imagined(n: int) -> tuple[str, Reasons, tuple[RpcEvidence, ...]]:
        rpcs = _imagine(n, step.weight or 0, alike, rates)
        evidence = StageEvidence(
            context=plan.context,
            weight=step.weight or 0,
            since=0.0,
            until=n / to_domain,
            rpcs=rpcs,
            ratio=SampleRatio(float(step.weight or 0), float(step.weight or 0), n, alarm=False),
            baseline=baseline,
        )
        verdict = judge(evidence, asked, plan.criteria, plan.blast_radius, plan.version)
        return verdict.answer, verdict.reasons, rpcs

    low, high = -1, len(_PREDICTED)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if imagined(_PREDICTED[middle])[0] == PASS else (middle, high)
    if high == len(_PREDICTED):
        reasons = imagined(_PREDICTED[-1])[1]
        if not baseline and step.weight == 100:
            reasons = (because(Code.FORECAST_NO_LEGACY),)
        return StepForecast(step, None, None, reasons), ()
    needed = max(_PREDICTED[high], step.min_requests)
    seconds = max(step.min_dwell_seconds or 0.0, needed / to_domain)
    # What a step has seen by its end is what the next is compared with.
    by_then = min(max(round(seconds * to_domain), needed), _PREDICTED[-1])
    return StepForecast(step, needed, seconds), imagined(by_then)[2]


def _imagine(
    n: int, weight: int, alike: Mapping[str, VariantEvidence], rates: Mapping[str, float]
) -> tuple[RpcEvidence, ...]:
    """Return `n` requests of domain, and legacy's beside them, all like those that were seen."""
    total = sum(rates.values())
    beside = (100 - weight) / weight
    return tuple(
        RpcEvidence(
            rpc,
            _scaled(alike[rpc], round(n * beside * rate / total)),
            _scaled(alike[rpc], round(n * rate / total)),
        )
        for rpc, rate in rates.items()
    )


def _scaled(variant: VariantEvidence, judged: int) -> VariantEvidence:
    """Return a variant of so many requests; parts of a request are rounded."""
    if variant.judged <= 0 or judged <= 0:
        return VariantEvidence()
    by = judged / variant.judged
    left_after = _times(variant.left_after, round(variant.left_after.count * by))
    return VariantEvidence(
        judged=judged,
        failures=round(variant.failures * by),
        # Rescues by the other path are what a path like legacy does not need.
        fell_back=0,
        refused=round(variant.refused * by),
        times=_times(variant.times, judged),
        left=round(variant.left * by),
        left_after=left_after,
    )


def _times(times: Histogram, count: int) -> Histogram:
    """Return `count` times spread as those are; rounding does not add up along the buckets."""
    total, before, passed, found = times.count, 0, 0, Histogram()
    if not total:
        return found
    for bucket in sorted(times.counts):
        passed += times.counts[bucket]
        upto = round(passed * count / total)
        if upto > before:
            found.counts[bucket] = upto - before
        before = upto
    return found
