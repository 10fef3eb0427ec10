"""Measures sides in turn, round by round: what the machine does meanwhile hits all alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.load import Burst, Load, burst


@dataclass(frozen=True)
class Contender:
    """What is loaded, and the processes whose CPU is measured meanwhile."""

    load: Load
    processes: Mapping[str, int]


@dataclass(frozen=True)
class Plan:
    """How long is measured: `rounds` bursts of `seconds` each, for every side.

    quick: are fewer cameras and connection counts enough, too?
    """

    rounds: int
    seconds: float
    quick: bool = False

    @property
    def connections(self) -> tuple[int, ...]:
        """How many requests are kept in flight, one measurement after another."""
        return (64,) if self.quick else (8, 64)


async def in_turn(
    contenders: Mapping[str, Contender], connections: int, plan: Plan
) -> dict[str, list[Burst]]:
    """Return the bursts of each contender, by name; never are two loaded at once.

    A short burst of each comes first and is thrown away. Every other round
    goes backwards, so that none always follows the same neighbour.
    """
    found: dict[str, list[Burst]] = {name: [] for name in contenders}
    names = list(contenders)
    for name in names:
        one = contenders[name]
        await burst(one.load, connections, min(0.5, plan.seconds), one.processes)
    for number in range(plan.rounds):
        for name in names if number % 2 == 0 else reversed(names):
            one = contenders[name]
            found[name].append(await burst(one.load, connections, plan.seconds, one.processes))
    return found
