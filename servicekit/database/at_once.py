"""SQLite for an event loop: statements that wait for no lock, no disk and no long search."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator

# A statement that computes longer than this belongs in a thread. Time of the
# processor: one that others keep busy makes no statement longer.
AT_ONCE_SECONDS = 0.003
# How often SQLite asks whether it does: about every 30 us.
_STEPS = 1000
# As often as SQLite itself would, which counts pages: a write makes two to four.
_WRITES = 400


class TooLongError(Exception):
    """The statement was ended, without effect, because it took too long for the loop."""


class AtOnce:
    """The loop's own connection. One thread uses it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._deadline = 0.0
        self._writes = 0
        connection.execute("PRAGMA busy_timeout=0")
        # The commit that fills the log would bring it into the file, and wait for the disk.
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.set_progress_handler(lambda: time.thread_time() > self._deadline, _STEPS)

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one SELECT; raises TooLongError and sqlite3's errors."""
        self._deadline = time.thread_time() + AT_ONCE_SECONDS
        try:
            yield self._connection
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise TooLongError from error
            raise

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give the connection in a transaction that is committed, or leaves no trace."""
        with self.read() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    self._deadline = float("inf")
                    connection.execute("ROLLBACK")
        self._writes += 1

    @property
    def wants_checkpoint(self) -> bool:
        """Is the log about as long as SQLite itself lets it become?"""
        return self._writes >= _WRITES

    def checkpoint(self, connection: sqlite3.Connection) -> None:
        """Empty the log, on a connection that may wait.

        The bulk of it is moved beside readers and writers; only the rest, and
        what waits for the disk, needs writers to be locked out.
        """
        self._writes = 0
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        # The first write into an emptied log waits for the disk once more: let
        # it be this one, which changes nothing.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA user_version={version:d}")
        connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
