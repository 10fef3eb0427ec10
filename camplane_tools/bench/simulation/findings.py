"""What the simulated rollouts came to: the targets, and a table. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from camplane_tools.bench.results import Claim, Findings, Table, at_most
from camplane_tools.bench.simulation import scenarios
from camplane_tools.bench.simulation.run import ABORTED, COMPLETED, HELD, Outcome, Scenario
from camplane_tools.probe.numbers import number
from gateway.analysis.sequential import proportion

_COLUMNS = (
    "Domain",
    "Runs",
    "Aborted",
    "Promoted past 10 %",
    "Completed",
    "Held",
    "Canary requests until stopped: median",
    "95 of 100 runs",
    "until complete: median",
    "Stopped by",
)
_CONFIDENCE = 0.05

Run = TypeVar("Run")


def findings(
    outcomes: Mapping[Scenario, Sequence[Outcome]], over_days: Sequence[bool] = ()
) -> Findings:
    """Return the targets that the scenarios run can be held to, and the table of all.

    over_days: was it aborted, for each run of camplane_tools.bench.simulation.days.
    """
    claims = _claims(outcomes)
    if over_days:
        name = "a healthy one is aborted for its failures, over the 53 hours of the shipped plan"
        claims.append(_rate(name, over_days, bool, 1))
    return Findings(
        section="simulation",
        claims=claims,
        tables=[
            Table(
                "What became of the rollouts",
                _COLUMNS,
                [_row(scenario, found) for scenario, found in outcomes.items()],
                "Canary requests are those assigned to domain, in all steps; in the last three"
                " scenarios, those since it turned. Held: neither passed nor stopped when patience"
                " ended.",
            )
        ],
    )


def _claims(outcomes: Mapping[Scenario, Sequence[Outcome]]) -> list[Claim]:
    claims = []
    for scenario, runs in outcomes.items():
        if scenario.healthy:
            claims.append(_rate(f"aborted: {scenario.name}", runs, _aborted, 1))
        elif scenario.healthy is False:
            claims.append(_rate(f"past 10 %: {scenario.name}", runs, _promoted, 1))
    if found := outcomes.get(scenarios.STEADY):
        claims.append(_rate(f"aborted: {scenarios.STEADY.name}", found, _aborted, 1))
    if found := outcomes.get(scenarios.TWENTY):
        name = "one that fails 20 % is stopped: median canary requests"
        claims.append(at_most(name, _at(_requests(found, ABORTED), 0.5), 30, "requests"))
    if found := outcomes.get(scenarios.ALL):
        name = "one that fails all is stopped: after its second failure, the longest"
        claims.append(at_most(name, max(one.seconds for one in found), 1, "s"))
    if found := outcomes.get(scenarios.SLOW):
        name = "one twice as slow is stopped: most samples of domain"
        claims.append(at_most(name, max(one.requests for one in found), 1000, "requests"))
    return claims


def _aborted(one: Outcome) -> bool:
    return one.ended == ABORTED


def _promoted(one: Outcome) -> bool:
    return one.weight > 10


def _rate(name: str, found: Sequence[Run], counted: Callable[[Run], bool], target: float) -> Claim:
    hits = sum(map(counted, found))
    interval = proportion(hits, len(found), _CONFIDENCE)
    return Claim(
        f"{name}: {hits} of {len(found):,} runs",
        100 * hits / len(found),
        target,
        "%",
        at_least=False,
        low=100 * interval.low,
        high=100 * interval.high,
    )


def _row(scenario: Scenario, found: Sequence[Outcome]) -> tuple[str, ...]:
    ended = Counter(one.ended for one in found)
    stopped, complete = _requests(found, ABORTED), _requests(found, COMPLETED)
    by = Counter(one.criterion for one in found if one.ended == ABORTED)
    return (
        scenario.name,
        f"{len(found):,}",
        f"{ended[ABORTED]:,}",
        f"{sum(map(_promoted, found)):,}",
        f"{ended[COMPLETED]:,}",
        f"{ended[HELD]:,}",
        number(_at(stopped, 0.5)) if stopped else "",
        number(_at(stopped, 0.95)) if stopped else "",
        number(_at(complete, 0.5)) if complete else "",
        ", ".join(f"{name} {count:,}" for name, count in by.most_common()),
    )


def _requests(found: Sequence[Outcome], ended: str) -> list[int]:
    return sorted(one.requests for one in found if one.ended == ended)


def _at(ordered: Sequence[int], share: float) -> float:
    return float(ordered[min(int(share * len(ordered)), len(ordered) - 1)]) if ordered else 0.0
