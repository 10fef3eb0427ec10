"""Connections to SQLite or PostgreSQL, with the same behaviour on both."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    create_engine,
    event,
    literal,
    make_url,
    select,
    table,
)
from sqlalchemy.exc import ArgumentError, DBAPIError

from servicekit import json_body
from servicekit.database.at_once import AtOnce
from servicekit.database.repeating import repeated
from servicekit.database.trouble import (
    DatabaseUnavailableError,
    Phase,
    describe,
    is_gone,
    is_stale,
    translate,
)
from servicekit.steps import step

LOCK_SECONDS = 5.0
CONNECT_SECONDS = 5
# A server that vanished without a word is given up after this long.
UNACKNOWLEDGED_MS = 10_000


def parse_url(value: str) -> URL:
    """Return the URL of a SQLite file or a PostgreSQL database; raises ValueError."""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        url = None
    if url is not None and url.drivername in ("sqlite", "sqlite+pysqlite"):
        # In memory, each connection would have a database of its own.
        if url.database and url.database != ":memory:":
            return url
    elif url is not None and url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    raise ValueError(
        "give sqlite:///path/to/file.db or postgresql://user:password@host:5432/database"
    )


class Database:
    """A pool of connections; every method blocks, and any thread may call it.

    name: what messages call it, such as "alert".
    pool_size: connections at most, one for each thread that calls.
    lock_seconds: how long a write waits for another one's lock.
    durable: each commit waits for the disk, so that a power cut takes none back. SQLite only:
    PostgreSQL's always does.
    """

    def __init__(
        self,
        name: str,
        url: URL,
        pool_size: int = 4,
        lock_seconds: float = LOCK_SECONDS,
        durable: bool = False,
    ) -> None:
        self.name = name
        self.url = url
        self._reading, self._writing = f"{name}.db read", f"{name}.db write"
        self._reads: Engine
        self._writes: Engine
        self.lock_seconds = lock_seconds
        # Threads wait in line for SQLite here; its own wait is a poll, in
        # which one of them may starve.
        self._one_writer = threading.Lock()
        self._at_once: AtOnce | None = None
        self._here = threading.local()
        if self.is_sqlite:
            self._engine = _sqlite_engine(url, pool_size, lock_seconds, durable)
            self._reads = self._engine
            self._writes = self._engine.execution_options(begin_immediate=True)
        else:
            self._engine = _postgresql_engine(url, pool_size, lock_seconds)
            # A single SELECT needs no BEGIN and no ROLLBACK.
            self._reads = self._engine.execution_options(isolation_level="AUTOCOMMIT")
            self._writes = self._engine
        self._driver_error = self._engine.dialect.loaded_dbapi.Error

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def dialect(self) -> Dialect:
        """What statements are compiled for."""
        return self._engine.dialect

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for one SELECT; raises DatabaseUnavailableError."""
        with (
            step(self._reading),
            self._translated(Phase.READING),
            self._reads.connect() as connection,
        ):
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is committed at the end, or leaves no trace.

        Raises DatabaseUnavailableError, WriteRefusedError and, when the
        server goes away during the commit, CommitUnconfirmedError.
        """
        with (
            step(self._writing),
            self._turn(),
            self._translated(Phase.WRITING),
            self._writes.connect() as connection,
        ):
            transaction = connection.begin()
            yield connection
            with self._translated(Phase.COMMITTING):
                transaction.commit()

    @contextlib.contextmanager
    def driver_read(self) -> Iterator[Any]:
        """Give a driver's connection for one SELECT; raises as `read` does."""
        if at_once := self._now():
            with (
                step(self._reading),
                self._translated(Phase.READING),
                at_once.read() as connection,
            ):
                yield connection
            return
        with (
            step(self._reading),
            self._translated(Phase.READING),
            self._pooled() as connection,
        ):
            if self.is_sqlite:
                yield connection
                return
            # A single SELECT needs no BEGIN and no ROLLBACK.
            connection.autocommit = True
            try:
                yield connection
            finally:
                if not connection.broken:
                    connection.autocommit = False

    @contextlib.contextmanager
    def driver_write(self) -> Iterator[Any]:
        """Give a driver's connection in a transaction; commits and raises as `write` does."""
        if at_once := self._now():
            with (
                step(self._writing),
                self._translated(Phase.WRITING),
                at_once.write() as connection,
            ):
                yield connection
            return
        with (
            step(self._writing),
            self._turn(),
            self._translated(Phase.WRITING),
            self._pooled() as connection,
        ):
            if self.is_sqlite:
                connection.execute("BEGIN IMMEDIATE")
            yield connection
            with self._translated(Phase.COMMITTING):
                connection.commit()

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Let this thread's prepared statements within the block wait for nothing; SQLite only.

        They raise DatabaseBusyError for a lock that another holds and
        TooLongError after some milliseconds, both without any effect. One
        thread, an event loop's, may use this.
        """
        if self._at_once is None:
            with self._translated(Phase.READING):
                self._at_once = AtOnce(self._detached())
        self._here.at_once = self._at_once
        try:
            yield
        finally:
            self._here.at_once = None

    @property
    def wants_checkpoint(self) -> bool:
        """Has so much been written at once that `checkpoint` should be called?"""
        return self._at_once is not None and self._at_once.wants_checkpoint

    def checkpoint(self) -> None:
        """Bring SQLite's log into its file, as commits at once leave it to others to do."""
        if self._at_once is not None:
            with self._turn(), self._translated(Phase.WRITING), self._pooled() as connection:
                self._at_once.checkpoint(connection)

    @repeated
    def check(self, table_name: str) -> None:
        """Read from a table; raises DatabaseUnavailableError."""
        with self.read() as connection:
            # A bare SELECT 1 would not touch SQLite's file.
            connection.execute(select(literal(1)).select_from(table(table_name)).limit(1))

    def close(self) -> None:
        """Close the connections; none may be in use."""
        if self._at_once is not None:
            self._at_once.close()
            self._at_once = None
        self._engine.dispose()

    def _now(self) -> AtOnce | None:
        """Return the connection to use when this thread must not wait."""
        return getattr(self._here, "at_once", None)

    def _detached(self) -> sqlite3.Connection:
        """Open a connection like the pool's that never belongs to it."""
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        return connection

    @contextlib.contextmanager
    def _pooled(self) -> Iterator[Any]:
        """Lend the pool's connection as the driver knows it; a broken one is given up."""
        with contextlib.closing(self._engine.raw_connection()) as pooled:
            try:
                yield pooled.driver_connection
            except self._driver_error as error:
                cause: Any = error
                if is_gone(cause):
                    pooled.invalidate(error)
                raise

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold SQLite's one place for a writer; PostgreSQL has room for all."""
        if not self.is_sqlite:
            yield
            return
        if not self._one_writer.acquire(timeout=self.lock_seconds):
            raise DatabaseUnavailableError(
                f"the {self.name} database ({describe(self.url)}) is busy with other writes, "
                "nothing was changed; repeat in a moment"
            )
        try:
            yield
        finally:
            self._one_writer.release()

    @contextlib.contextmanager
    def _translated(self, phase: Phase) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, self._driver_error) as error:
            cause: Any = error.orig if isinstance(error, DBAPIError) else error
            if is_stale(cause):
                # What the other connections prepared is as old: each would fail once.
                self._engine.dispose()
            if translated := translate(cause, self.name, self.url, phase):
                raise translated from error
            raise


def _sqlite_engine(url: URL, pool_size: int, lock_seconds: float, durable: bool) -> Engine:
    engine = _engine(
        url,
        pool_size,
        # The driver begins no transaction by itself: its own BEGIN is a
        # deferred one, which fails with "locked" however long it may wait.
        connect_args={"isolation_level": None, "timeout": lock_seconds},
        # Values go by name, as they do to PostgreSQL.
        paramstyle="named",
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # In WAL mode (set once, when migrating) a commit then waits for no
        # disk; a power cut may cost the last ones, a crash costs none.
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("begin_immediate"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL, pool_size: int, lock_seconds: float) -> Engine:
    engine = _engine(
        url,
        pool_size,
        # A connection that a restarted server dropped is replaced before use.
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": UNACKNOWLEDGED_MS,
        },
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        # Times go in and out as UTC, also where a column has a zone.
        connection.execute(f"SET lock_timeout = {int(lock_seconds * 1000)}; SET TIME ZONE 'UTC'")
        connection.autocommit = False

    return engine


def _engine(url: URL, pool_size: int, **options: Any) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        json_serializer=lambda value: json_body.dumps(value).decode(),
        json_deserializer=json_body.loads,
        **options,
    )
