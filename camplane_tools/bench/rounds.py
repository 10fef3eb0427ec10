"""How long the bench measures, and the sides that it loads in turn."""

from collections.abc import Mapping
from dataclasses import dataclass

from camplane_tools.load.burst import Burst
from camplane_tools.load.h2load import Load, burst
from camplane_tools.probe import rounds
from camplane_tools.probe.rounds import Measure


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

    In rounds, as camplane_tools.probe.rounds has them.
    """

    def loading(one: Contender) -> Measure[Burst]:
        return lambda seconds: burst(one.load, connections, seconds, one.processes)

    measures = {name: loading(one) for name, one in contenders.items()}
    return await rounds.in_turn(measures, plan.rounds, plan.seconds)
