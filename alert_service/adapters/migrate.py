"""Brings the database to the tables that this release needs."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from alert_service.adapters.database import Database
from alert_service.adapters.database_errors import describe
from alert_service.errors import DatabaseUnavailableError

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as every camplane takes the same.
ADVISORY_LOCK = 0x63616D_616C657274  # "cam" "alert"


def migrate(database: Database) -> None:
    """Apply the migrations that are missing, all or none.

    Idempotent, and safe when several processes start at once: one works, the
    others wait and find nothing left to do. Raises DatabaseUnavailableError
    and StorageFailedError.
    """
    with _alone(database) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseUnavailableError(
                f"the alert database ({describe(database.url)}) cannot be migrated: {error}; "
                "a newer camplane has written it: start that release"
            ) from error


@contextlib.contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """Give a transaction that no other starting process shares."""
    if database.is_sqlite:
        with _file_lock(Path(str(database.url.database))):
            # Outside of a transaction, and under a lock of our own: of processes
            # that switch the mode at once, some get "locked" without any wait.
            with database.read() as connection:
                mode = connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar_one()
            if mode != "wal":
                raise DatabaseUnavailableError(
                    f"{database.url.database} cannot use write-ahead logging: "
                    "put it on a local disk (CAMPLANE_ALERT_DATABASE_URL)"
                )
            with database.write() as connection:
                yield connection
    else:
        with database.write() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            yield connection


@contextlib.contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    """Hold the lock file beside the database: a lock on the file itself would disturb SQLite's."""
    try:
        lock = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise DatabaseUnavailableError(
            f"cannot open or create the alert database {path}: {error.strerror}; create its "
            "directory and make it writable, or set CAMPLANE_ALERT_DATABASE_URL to another place"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
