"""What must be true of cameras and rules: every acknowledged write, and what may have happened."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# A camera's entry or a rule's fields; None: it is not there.
Value = Mapping[str, Any] | None
# ("camera", id) or ("rule", name).
Key = tuple[str, str]


@dataclass(frozen=True)
class Finding:
    """Something that must not be. kind: "lost", "double", "torn" or "wrong"."""

    kind: str
    text: str


class Ledger:
    """Holds the values that each camera and rule may have.

    One, as long as every write to it was answered. A write that got an error or
    no answer may have happened or not: then there are several, until `settle`.
    """

    def __init__(self) -> None:
        self._possible: dict[Key, list[Value]] = {}

    def acknowledged(self, key: Key, value: Value) -> None:
        """Note a write that was answered with success."""
        self._possible[key] = [value]

    def unanswered(self, key: Key, value: Value) -> None:
        """Note a write of which nobody knows whether it happened."""
        self._possible.setdefault(key, [None]).append(value)

    def is_certain(self, key: Key) -> bool:
        """Is it known what must be there?"""
        return len(self._possible.get(key, [None])) == 1

    def value(self, key: Key) -> Value:
        """Return what must be there; ValueError while that is not certain."""
        (value,) = self._possible.get(key, [None])
        return value

    def read(self, key: Key, found: Value, by: str) -> list[Finding]:
        """Judge one answer to a read that no write of this key was under way with."""
        possible = self._possible.get(key, [None])
        if any(_same(found, value) for value in possible):
            return []
        return [Finding("lost", f"{by} has {_name(key)} as {found}, of possible {possible}")]

    def judge(self, kind: str, rows: Iterable[tuple[str, Value]], by: str) -> list[Finding]:
        """Judge a whole list of one kind: every write in it, none twice, nothing else."""
        listed = list(rows)
        found = {(kind, name): value for name, value in listed}
        twice = [name for name, count in Counter(name for name, _ in listed).items() if count > 1]
        findings = [Finding("double", f"{by} has {kind} {name!r} more than once") for name in twice]
        for key in self._of(kind):
            findings += self.read(key, found.get(key), by)
        strangers = sorted(name for _, name in set(found) - set(self._possible))
        return findings + [Finding("wrong", f"{by} made up {kind} {name!r}") for name in strangers]

    def settle(self, kind: str, rows: Iterable[tuple[str, Value]]) -> None:
        """Take what a list, once judged, says of writes whose outcome was not known."""
        found = {(kind, name): value for name, value in rows}
        for key in self._of(kind):
            if not self.is_certain(key):
                self._possible[key] = [found.get(key)]

    def _of(self, kind: str) -> list[Key]:
        return [key for key in self._possible if key[0] == kind]


def _same(left: Value, right: Value) -> bool:
    return left == right if left is None or right is None else dict(left) == dict(right)


def _name(key: Key) -> str:
    return f"{key[0]} {key[1]!r}"
