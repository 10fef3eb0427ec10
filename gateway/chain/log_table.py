"""The table of a log: entries are appended within a transaction of its owner's."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Connection, Integer, MetaData, Row, String, Table, Text, select
from sqlalchemy.dialects.sqlite import insert

from gateway.chain.entry import Entry

E = TypeVar("E", bound=Entry)


def log_table(name: str, metadata: MetaData, *more: Column[Any]) -> Table:
    """Return a log's table, as queries see it; triggers let nobody change a row."""
    return Table(
        name,
        metadata,
        Column("number", Integer, primary_key=True),
        *more,
        Column("document", Text, nullable=False),
        Column("previous_hash", String, nullable=False),
        Column("hash", String, nullable=False),
    )


class Log(Generic[E]):
    """The entries of a table, as values of `kind`."""

    def __init__(self, table: Table, kind: type[E]) -> None:
        self._table = table
        self._kind = kind

    def append(self, connection: Connection, document: str, **more: Any) -> E:
        """Write an entry behind the last one, with what the table has of it besides."""
        (one,) = self.extend(connection, [document], **more)
        return one

    def extend(self, connection: Connection, documents: Sequence[str], **more: Any) -> list[E]:
        """Write some entries behind the last one, in order."""
        found: list[E] = []
        last = self.last(connection)
        for document in documents:
            last = self._kind.after(last, document)
            found.append(last)
        if found:
            connection.execute(insert(self._table), [{**_row(one), **more} for one in found])
        return found

    def last(self, connection: Connection) -> E | None:
        """Return the newest entry."""
        query = select(self._table).order_by(self._table.c.number.desc()).limit(1)
        row = connection.execute(query).one_or_none()
        return None if row is None else self.entry(row)

    def entry(self, row: Row) -> E:  # type: ignore[type-arg]
        """Return the entry that a row holds."""
        return self._kind(row.number, row.document, row.previous_hash, row.hash)


def _row(one: Entry) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("number", "document", "previous_hash", "hash")}
