"""One entry of a log, and the chain that the entries make. Pure.

Each is hashed together with the hash of the one before: whoever changes, drops
or inserts one has to change every later hash, and the last one can be noted
elsewhere.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import orjson

GENESIS = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the log holds it; document: JSON text."""

    number: int
    document: str
    previous_hash: str
    hash: str

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the document says; ValueError when it is no JSON object."""
        fields = orjson.loads(self.document)
        if not isinstance(fields, dict):
            raise ValueError("an entry is a JSON object")
        return fields

    @classmethod
    def after(cls, last: Self | None, document: str) -> Self:
        """Return the entry that follows `last`, or that begins the log."""
        number, previous = (last.number, last.hash) if last else (0, GENESIS)
        return cls(number + 1, document, previous, digest(previous, document))


E = TypeVar("E", bound=Entry)


def digest(previous_hash: str, document: str) -> str:
    """Return an entry's hash."""
    return hashlib.sha256(f"{previous_hash}\n{document}".encode()).hexdigest()


def broken_at(
    log: Iterable[Entry], previous_hash: str = GENESIS, last: int = 0, kind: str = "entry"
) -> str:
    """Return what is wrong with the chain, in words; "" when nothing is.

    log: all that there is, in order, beginning after the entry whose hash and number are given;
    kind: what messages call an entry.
    """
    number = last
    for one in log:
        if one.number <= number:
            return f"{kind} {one.number} was put in: there is none before {kind} {last + 1}"
        if one.number > number + 1:
            return f"{kind} {number + 1} is missing"
        number = one.number
        if one.previous_hash != previous_hash:
            return f"{kind} {number} does not follow the one before it"
        if digest(previous_hash, one.document) != one.hash:
            return f"{kind} {number} was changed after it was written"
        previous_hash = one.hash
    return ""


class Seen:
    """What went by: how many entries, the last one's hash, and whether a hash was among them."""

    def __init__(self, wanted: str) -> None:
        self.count, self.head, self.found = 0, GENESIS, not wanted
        self._wanted = wanted

    def by(self, log: Iterable[E]) -> Iterator[E]:
        """Pass the entries on."""
        for one in log:
            self.count, self.head = self.count + 1, one.hash
            self.found = self.found or one.hash == self._wanted
            yield one
