"""What a run found: every comparison, its differences grouped, and the verdict. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from camplane_tools.compare.declared import Declared, applies, covers
from camplane_tools.compare.differ import Difference
from camplane_tools.compare.model import Exchange


@dataclass(frozen=True)
class Found:
    """One difference, and what declares it."""

    difference: Difference
    declared: Declared | None


@dataclass(frozen=True)
class Comparison:
    """One request's two answers, compared.

    case, step: which request of which case. kinds: of the sides that were asked.
    """

    case: str
    step: int
    operation: str
    kinds: tuple[str, str]
    exchange: Exchange
    found: tuple[Found, ...]

    @property
    def undeclared(self) -> list[Difference]:
        return [one.difference for one in self.found if one.declared is None]


@dataclass(frozen=True)
class Group:
    """Differences of one cause in one field of one operation."""

    operation: str
    field: str
    cause: str
    row: int
    why: str
    members: tuple[tuple[Comparison, Difference], ...]


@dataclass
class Findings:
    """Everything that a run found.

    skipped: cases that were not asked, by reason. notes: what else the reader
    must know. secrets: how many were removed from what was read.
    """

    old: str
    new: str
    declared: Sequence[Declared]
    comparisons: list[Comparison] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def skip(self, reason: str, number: int = 1) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + number

    @property
    def is_equal(self) -> bool:
        """Do both answer alike? Never without a comparison."""
        return bool(self.comparisons) and not any(one.undeclared for one in self.comparisons)

    @property
    def undeclared(self) -> list[Group]:
        """The groups that fail the run, the largest first."""
        return [group for group in self._groups() if not group.why]

    @property
    def meant(self) -> list[Group]:
        """The groups of declared differences, by row."""
        return sorted((g for g in self._groups() if g.why), key=lambda group: group.row)

    @property
    def stale(self) -> list[Declared]:
        """Declared differences that were looked for and did not occur."""
        occurred = {id(one.declared) for c in self.comparisons for one in c.found}
        return [
            one
            for one in self.declared
            if id(one) not in occurred and any(_looked_for(one, c) for c in self.comparisons)
        ]

    def _groups(self) -> list[Group]:
        members: dict[tuple[str, str, str, int, str], list[tuple[Comparison, Difference]]]
        members = defaultdict(list)
        for comparison, one in _each(self.comparisons):
            row, why = (one.declared.row, one.declared.why) if one.declared else (0, "")
            difference = one.difference
            key = (comparison.operation, difference.pattern, difference.cause, row, why)
            members[key].append((comparison, difference))
        groups = [Group(*key, tuple(found)) for key, found in members.items()]
        return sorted(groups, key=lambda group: -len(group.members))


def _looked_for(one: Declared, comparison: Comparison) -> bool:
    """Should the difference have been seen here? The user's own wherever they cover."""
    if not applies(one, comparison.kinds):
        return False
    if one.witness or one.row:
        return one.witness == comparison.case
    return covers(one, comparison.operation, comparison.exchange.request)


def _each(comparisons: Iterable[Comparison]) -> Iterable[tuple[Comparison, Found]]:
    return ((comparison, one) for comparison in comparisons for one in comparison.found)
