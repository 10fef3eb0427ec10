"""What a driver's error means: unavailable, write refused, or commit unconfirmed."""

import sqlite3
from enum import Enum

import psycopg
from sqlalchemy import exc
from sqlalchemy.engine import URL

from alert_service.errors import (
    AlertError,
    CommitUnconfirmedError,
    DatabaseUnavailableError,
    StorageFailedError,
)

# PostgreSQL's SQLSTATE, by prefix, of what passes without our doing:
# connection lost, rolled back in favour of another, too many connections,
# lock timeout, query cancelled, shutting down or starting.
_PASSING_STATES = ("08", "40", "53300", "55P03", "57")
# The server ends the connection with these; a commit may have come through.
_GONE_STATES = ("08", "57P")
_FORBIDDEN_STATE = "42501"
_PASSING_SQLITE_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN)


class Phase(Enum):
    """How far a statement had come; a failed commit is the only one whose effect is unknown."""

    READING = "reading"
    WRITING = "writing"
    COMMITTING = "committing"


def describe(url: URL) -> str:
    """Return where the database is, for messages: nothing secret in it."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "local socket"
    return f"{host}:{url.port or 5432}/{url.database}"


def translate(error: exc.DBAPIError, url: URL, phase: Phase) -> AlertError | None:
    """Return what to raise instead of `error`; None when it is a bug of ours."""
    if not _is_trouble(error):
        return None
    database = f"the alert database ({describe(url)})"
    cause = _cause(error, url)
    if phase is Phase.COMMITTING and _is_gone(error):
        return CommitUnconfirmedError(
            f"{database} went away during the commit: {cause}; "
            "see whether the change was made before you repeat it"
        )
    if phase is Phase.READING or _is_passing(error):
        return DatabaseUnavailableError(
            f"{database} cannot be used now, nothing was changed: {cause}; "
            "repeat in a moment, and if it lasts see that it runs, can be reached and is not "
            "locked by another program"
        )
    return StorageFailedError(
        f"{database} refused the write, nothing was changed: {cause}; "
        "see that its disk has room and that it may be written to, then repeat"
    )


def _is_trouble(error: exc.DBAPIError) -> bool:
    """Is it the database's state, and not the statement, that made it fail?"""
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.InternalError):
        return True
    # "database disk image is malformed" comes as the base class itself.
    return type(error) is exc.DatabaseError or _state(error) == _FORBIDDEN_STATE


def _is_passing(error: exc.DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error.orig) in _PASSING_SQLITE_CODES
    return _is_gone(error) or _state(error).startswith(_PASSING_STATES)


def _is_gone(error: exc.DBAPIError) -> bool:
    """Did the connection to a server break, or never come about?"""
    if isinstance(error.orig, sqlite3.Error):
        return False
    state = _state(error)
    return not state or state.startswith(_GONE_STATES)


def _state(error: exc.DBAPIError) -> str:
    orig = error.orig
    return (orig.sqlstate or "") if isinstance(orig, psycopg.Error) else ""


def _sqlite_code(error: sqlite3.Error) -> int:
    """Return the primary result code; the extended ones add higher bits."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _cause(error: exc.DBAPIError, url: URL) -> str:
    lines = str(error.orig).strip().splitlines()
    cause = lines[0] if lines else type(error.orig).__name__
    return cause.replace(str(url.password), "***") if url.password else cause
