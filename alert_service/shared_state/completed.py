"""Which keyed writes were made, in the same database and the same transaction as the writes."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    String,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate

from alert_service.shared_state.tables import completed_writes
from servicekit import idempotency
from servicekit.database.connections import Database
from servicekit.database.prepared import Prepared
from servicekit.database.repeating import repeated
from servicekit.idempotency import Keyed

if TYPE_CHECKING:
    import psycopg

# Clients' keys that are remembered at most; the gateway's are bounded by their short time.
MAX_KEYS = 100_000
# Rows that are deleted at a time: other writers wait for no more.
PRUNED_AT_ONCE = 500

Write = ReturningInsert[Any] | ReturningUpdate[Any] | ReturningDelete[Any]
C = TypeVar("C", bound="Connection | sqlite3.Connection | psycopg.Connection[Any]")


class _NotWrittenError(Exception):
    """There was no such rule, or another call with this key has made its write already."""


class CompletedWrites:
    """Lets each keyed write happen once. Every method blocks, and raises as Database does."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        most_keys: int = MAX_KEYS,
    ) -> None:
        """`clock` gives Unix time."""
        self._database = database
        self._clock = clock
        self._most_keys = most_keys
        columns = completed_writes.c
        found = select(columns.digest, columns.rule_id).where(columns.key == bindparam("key"))
        self._find = Prepared(database, found)
        # Each waits for another transaction that adds the same key, then does nothing.
        values: dict[str, Any] = {column.name: bindparam(column.name) for column in columns}
        dialect = sqlite if database.is_sqlite else postgresql
        added = dialect.insert(completed_writes).values(values).on_conflict_do_nothing()
        self._add_alone = added.returning(columns.key)
        self._add = Prepared(database, self._add_alone) if self.is_apart else None

    @property
    def is_apart(self) -> bool:
        """Is a key added by a statement of its own? Else it is a part of the write's: `joined`."""
        return self._database.is_sqlite

    def joined(self, statement: Write) -> ReturningInsert[Any]:
        """Return the write, whose RETURNING is the rule's id, with its key added; it needs `noted`.

        One statement: over a network the second would cost as much as the first.
        """
        written = statement.cte("written")
        noted = select(
            bindparam("key", type_=String),
            bindparam("digest", type_=String),
            written.c.id,
            bindparam("expires_at", type_=BigInteger),
        )
        added = postgresql.insert(completed_writes).from_select(
            ["key", "digest", "rule_id", "expires_at"], noted
        )
        return added.on_conflict_do_nothing().returning(completed_writes.c.rule_id)

    def noted(self) -> dict[str, Any]:
        """Return the values of the call's key; empty when it has none."""
        keyed = idempotency.current()
        return {} if keyed is None else self._values(keyed)

    @repeated
    def once(
        self, transaction: Callable[[], AbstractContextManager[C]], write: Callable[[C], int | None]
    ) -> int | None:
        """Make a write, unless it was made before; return the id of the rule it wrote.

        `transaction` begins one; `write` gets its connection and returns that id; None when
        there is no such rule, or when it is joined and its key was there before:
        all is rolled back then. Of calls with one key that run at once, one
        writes, the others wait for it and return the same. Raises KeyReusedError.
        """
        keyed = idempotency.current()
        try:
            with transaction() as connection:
                rule_id = write(connection)
                if rule_id is None:
                    raise _NotWrittenError
                if keyed is not None and self._add is not None:
                    self._note(self._add, connection, keyed, rule_id)
                return rule_id
        except _NotWrittenError:
            # A rule that is not there may be one that the first call deleted.
            return self._answer(keyed) if keyed is not None else None

    @repeated
    def counted(self, write: Callable[[Connection], int]) -> int:
        """Make a write of several statements, unless it was made before; return its number.

        `write` gets the connection and returns how much it changed, which is remembered with the
        key. Waits, and raises, as `once` does.
        """
        keyed = idempotency.current()
        try:
            with self._database.write() as connection:
                changed = write(connection)
                if keyed is not None:
                    values = {**self._values(keyed), "rule_id": changed}
                    if not connection.execute(self._add_alone, values).all():
                        raise _NotWrittenError
                return changed
        except _NotWrittenError:
            return (keyed and self._answer(keyed)) or 0

    def made_before(self) -> bool:
        """Was the write of the call's key made before? Raises KeyReusedError."""
        keyed = idempotency.current()
        return keyed is not None and self._answer(keyed) is not None

    def prune(self) -> None:
        """Forget what need not be remembered any longer. Idempotent."""
        expires_at = completed_writes.c.expires_at
        now = int(self._clock())
        self._delete(expires_at <= now)
        # Those that expire later than any of the gateway's are clients'.
        clients = expires_at > now + idempotency.GATEWAY_SECONDS
        newest = select(expires_at).where(clients).order_by(expires_at.desc())
        with self._database.read() as connection:
            count = select(func.count()).select_from(completed_writes).where(clients)
            if connection.execute(count).scalar_one() <= self._most_keys:
                return
            last = connection.execute(newest.offset(self._most_keys).limit(1)).scalar_one()
        self._delete(clients & (expires_at <= last))

    def _note(self, add: Prepared, connection: Any, keyed: Keyed, rule_id: int) -> None:
        if isinstance(connection, Connection):
            connection = connection.connection.driver_connection
        if not add.run(connection, rule_id=rule_id, **self._values(keyed)):
            raise _NotWrittenError

    def _values(self, keyed: Keyed) -> dict[str, Any]:
        expires_at = int(self._clock()) + keyed.seconds
        return {"key": keyed.key, "digest": keyed.digest, "expires_at": expires_at}

    def _answer(self, keyed: Keyed) -> int | None:
        for digest, rule_id in self._find.read(key=keyed.key):
            keyed.require_digest(digest)
            return int(rule_id)
        return None

    def _delete(self, condition: ColumnElement[bool]) -> None:
        # Without an index: each write would pay for it, this looks once a minute.
        key = completed_writes.c.key
        with self._database.read() as connection:
            keys = connection.execute(select(key).where(condition)).scalars().all()
        for start in range(0, len(keys), PRUNED_AT_ONCE):
            some = keys[start : start + PRUNED_AT_ONCE]
            with self._database.write() as connection:
                connection.execute(delete(completed_writes).where(key.in_(some)))


class KeyedWrite:
    """A write that is prepared once, whose RETURNING is the id of its rule; once for each key."""

    def __init__(self, database: Database, completed: CompletedWrites, statement: Write) -> None:
        self._database = database
        self._completed = completed
        self._plain = Prepared(database, statement)
        self._joined = self._plain
        if not completed.is_apart:
            self._joined = Prepared(database, completed.joined(statement))

    def __call__(self, **values: Any) -> int | None:
        """Return the id of the rule that was written, None if there is none; as `once` else."""
        return self._completed.once(
            self._database.driver_write, lambda connection: self.run(connection, **values)
        )

    def run(self, connection: Any, **values: Any) -> int | None:
        """Make it a part of a transaction that `once` began; return what its write returns."""
        noted = {} if self._completed.is_apart else self._completed.noted()
        statement = self._joined if noted else self._plain
        rows = statement.run(connection, **values, **noted)
        return rows[0][0] if rows else None
