"""A log read from its file, by whoever has the file: no camplane need run."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from gateway.chain.entry import Entry

E = TypeVar("E", bound=Entry)


class LogUnreadableError(Exception):
    """The file holds no such log, or it cannot be read; the message says why."""


@contextmanager
def reading(path: Path, what: str) -> Iterator[sqlite3.Connection]:
    """Give a connection that writes nothing; LogUnreadableError when `what` cannot be read."""
    if not path.is_file():
        raise LogUnreadableError(f"there is no {what} at {path}; did a camplane ever run?")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            yield connection
    except (sqlite3.Error, ValueError) as error:  # text that is no UTF-8, a number that is none
        raise LogUnreadableError(f"{path} cannot be read as the {what}: {error}") from error


def entries(connection: sqlite3.Connection, table: str, kind: type[E]) -> Iterator[E]:
    """Yield all entries in order, as they stood when the first was read. Blocks."""
    return _selected(connection, table, kind, "ORDER BY number")


def entries_after(
    connection: sqlite3.Connection, table: str, kind: type[E], number: int
) -> Iterator[E]:
    """Yield the entries after a number in order, as they stood when the first was read. Blocks."""
    return _selected(connection, table, kind, "WHERE number > ? ORDER BY number", number)


def newest_first(connection: sqlite3.Connection, table: str, kind: type[E]) -> Iterator[E]:
    """Yield all entries, the newest first. Blocks."""
    return _selected(connection, table, kind, "ORDER BY number DESC")


def _selected(
    connection: sqlite3.Connection, table: str, kind: type[E], order: str, *values: int
) -> Iterator[E]:
    columns = "number, document, previous_hash, hash"
    query = f"SELECT {columns} FROM {table} {order}"  # noqa: S608, words of ours
    for number, document, previous_hash, hashed in connection.execute(query, values):
        yield kind(int(number), str(document), str(previous_hash), str(hashed))
