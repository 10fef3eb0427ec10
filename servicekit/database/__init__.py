"""Databases for any context: SQLite in a file, or PostgreSQL by URL, used alike."""

from servicekit.database.connections import Database, parse_url
from servicekit.database.migrate import migrate
from servicekit.database.trouble import (
    CommitUnconfirmedError,
    DatabaseTroubleError,
    DatabaseUnavailableError,
    WriteRefusedError,
)

__all__ = [
    "CommitUnconfirmedError",
    "Database",
    "DatabaseTroubleError",
    "DatabaseUnavailableError",
    "WriteRefusedError",
    "migrate",
    "parse_url",
]
