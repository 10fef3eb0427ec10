"""Databases for any context: SQLite in a file, or PostgreSQL by URL, used alike."""

from servicekit.database.calls import Calls
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate
from servicekit.database.prepared import Prepared
from servicekit.database.trouble import (
    CommitUnconfirmedError,
    DatabaseBusyError,
    DatabaseTroubleError,
    DatabaseUnavailableError,
    WriteRefusedError,
)

__all__ = [
    "Calls",
    "CommitUnconfirmedError",
    "Database",
    "DatabaseBusyError",
    "DatabaseTroubleError",
    "DatabaseUnavailableError",
    "Prepared",
    "WriteRefusedError",
    "migrate",
    "parse_url",
]
