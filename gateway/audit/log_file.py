"""The audit log read from its file, by whoever has the file: no camplane need run."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.chain import entry
from gateway.chain.entry import Entry
from gateway.chain.log_file import entries, newest_first, reading

_WHAT = "audit log"
_TABLE = "entries"
Wanted = Callable[[Mapping[str, Any]], bool]


def newest(path: Path, count: int, wanted: Wanted) -> list[Entry]:
    """Return the newest entries that are wanted, in order. Blocks. Raises LogUnreadableError."""
    found: list[Entry] = []
    with reading(path, _WHAT) as connection:
        for one in newest_first(connection, _TABLE, Entry):
            if len(found) == count:
                break
            if wanted(one.fields):
                found.append(one)
    return found[::-1]


def last_number(path: Path) -> int:
    """Return the number of the newest entry, 0 for none. Blocks. Raises LogUnreadableError."""
    with reading(path, _WHAT) as connection:
        last = next(newest_first(connection, _TABLE, Entry), None)
        return last.number if last else 0


def after(path: Path, number: int) -> Iterator[Entry]:
    """Yield the entries after a number, in order. Blocks. Raises LogUnreadableError."""
    with reading(path, _WHAT) as connection:
        yield from entries(connection, _TABLE, Entry, number)


def broken_at(path: Path, seen: Callable[[Iterable[Entry]], Iterable[Entry]]) -> str:
    """Return what is wrong with the chain, in words; "" when nothing is.

    The chain begins behind what was dropped for its age. seen: is passed every entry.
    Blocks. Raises LogUnreadableError.
    """
    with reading(path, _WHAT) as connection:
        connection.execute("BEGIN")  # both reads are of one moment
        row = connection.execute("SELECT number, hash FROM dropped").fetchone()
        number, hashed = row or (0, entry.GENESIS)
        found = entries(connection, _TABLE, Entry)
        return entry.broken_at(seen(found), hashed, number)
