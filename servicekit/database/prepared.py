"""Statements of SQLAlchemy Core that are compiled once and run by the driver itself."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate

from servicekit.database.connections import Database
from servicekit.database.repeating import repeated

_Statement = Select[Any] | ReturningInsert[Any] | ReturningUpdate[Any] | ReturningDelete[Any]


class Prepared:
    """A statement of one database, for many executions; any thread may run it.

    Values and columns are converted as by Core. What falls away is Core's work
    for each execution, several times the driver's own.
    """

    def __init__(self, database: Database, statement: _Statement) -> None:
        """Compile it; the values that change from run to run are its bindparams."""
        self._database = database
        dialect = database.dialect
        compiled = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        binds = {name: compiled.binds[name] for name in compiled.params}
        self._constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._binders = [
            (name, convert)
            for name, bind in binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect))
        ]
        self._converters = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in statement.exported_columns
        ]

    @repeated
    def read(self, **values: Any) -> Sequence[Sequence[Any]]:
        """Run a SELECT and return all rows; raises as Database.read."""
        self._bind(values)
        with self._database.driver_read() as connection:
            rows = connection.execute(self._sql, values).fetchall()
        return self._converted(rows)

    @repeated
    def write(self, **values: Any) -> Sequence[Sequence[Any]]:
        """Run it in a transaction and return what its RETURNING gives; raises as Database.write."""
        with self._database.driver_write() as connection:
            return self.run(connection, **values)

    def run(self, connection: Any, **values: Any) -> Sequence[Sequence[Any]]:
        """Run it as a part of the transaction on this driver's connection; return its rows."""
        self._bind(values)
        return self._converted(connection.execute(self._sql, values).fetchall())

    def _bind(self, values: dict[str, Any]) -> None:
        values.update(self._constants)
        for name, convert in self._binders:
            values[name] = convert(values[name])

    def _converted(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        # By column: a call of C for each value, and no loop of Python's for each row.
        if not rows or not any(self._converters):
            return rows
        columns: list[Iterable[Any]] = [
            map(convert, column) if convert else column
            for convert, column in zip(self._converters, zip(*rows, strict=True), strict=True)
        ]
        return list(zip(*columns, strict=True))
