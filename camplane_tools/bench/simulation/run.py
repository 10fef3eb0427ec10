"""One simulated rollout: the whole plan, looked at as the controller looks, by the real judge."""

from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from camplane_tools.bench.simulation.stage import Stage
from camplane_tools.bench.simulation.traffic import Behaviour, Clients, Traffic
from gateway.analysis.criteria import BlastRadius, Criteria, Step
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import RpcEvidence
from gateway.analysis.judgement.judge import judge, judge_failures
from gateway.analysis.judgement.verdict import FAIL, PASS

STEPS = tuple(Step(weight, 0.0, 200) for weight in (10, 25, 50, 100))
CRITERIA = Criteria()
# Seconds between looks at the failures, and at everything in a step's first
# half minute; later, when a second changes little, so much of the step's age.
_FAILURES_EVERY, _ALL_EVERY, _FIRST, _LATER = 0.1, 1.0, 30.0, 0.04

ABORTED, COMPLETED, HELD = "aborted", "completed", "held"


@dataclass(frozen=True, slots=True)
class Turn:
    """The paths behave otherwise from `after` seconds of the step with `weight` on.

    That step does not pass until a minute later, by its minimum dwell.
    """

    weight: int
    after: float
    legacy: Behaviour
    domain: Behaviour


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario to roll out in.

    patience: canary requests of a step after which one gives up. often: is it
    run as often as asked for? Otherwise a tenth of that. blast_radius: the plan's.
    healthy: to be aborted is wrong; False: to be promoted is; None: neither is.
    """

    name: str
    domain: Behaviour
    legacy: Behaviour = field(default_factory=Behaviour)
    per_second: float = 50.0
    turn: Turn | None = None
    patience: int = 20_000
    often: bool = True
    blast_radius: BlastRadius = field(default_factory=BlastRadius)
    clients: Clients = field(default_factory=Clients)
    healthy: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a rollout ended.

    weight: of the step it ended in. requests: of domain, in all steps, or since
    it turned. legacy: in the last step. criterion: what stopped it. seconds:
    from the second failed request (since it turned) to the look that stopped it.
    """

    ended: str
    weight: int
    requests: int
    legacy: int
    criterion: str = ""
    seconds: float = 0.0


def roll_out(scenario: Scenario, seed: tuple[int, ...]) -> Outcome:
    """Return how one rollout ends; the same seed gives the same one."""
    traffic = Traffic(np.random.default_rng(seed), scenario.per_second, scenario.clients)
    before, baseline = 0, tuple[RpcEvidence, ...]()
    outcome = Outcome(HELD, 0, 0, 0)
    for step in STEPS:
        outcome, rpcs = _step(scenario, step, traffic, baseline)
        if not _turns(scenario, step):
            outcome = replace(outcome, requests=before + outcome.requests)
        if outcome.ended != COMPLETED:
            break
        before, baseline = outcome.requests, rpcs
    return outcome


def _turns(scenario: Scenario, step: Step) -> bool:
    return scenario.turn is not None and scenario.turn.weight == step.weight


def _step(
    scenario: Scenario, step: Step, traffic: Traffic, baseline: tuple[RpcEvidence, ...]
) -> tuple[Outcome, tuple[RpcEvidence, ...]]:
    assert step.weight is not None
    stage = Stage(step.weight, CRITERIA, baseline)
    turn = scenario.turn if _turns(scenario, step) else None
    stream = traffic.requests(step.weight, (scenario.legacy, scenario.domain))
    coming = next(stream)
    turned_at, next_full, looked_at, asked_at = 0, _ALL_EVERY, -1, 0
    failed_at: list[float] = []
    for look in count(1):
        now = look * _FAILURES_EVERY
        if turn and now > turn.after and not turned_at:
            turned_at, failed_at = stage.requests, []
            paths = (turn.legacy, turn.domain)
            stream = traffic.requests(step.weight, paths, now)
            coming = next(stream)
        while coming.at <= now:
            stage.add(coming)
            if coming.domain and coming.failed:
                failed_at.append(coming.at)
            coming = next(stream)
        stage.seen()
        answer, criterion = "", ""
        # Between two failures only the looks at everything, below, can find more.
        harmed = stage.failures + stage.left
        if harmed > asked_at and _may_fail(stage, scenario.blast_radius):
            asked_at = harmed
            verdict = judge_failures(stage.evidence(now), CRITERIA, scenario.blast_radius, "")
            answer, criterion = verdict.answer, verdict.findings[0].criterion
        if answer != FAIL and now >= next_full:
            next_full = now + max(_ALL_EVERY, _LATER * (now - _FIRST))
            # Without new requests, the verdict is the one that was given.
            if stage.requests != looked_at:
                looked_at = stage.requests
                verdict = judge(stage.evidence(now), step, CRITERIA, scenario.blast_radius, "")
                answer, criterion = verdict.answer, verdict.findings[0].criterion
        if answer == FAIL:
            second = failed_at[1] if len(failed_at) > 1 else now
            ended = ABORTED, criterion, now - second
        elif answer == PASS and (turn is None or now > turn.after + 60):
            ended = COMPLETED, "", 0.0
        elif stage.requests - turned_at > scenario.patience and not (turn and not turned_at):
            ended = HELD, "", 0.0
        else:
            continue
        traffic.goes_on(now)
        of_legacy = sum(one.legacy.judged for one in stage.rpcs())
        since_turn = stage.requests - turned_at
        outcome = Outcome(ended[0], step.weight, since_turn, of_legacy, ended[1], ended[2])
        return outcome, stage.rpcs()
    raise AssertionError("not reached: looks go on")


def _may_fail(stage: Stage, blast_radius: BlastRadius) -> bool:
    """Is there one of the conditions without which `judge_failures` never says FAIL?"""
    # By these criteria whatever is certainly above what is tolerated has risen so much.
    return (
        stage.rise >= failure_test.UPPER
        or stage.failures > blast_radius.max_failures
        or 100 * stage.fell_back > CRITERIA.fallback_cap * stage.requests
    )
