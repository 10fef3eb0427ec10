"""What a section of the bench found: claims with their targets, and tables. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from camplane_tools.probe.statistics import Estimate


@dataclass(frozen=True)
class Claim:
    """One promise of the project, and what was measured of it.

    at_least: must `reached` be at least the target? Otherwise at most.
    low, high: the interval of `reached`, where rounds gave one.
    """

    name: str
    reached: float
    target: float
    unit: str
    at_least: bool
    low: float | None = None
    high: float | None = None

    @property
    def met(self) -> bool:
        """Is the target reached? The median decides, not the better end of the interval."""
        return self.reached >= self.target if self.at_least else self.reached <= self.target

    @property
    def sure(self) -> bool:
        """Does the whole interval lie on one side of the target?"""
        if self.low is None or self.high is None:
            return True
        if self.at_least:
            return (self.low >= self.target) == (self.high >= self.target)
        return (self.low <= self.target) == (self.high <= self.target)

    @property
    def verdict(self) -> str:
        """Say "met" or "missed"; with a question mark when another run may say the other."""
        return ("met" if self.met else "missed") + ("" if self.sure else "?")


def at_least(name: str, reached: Estimate | float, target: float, unit: str = "") -> Claim:
    """Return the claim that `reached` is `target` or more."""
    return _claim(name, reached, target, unit, True)


def at_most(name: str, reached: Estimate | float, target: float, unit: str = "") -> Claim:
    """Return the claim that `reached` is `target` or less."""
    return _claim(name, reached, target, unit, False)


def _claim(name: str, reached: Estimate | float, target: float, unit: str, at_least: bool) -> Claim:
    if isinstance(reached, Estimate):
        return Claim(name, reached.value, target, unit, at_least, reached.low, reached.high)
    return Claim(name, reached, target, unit, at_least)


@dataclass(frozen=True)
class Table:
    """Measured figures, ready to be printed."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass
class Findings:
    """All that one section found. data: the raw figures, for the JSON report."""

    section: str
    claims: list[Claim] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    data: list[dict[str, object]] = field(default_factory=list)
