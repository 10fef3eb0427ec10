"""What a driver's error means: unavailable, write refused, or commit unconfirmed.

psycopg is not imported: who uses SQLite starts sooner without it.
"""

import sqlite3
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy.engine import URL

DriverError: TypeAlias = "sqlite3.Error | psycopg.Error"


class DatabaseTroubleError(Exception):
    """Base of what a database, not a caller, is at fault for; the text says what to do."""


class DatabaseUnavailableError(DatabaseTroubleError):
    """The database cannot be used now, and nothing was changed: safe to repeat."""


class DatabaseBusyError(DatabaseUnavailableError):
    """Another holds the lock of the SQLite file; nothing was changed."""


class TransactionUndoneError(DatabaseUnavailableError):
    """The server undid the transaction for a reason that is gone the next time (`repeated`)."""


class WriteRefusedError(DatabaseTroubleError):
    """The database refused the write, and nothing was changed."""


class DataRefusedError(DatabaseTroubleError):
    """A type or a constraint of the table does not take these values; nothing was changed."""


class CommitUnconfirmedError(DatabaseTroubleError):
    """The connection broke during the commit: the change may stand or not."""


# PostgreSQL's SQLSTATE, by prefix, of what passes without our doing:
# connection lost, rolled back in favour of another, too many connections,
# lock timeout, query cancelled, shutting down or starting.
_PASSING_STATES = ("08", "40", "53300", "55P03", "57")
# The server ends the connection with these; a commit may have come through.
_GONE_STATES = ("08", "57P")
_FORBIDDEN_STATE = "42501"
# What the connection has prepared is not what the server has: somebody changed the
# result's types or swapped a table (0A000), or a pooler or DISCARD ALL forgot the
# statement (26000) or gave another one its name (42P05).
_STALE_STATES = ("0A000", "26000", "42P05")
# Rolled back in favour of another transaction.
_GIVEN_UP_STATES = ("40001", "40P01")
# A column or a table that the statement names is gone, or has another type.
_OTHER_SCHEMA_STATES = ("42703", "42P01", "42804", "42846", "42883")
# Values out of a type's range, and constraints.
_DATA_STATES = ("22", "23")
_BUSY_SQLITE_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# The statement or its values are wrong: ours to mend, not the database's. Both drivers
# have these classes, as PEP 249 names them.
_BUGS = {"DataError", "IntegrityError", "ProgrammingError", "NotSupportedError"}


class Phase(Enum):
    """How far a statement had come; a failed commit is the only one whose effect is unknown."""

    READING = "reading"
    WRITING = "writing"
    COMMITTING = "committing"


def describe(url: "URL") -> str:
    """Return where the database is, for messages: nothing secret in it."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "local socket"
    return f"{host}:{url.port or 5432}/{url.database}"


def translate(
    error: DriverError, name: str, url: "URL", phase: Phase
) -> DatabaseTroubleError | None:
    """Return what to raise instead of `error`; None when it is a bug of ours."""
    database = f"the {name} database ({describe(url)})"
    cause = _cause(error, url)
    if refused := _refused_statement(error, database, cause):
        return refused
    if _state(error) == _FORBIDDEN_STATE:
        unavailable = phase is Phase.READING
        return (DatabaseUnavailableError if unavailable else WriteRefusedError)(
            f"{database} refused this, nothing was changed: {cause}; "
            f"give its user ({url.username}) the right to it"
        )
    if any(kind.__name__ in _BUGS for kind in type(error).__mro__):
        return None
    if phase is Phase.COMMITTING and is_gone(error):
        return CommitUnconfirmedError(
            f"{database} went away during the commit: {cause}; "
            "see whether the change was made before you repeat it"
        )
    if phase is Phase.READING or _is_passing(error):
        kind = DatabaseBusyError if _sqlite_code(error) in _BUSY_SQLITE_CODES else None
        return (kind or DatabaseUnavailableError)(
            f"{database} cannot be used now, nothing was changed: {cause}; "
            "repeat in a moment, and if it lasts see that it runs, can be reached and is not "
            "locked by another program"
        )
    return WriteRefusedError(
        f"{database} refused the write, nothing was changed: {cause}; "
        "see that its disk has room and that it may be written to, then repeat"
    )


def _refused_statement(
    error: DriverError, database: str, cause: str
) -> DatabaseTroubleError | None:
    """Return what to raise when the server took the statement, or its values, for wrong.

    It undid the whole transaction then, also when it says so at the commit.
    """
    state = _state(error)
    if is_stale(error) or state in _GIVEN_UP_STATES:
        return TransactionUndoneError(
            f"{database} undid the transaction, nothing was changed: {cause}; repeat in a moment"
        )
    if state in _OTHER_SCHEMA_STATES:
        return DatabaseUnavailableError(
            f"{database} has not the tables that this release needs, nothing was changed: {cause}; "
            "if they were changed, start the release that knows them or change them back"
        )
    if state.startswith(_DATA_STATES) or isinstance(error, sqlite3.IntegrityError):
        return DataRefusedError(
            f"{database} does not take these values, nothing was changed: {cause}"
        )
    return None


def is_stale(error: DriverError) -> bool:
    """Does the connection know the server's statements no longer? Others of the pool do not."""
    return _state(error) in _STALE_STATES


def is_gone(error: DriverError) -> bool:
    """Did the connection to a server break, or never come about?"""
    if isinstance(error, sqlite3.Error):
        return False
    state = _state(error)
    return not state or state.startswith(_GONE_STATES)


def _is_passing(error: DriverError) -> bool:
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in (*_BUSY_SQLITE_CODES, sqlite3.SQLITE_CANTOPEN)
    return is_gone(error) or _state(error).startswith(_PASSING_STATES)


def _state(error: DriverError) -> str:
    return "" if isinstance(error, sqlite3.Error) else error.sqlstate or ""


def _sqlite_code(error: DriverError) -> int:
    """Return the primary result code; the extended ones add higher bits. 0 for PostgreSQL's."""
    if not isinstance(error, sqlite3.Error):
        return sqlite3.SQLITE_OK
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _cause(error: DriverError, url: "URL") -> str:
    lines = str(error).strip().splitlines()
    cause = lines[0] if lines else type(error).__name__
    return cause.replace(str(url.password), "***") if url.password else cause
