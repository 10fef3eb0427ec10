"""Which keyed writes were made, in the same database and the same transaction as the writes."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from alert_service.adapters.tables import completed_writes
from servicekit import idempotency
from servicekit.database import Database, Prepared
from servicekit.idempotency import Keyed

# Clients' keys that are remembered at most; the gateway's are bounded by their short time.
MOST_KEYS = 100_000
# Rows that are deleted at a time: other writers wait for no more.
PRUNED_AT_ONCE = 500

C = TypeVar("C", bound=Connection | sqlite3.Connection | psycopg.Connection[Any])


class _RepeatedError(Exception):
    """Another call with this key has made its write already."""


class CompletedWrites:
    """Lets each keyed write happen once. Every method blocks, and raises as Database does."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        most_keys: int = MOST_KEYS,
    ) -> None:
        """`clock` gives Unix time."""
        self._database = database
        self._clock = clock
        self._most_keys = most_keys
        columns = completed_writes.c
        values: dict[str, Any] = {column.name: bindparam(column.name) for column in columns}
        # Waits for another transaction that adds the same key, then does nothing.
        dialect = sqlite if database.is_sqlite else postgresql
        added = dialect.insert(completed_writes).values(values).on_conflict_do_nothing()
        self._add = Prepared(database, added.returning(columns.key))
        found = select(columns.digest, columns.rule_id).where(columns.key == bindparam("key"))
        self._find = Prepared(database, found)

    def once(
        self, transaction: AbstractContextManager[C], write: Callable[[C], int | None]
    ) -> int | None:
        """Make a write, unless it was made before; return the id of the rule it wrote.

        `write` gets the transaction's connection and returns that id, or None
        when there is no such rule and nothing was written. Of calls with one
        key that run at once, one writes, the others wait for it and return the
        same. Raises KeyReusedError.
        """
        keyed = idempotency.current()
        try:
            with transaction as connection:
                rule_id = write(connection)
                if keyed is not None and rule_id is not None:
                    self._note(connection, keyed, rule_id)
        except _RepeatedError:  # which rolled the write back
            rule_id = None
        # A rule that is not there may be one that the first call deleted.
        return self._answer(keyed) if keyed is not None and rule_id is None else rule_id

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

    def _note(self, connection: Any, keyed: Keyed, rule_id: int) -> None:
        if isinstance(connection, Connection):
            connection = connection.connection.driver_connection
        expires_at = int(self._clock()) + keyed.seconds
        if not self._add.run(
            connection,
            key=keyed.key,
            digest=keyed.digest,
            rule_id=rule_id,
            expires_at=expires_at,
        ):
            raise _RepeatedError

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
