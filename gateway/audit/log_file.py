"""The audit log read from its file, by whoever has the file: no camplane need run."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.audit import head
from gateway.chain import entry
from gateway.chain.entry import Entry
from gateway.chain.log_file import (
    LogUnreadableError,
    entries,
    entries_after,
    newest_first,
    reading,
)

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
        yield from entries_after(connection, _TABLE, Entry, number)


def broken_at(path: Path, seen: Callable[[Iterable[Entry]], Iterable[Entry]]) -> str:
    """Return what is wrong with the log, in words; "" when nothing is.

    The chain begins behind what was dropped for its age, and ends no earlier than is noted beside
    it. seen: is passed every entry. Blocks. Raises LogUnreadableError.
    """
    noted = head.head_of(path)
    try:
        before = head.read(noted)
        broken, dropped, last, found = _walked(path, seen, before.number if before else 0)
        return broken or head.trouble(before, head.read(noted), found, dropped, last)
    except ValueError as error:
        return str(error)
    except OSError as error:
        raise LogUnreadableError(f"{noted} cannot be read: {error.strerror}") from error


def _walked(
    path: Path, seen: Callable[[Iterable[Entry]], Iterable[Entry]], wanted: int
) -> tuple[str, int, int, str | None]:
    """Return what is wrong with the chain, behind which number it begins, where it ends, and the
    hash of the entry that is wanted.
    """
    last, found = 0, None

    def passed(log: Iterable[Entry]) -> Iterator[Entry]:
        nonlocal last, found
        for one in log:
            last = one.number
            found = one.hash if one.number == wanted else found
            yield one

    with reading(path, _WHAT) as connection:
        connection.execute("BEGIN")  # both reads are of one moment
        row = connection.execute("SELECT number, hash FROM dropped").fetchone()
        number, hashed = row or (0, entry.GENESIS)
        log = passed(entries(connection, _TABLE, Entry))
        return entry.broken_at(seen(log), hashed, number), number, last, found
