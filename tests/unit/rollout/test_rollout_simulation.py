"""Whole rollouts, simulated, with the real judgement: few runs of what `make simulate` runs."""

import itertools
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camplane_tools.bench.simulation.days import aborted
from camplane_tools.bench.simulation.findings import findings
from camplane_tools.bench.simulation.run import (
    ABORTED,
    COMPLETED,
    CRITERIA,
    HELD,
    Outcome,
    Scenario,
    Turn,
    roll_out,
)
from camplane_tools.bench.simulation.scenarios import (
    ALL,
    FIVE,
    HANGING,
    HANGING_RARE,
    HARMED,
    HEALTHY,
    LEAVING,
    SLOW,
    STEADY,
    TWENTY,
)
from camplane_tools.bench.simulation.stage import Stage
from camplane_tools.bench.simulation.traffic import Behaviour, Traffic
from gateway.analysis.judgement.latency import judge_latency
from gateway.analysis.judgement.verdict import PASS

DOCUMENT = Path(__file__).parents[3] / "docs" / "rollout-simulation.md"


def rolled_out(scenario: Scenario, runs: int) -> list[Outcome]:
    return [roll_out(scenario, (7, number)) for number in range(runs)]


def test_a_healthy_domain_gets_through_the_whole_plan() -> None:
    for outcome in rolled_out(HEALTHY, 2):
        assert (outcome.ended, outcome.weight) == (COMPLETED, 100)


@pytest.mark.parametrize("scenario", [FIVE, TWENTY, ALL, SLOW], ids=lambda one: one.name)
def test_a_bad_domain_never_gets_past_the_first_step(scenario: Scenario) -> None:
    for outcome in rolled_out(scenario, 4):
        assert (outcome.ended, outcome.weight) == (ABORTED, 10)


def test_a_domain_between_target_and_tolerated_is_neither_aborted_nor_promoted_for_ever() -> None:
    for outcome in rolled_out(replace(STEADY, patience=4000), 4):
        assert outcome.ended == HELD


def test_harm_beyond_the_limit_ends_what_no_rate_ends() -> None:
    for outcome in rolled_out(HARMED, 3):
        assert (outcome.ended, outcome.criterion) == (ABORTED, "blast_radius")


def test_an_operation_that_hangs_is_stopped_though_its_clients_leave() -> None:
    for outcome in rolled_out(HANGING, 3) + rolled_out(HANGING_RARE, 1):
        assert (outcome.ended, outcome.weight) == (ABORTED, 10)
        assert outcome.criterion in ("abandoned", "latency", "success")


def test_clients_that_leave_both_paths_alike_take_no_healthy_domain_back() -> None:
    for outcome in rolled_out(LEAVING, 2):
        assert outcome.ended != ABORTED


def test_a_domain_that_fails_all_is_stopped_within_a_second_of_its_second_failure() -> None:
    assert max(one.seconds for one in rolled_out(ALL, 40)) < 1


def test_a_domain_that_fails_a_fifth_is_stopped_after_a_median_of_thirty_requests() -> None:
    requests = sorted(one.requests for one in rolled_out(TWENTY, 60))
    assert requests[30] <= 30


def test_a_domain_twice_as_slow_is_stopped_within_a_thousand_requests() -> None:
    assert max(one.requests for one in rolled_out(SLOW, 4)) <= 1000


def test_a_domain_that_turns_bad_is_stopped_and_one_whose_legacy_turns_bad_too_is_held() -> None:
    bad = Behaviour(failing=0.3)
    alone = Scenario("", Behaviour(), turn=Turn(10, 100.0, Behaviour(), bad))
    both = Scenario("", Behaviour(), turn=Turn(10, 100.0, bad, bad), patience=300)
    for outcome in rolled_out(alone, 5):
        assert (outcome.ended, outcome.weight) == (ABORTED, 10)
        assert outcome.requests < 60
    assert {one.ended for one in rolled_out(both, 5)} == {HELD}


def test_a_healthy_domain_is_not_taken_back_by_chance_within_two_days() -> None:
    assert not any(aborted((7, number)) for number in range(3))


@pytest.mark.parametrize("seed", range(4))
def test_what_a_look_says_of_the_requests_still_needed_holds_at_the_next_look(seed: int) -> None:
    """It is a range, and one look does not contradict the one before."""
    stage, told = Stage(10, CRITERIA), list[tuple[float, float]]()
    paths = Behaviour(), Behaviour()
    look = 1.0
    for request in Traffic(np.random.default_rng((9, seed)), 50.0).requests(10, paths):
        if request.at > look:
            look = request.at + 2
            found = judge_latency(stage.evidence(request.at), CRITERIA)
            if found.answer == PASS:
                break
            told += in_all(stage.requests, found.text)
        stage.add(request)
    assert len(told) > 10
    for (least, most), (next_least, next_most) in itertools.pairwise(told):
        assert least <= next_most and next_least <= most
    # And there are looks that say both numbers.
    assert sum(most < math.inf for _, most in told) > 10


def in_all(n: int, text: str) -> list[tuple[float, float]]:
    """Return how many requests there must be in all, at least and at most, by what is said."""
    found = re.search(r"needs (at least |up to )?about ([\d,]+)(?: to ([\d,]+))? more", text)
    if found is None:
        return []
    first, second = (n + int((one or "0").replace(",", "")) for one in found.groups()[1:])
    return [{"at least ": (first, math.inf), "up to ": (n, first)}.get(found[1], (first, second))]


def test_the_same_seed_gives_the_same_rollout() -> None:
    assert rolled_out(TWENTY, 5) == rolled_out(TWENTY, 5)


def test_the_findings_hold_the_runs_against_the_targets() -> None:
    good, bad = Outcome(COMPLETED, 100, 4000, 0), Outcome(ABORTED, 10, 40, 90, "failures", 2.0)
    found = findings({HEALTHY: [good] * 199 + [bad], TWENTY: [bad], ALL: [bad]})
    assert [claim.met for claim in found.claims] == [True, True, True, False, False]
    assert found.tables[0].rows[0][1:6] == ("200", "1", "199", "199", "0")


def test_every_simulated_world_is_in_the_document() -> None:
    text = DOCUMENT.read_text("utf-8")
    for scenario in (HEALTHY, FIVE, TWENTY, ALL, SLOW):
        assert f"| {scenario.name} |" in text
