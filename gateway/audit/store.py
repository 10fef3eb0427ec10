"""The audit log in SQLite, a file of its own."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from gateway.audit import head
from gateway.audit.head import Head
from gateway.audit.tables import dropped, entries, taken
from gateway.chain.entry import Entry
from gateway.chain.log_table import Log
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate

MIGRATIONS = Path(__file__).with_name("migrations")
# Some 800 bytes each.
KEPT = 1_000_000
# So many more before the oldest are dropped, so that it is not done each time.
_SLACK = 1000
_ONLY = 1
_LOG = Log(entries, Entry)


class OvertakenError(Exception):
    """Another process has taken up the same lines."""


@dataclass(frozen=True)
class Taken:
    """How far Envoy's log has been taken up: which file, and how many bytes of it."""

    file: str
    offset: int


class AuditStore:
    """Every method blocks; any thread may call it. Raises DatabaseTroubleError.

    kept: how many entries, before the oldest are dropped.
    """

    def __init__(self, path: Path, kept: int = KEPT) -> None:
        # Durable: what is noted to be in the log is.
        self._database = Database("audit", parse_url(f"sqlite:///{path}"), durable=True)
        self._head = head.head_of(path)
        self._kept = kept

    def prepare(self) -> None:
        """Make the file and its tables, or bring them to what this release needs."""
        migrate(self._database, MIGRATIONS)

    def taken(self) -> Taken | None:
        """Return how far Envoy's log has been taken up; None when nothing of it was."""
        with self._database.read() as connection:
            return _taken(connection)

    def take(self, documents: list[str], before: Taken | None, after: Taken) -> None:
        """Append entries, and note that Envoy's log is taken up so far: both, or none of it.

        Raises OvertakenError, with nothing written, when it was not taken up to `before`; OSError.
        """
        with self._database.write() as connection:
            if _taken(connection) != before:
                raise OvertakenError("the gateway's log was taken up by another process")
            noted = self._noted(connection)
            written = _LOG.extend(connection, documents)
            _put(connection, taken, **asdict(after))
            if written:
                noted = self._drop(connection, written[-1].number - self._kept, noted)
        if written:
            last = written[-1]
            head.write(self._head, replace(noted, number=last.number, hash=last.hash))

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def _noted(self, connection: Connection) -> Head:
        """Return how far the log had come, and whether it was cut since."""
        numbers = entries.c.number
        first, last = connection.execute(select(func.min(numbers), func.max(numbers))).one()
        gone, number = max(_dropped(connection), (first or 1) - 1), last or 0
        try:
            noted = head.read(self._head)
        except ValueError as error:
            return Head(dropped=gone).with_cut(str(error))
        if noted is None:
            return Head(dropped=gone).with_cut(head.MISSING if number or gone else "")
        there = select(entries.c.hash).where(numbers == noted.number)
        return noted.with_cut(noted.cut(connection.execute(there).scalar(), gone, number))

    def _drop(self, connection: Connection, number: int, noted: Head) -> Head:
        """Drop the oldest up to a number, and keep the hash that the next one follows."""
        if number < _dropped(connection) + _SLACK:
            return noted
        noted = replace(noted, dropped=number)
        head.write(self._head, noted)
        last = connection.execute(select(entries).where(entries.c.number == number)).one()
        _put(connection, dropped, number=number, hash=last.hash)
        connection.execute(delete(entries).where(entries.c.number <= number))
        return noted


def _dropped(connection: Connection) -> int:
    """Return the number of the newest entry that was dropped; 0 for none."""
    return connection.execute(select(dropped.c.number)).scalar() or 0


def _taken(connection: Connection) -> Taken | None:
    row = connection.execute(select(taken.c.file, taken.c.offset)).one_or_none()
    return None if row is None else Taken(*row)


def _put(connection: Connection, table: Table, **values: Any) -> None:
    """Write a table's only row."""
    into = insert(table).values(id=_ONLY, **values)
    connection.execute(into.on_conflict_do_update(index_elements=["id"], set_=values))
