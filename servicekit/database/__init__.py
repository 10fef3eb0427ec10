"""Databases for any context: SQLite in a file, or PostgreSQL by URL, used alike."""

from servicekit.database.calls import Calls
from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate
from servicekit.database.prepared import Prepared
from servicekit.database.repeating import repeated
from servicekit.database.trouble import (
    CommitUnconfirmedError,
    DatabaseBusyError,
    DatabaseTroubleError,
    DatabaseUnavailableError,
    DataRefusedError,
    TransactionUndoneError,
    WriteRefusedError,
)

__all__ = [
    "Calls",
    "CommitUnconfirmedError",
    "DataRefusedError",
    "Database",
    "DatabaseBusyError",
    "DatabaseTroubleError",
    "DatabaseUnavailableError",
    "Prepared",
    "TransactionUndoneError",
    "WriteRefusedError",
    "migrate",
    "parse_url",
    "repeated",
]
