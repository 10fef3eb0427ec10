"""Where the audit log begins and ends, kept in a file apart from it.

A chain tells of what was changed within it. Of one whose end was cut off, or that was emptied, each
entry left is right; so how far it came is noted elsewhere, and how much was dropped for its age.
A kill makes no trouble: what may be dropped is noted before it is dropped, and an entry after it is
in the log. A log that has lost its end goes on; that it did is noted for good.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import orjson

from gateway.chain.entry import GENESIS
from servicekit.atomic_file import prepared

# Whoever cuts it again and again is not to fill the disk.
_MAX_CUTS = 20
MISSING = "audit.head was removed, which tells how far the log came"


@dataclass(frozen=True)
class Head:
    """number, hash: of the newest entry, 0 and "" for none. dropped: up to which number old entries
    may have been dropped. cuts: what was found to be wrong, as the log went on.
    """

    number: int = 0
    hash: str = GENESIS
    dropped: int = 0
    cuts: tuple[str, ...] = ()

    def with_cut(self, trouble: str) -> Self:
        """Return it with one more thing that is wrong; with no more than the first ones."""
        cuts = (*self.cuts, trouble) if trouble else self.cuts
        return replace(self, cuts=cuts[:_MAX_CUTS])

    def cut(self, found: str | None, dropped: int, last: int) -> str:
        """Return how a log was cut, in words; "" when it was not.

        found: the hash of the entry of this number, None where there is none. dropped: up to which
        number it has none, or says that they were dropped. last: its newest number.
        """
        if dropped > self.dropped:
            return f"its beginning, up to entry {dropped}, was dropped, and not for its age"
        if not self.number:
            return ""
        if found is None:
            return f"its end was cut off: it had {self.number} entries, and ends at {last}"
        return "" if found == self.hash else f"entry {self.number} is not the one that was written"


def head_of(database: Path) -> Path:
    """Return the file beside the log."""
    return database.with_name(f"{database.stem}.head")


def read(path: Path) -> Head | None:
    """Return what is noted; None where nothing is. ValueError for what is no such note; OSError."""
    try:
        fields: Any = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    try:
        number, dropped = int(fields["number"]), int(fields["dropped"])
        return Head(number, str(fields["hash"]), dropped, tuple(map(str, fields["cuts"])))
    except (TypeError, KeyError) as error:
        raise ValueError(f"{path} does not say how far the audit log came") from error


def write(path: Path, head: Head) -> None:
    """Note it, so that a power cut leaves the one note or the other. Raises OSError."""
    with prepared(path, orjson.dumps(asdict(head)), durable=True) as replacement:
        replacement.put()


def trouble(
    before: Head | None, after: Head | None, found: str | None, dropped: int, last: int
) -> str:
    """Return what is wrong with a log that was read between two looks at the note; "" for nothing.

    found: the hash of the entry that the first look names; the rest as for `Head.cut`.
    """
    if after is None:
        return MISSING if last or dropped else ""
    if after.cuts:
        return "; ".join(after.cuts)
    noted = replace(before or after, dropped=after.dropped)
    return noted.cut(found if before else noted.hash, dropped, last)
