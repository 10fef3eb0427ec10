#!/usr/bin/env bash
# Alembic (1.20.1, with SQLAlchemy 2.1.9) on SQLite: a batch migration that changes one column takes
# triggers, AUTOINCREMENT, collations and ON DELETE from the whole table, without a word.
#
# SQLite cannot alter most of a table, so batch_alter_table() reads it back, makes a new one, copies
# the rows and drops the old one. What SQLAlchemy does not read back is not in the new one. Alembic
# warns of two such things, CHECK constraints without a name and indexes of expressions, so that a
# migration without a warning looks complete. It is not: gone are
# - the table's triggers, which DROP TABLE takes along: rows that may not be deleted can be;
# - AUTOINCREMENT, and with it the promise that an id is never given out again;
# - COLLATE NOCASE, so that a UNIQUE name takes "Gate" beside "gate";
# - ON DELETE of a foreign key that is written at its column, so that a delete that took the rows
#   of a camera along is refused from then on; the same written as a constraint stays.
# Named CHECK constraints are kept. The same migration on PostgreSQL is an ALTER and loses nothing,
# so that two databases of one history differ. A migration of such a table should make its triggers
# again, and give batch_alter_table() the whole table as it is to be (copy_from).
#
# Seen with Alembic 1.20.1, SQLAlchemy 2.1.9 on Debian 12, Python 3.11 (SQLite of the standard
# library), no warning; before and after `url` became NOT NULL:
#   delete of a kept row: refused, done;  id after a deleted one: 3, 2;  "GATE" beside "gate":
#   refused, taken;  delete with rows that cascade: done, refused;  the same as a constraint: done,
#   done;  fps 99 against a named CHECK: refused, refused
# Exit code 0: as described; 1: one of them behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    alembic==1.20.1 sqlalchemy==2.1.9

cat >"$folder/try.py" <<'PYTHON'
import sys
import warnings

import sqlalchemy
from alembic.migration import MigrationContext
from alembic.operations import Operations

SCHEMA = (
    "CREATE TABLE site (id INTEGER PRIMARY KEY)",
    "CREATE TABLE owner (id INTEGER PRIMARY KEY)",
    """CREATE TABLE camera (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT COLLATE NOCASE NOT NULL UNIQUE,
        url TEXT,
        fps INTEGER NOT NULL DEFAULT 5,
        kept INTEGER NOT NULL DEFAULT 0,
        site INTEGER REFERENCES site(id) ON DELETE CASCADE,
        owner INTEGER,
        CONSTRAINT fps_range CHECK (fps BETWEEN 1 AND 60),
        CONSTRAINT of_owner FOREIGN KEY (owner) REFERENCES owner (id) ON DELETE CASCADE
    )""",
    """CREATE TRIGGER kept_stays BEFORE DELETE ON camera WHEN OLD.kept
       BEGIN SELECT RAISE(ABORT, 'this row is kept'); END""",
    "INSERT INTO site VALUES (1)",
    "INSERT INTO owner VALUES (1)",
    "INSERT INTO camera (name, url, kept) VALUES ('gate', 'rtsp://a', 1)",
    "INSERT INTO camera (name, url) VALUES ('yard', 'rtsp://b')",
)
# What is tried: SQL before it, the SQL, what comes of it before the migration and after.
TRIED = {
    "delete of a kept row": ((), "DELETE FROM camera WHERE name = 'gate'", "refused", "done"),
    "id after a deleted one": (
        ("DELETE FROM camera WHERE name = 'yard'",),
        "INSERT INTO camera (name, url) VALUES ('door', 'rtsp://c') RETURNING id",
        "3",
        "2",
    ),
    '"GATE" beside "gate"': (
        (),
        "INSERT INTO camera (name, url) VALUES ('GATE', 'rtsp://c')",
        "refused",
        "done",
    ),
    "delete with rows that cascade": (
        ("UPDATE camera SET site = 1 WHERE name = 'yard'",),
        "DELETE FROM site",
        "done",
        "refused",
    ),
    "the same as a constraint": (
        ("UPDATE camera SET owner = 1 WHERE name = 'yard'",),
        "DELETE FROM owner",
        "done",
        "done",
    ),
    "fps 99 against a named CHECK": ((), "UPDATE camera SET fps = 99", "refused", "refused"),
}


def came_of(connection, before, sql):
    """Return what came of a statement, and take it back."""
    try:
        for one in before:
            connection.exec_driver_sql(one)
        answer = connection.exec_driver_sql(sql)
        return str(answer.scalar()) if answer.returns_rows else "done"
    except sqlalchemy.exc.IntegrityError:
        return "refused"
    finally:
        connection.rollback()


def results(connection):
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    connection.rollback()
    return [came_of(connection, before, sql) for before, sql, _, _ in TRIED.values()]


with sqlalchemy.create_engine("sqlite://").connect() as connection:
    for statement in SCHEMA:
        connection.exec_driver_sql(statement)
    connection.commit()
    first = results(connection)
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("camera") as batch:
            batch.alter_column("url", nullable=False)
    connection.commit()
    then = results(connection)
print(f"warnings: {[str(one.message) for one in warned]}")
as_described = not warned
for (name, (_, _, *expected)), *seen in zip(TRIED.items(), first, then, strict=True):
    print(f"{name:32}{seen[0]:8} {seen[1]}")
    as_described &= seen == expected
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
