"""Which weights were in force when: what drawn requests are counted against. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from gateway.vocabulary.split import CONTEXTS, Split

# Requests under way, and the moment until Envoy goes by a change.
SETTLED_SECONDS = 2.0
MAX_CHANGES = 200


class Change(NamedTuple):
    """A split that was put in force, and when (Unix time)."""

    at: float
    split: Split


class Stretch(NamedTuple):
    """A time in which a context's weight, in percent, was one and the same (Unix time)."""

    weight: int
    since: float
    until: float


@dataclass(frozen=True)
class WeightHistory:
    """Every change of the weights, whoever made it, the oldest first; the oldest are forgotten."""

    changes: Sequence[Change] = ()

    def after(self, split: Split, at: float) -> "WeightHistory":
        """Return the history with `split` put in force at `at`; the same if it is already."""
        if self.changes and self.changes[-1].split == split:
            return self
        return WeightHistory((*self.changes, Change(at, split))[-MAX_CHANGES:])

    def since(self, context: str) -> float:
        """Return when the context's weight of now was put in force; 0 when that is not known."""
        return ([0.0] + [change.at for change in self._of(context)])[-1]

    def stretches(self, context: str, since: float, until: float) -> Iterator[Stretch]:
        """Return the stretches between two moments, without the seconds after each change."""
        changes = [*self._of(context)]
        ends = [*(change.at for change in changes[1:]), until]
        for change, end in zip(changes, ends, strict=False):  # of no change there is no stretch
            begin = max(change.at + SETTLED_SECONDS, since)
            if begin < min(end, until):
                yield Stretch(change.split.domain(context), begin, min(end, until))

    def _of(self, context: str) -> Iterator[Change]:
        """Return the changes of one context's weight."""
        weight = None
        for change in self.changes:
            if change.split.domain(context) != weight:
                weight = change.split.domain(context)
                yield change

    def to_json(self) -> list[Any]:
        """Return it as JSON values, for `from_json`."""
        return [[at, *(split.domain(one) for one in CONTEXTS)] for at, split in self.changes]

    @classmethod
    def from_json(cls, recorded: Sequence[Any]) -> Self:
        """Return what `to_json` gave."""
        return cls(
            tuple(
                Change(at, Split(**dict(zip(CONTEXTS, weights, strict=True))))
                for at, *weights in recorded
            )
        )
