"""The audit log in SQLite, a file of its own."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects.sqlite import insert

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
        self._database = Database("audit", parse_url(f"sqlite:///{path}"))
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

        Raises OvertakenError, with nothing written, when it was not taken up to `before`.
        """
        with self._database.write() as connection:
            if _taken(connection) != before:
                raise OvertakenError("the gateway's log was taken up by another process")
            written = _LOG.extend(connection, documents)
            _put(connection, taken, **asdict(after))
            if written:
                self._drop(connection, written[-1].number - self._kept)

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def _drop(self, connection: Connection, number: int) -> None:
        """Drop the oldest up to a number, and keep the hash that the next one follows."""
        if number < _dropped(connection) + _SLACK:
            return
        last = connection.execute(select(entries).where(entries.c.number == number)).one()
        _put(connection, dropped, number=number, hash=last.hash)
        connection.execute(delete(entries).where(entries.c.number <= number))


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
