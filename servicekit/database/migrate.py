"""Brings the database to the tables that this release needs."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, String, column, inspect, select, table, text

from servicekit.database.connections import Database
from servicekit.database.trouble import DatabaseUnavailableError, describe

# Any number will do, as long as every camplane takes the same.
ADVISORY_LOCK = 0x63616D706C616E65  # "camplane"


def migrate(database: Database, scripts: Path) -> None:
    """Apply the migrations in the folder `scripts` that are missing, all or none.

    Idempotent, and safe when several processes start at once: one works, the
    others wait and find nothing left to do. Raises DatabaseUnavailableError
    and WriteRefusedError.
    """
    # Contexts may share one PostgreSQL database: each counts its own versions.
    version_table = f"{database.name}_schema_version"
    with _alone(database) as connection:
        if _version(connection, version_table) != newest(scripts):
            _upgrade(database, connection, scripts, version_table)


def newest(scripts: Path) -> str:
    """Return the newest revision, by which its file's name begins: 0002 of 0002_add_x.py."""
    return max(file.name.partition("_")[0] for file in scripts.glob("versions/[0-9]*.py"))


def _version(connection: Connection, version_table: str) -> str | None:
    if not inspect(connection).has_table(version_table):
        return None
    found = select(column("version_num", String())).select_from(table(version_table))
    return connection.execute(found).scalar()


def _upgrade(database: Database, connection: Connection, scripts: Path, version_table: str) -> None:
    # A service without it starts in two thirds of the time, and most starts find
    # nothing to migrate.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseUnavailableError(
            f"the {database.name} database ({describe(database.url)}) cannot be migrated: "
            f"{error}; a newer camplane has written it: start that release"
        ) from error


@contextlib.contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """Give a transaction that no other starting process shares."""
    if database.is_sqlite:
        with _file_lock(database):
            # Outside of a transaction, and under a lock of our own: of processes
            # that switch the mode at once, some get "locked" without any wait.
            with database.read() as connection:
                mode = connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar_one()
            if mode != "wal":
                raise DatabaseUnavailableError(
                    f"{database.url.database} cannot use write-ahead logging: "
                    f"put it on a local disk ({_variable(database)})"
                )
            with database.write() as connection:
                yield connection
    else:
        with database.write() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            yield connection


@contextlib.contextmanager
def _file_lock(database: Database) -> Iterator[None]:
    """Hold the lock file beside the database: a lock on the file itself would disturb SQLite's."""
    path = Path(str(database.url.database))
    try:
        lock = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise DatabaseUnavailableError(
            f"cannot open or create the {database.name} database {path}: {error.strerror}; create "
            f"its directory and make it writable, or set {_variable(database)} to another place"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _variable(database: Database) -> str:
    """Return the setting that says where this database is."""
    return f"CAMPLANE_{database.name.upper()}_DATABASE_URL"
