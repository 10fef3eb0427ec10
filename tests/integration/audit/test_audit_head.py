"""An audit log that was cut at either end is said to be, and one that dropped its oldest is not."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.head import head_of
from gateway.audit.log_file import after, broken_at
from gateway.audit.store import AuditStore, Taken

KEPT = 500


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a log of which old entries were dropped for their age."""
    folder = tmp_path_factory.mktemp("filled")
    append(folder / "audit.db", 4000)
    with closing(sqlite3.connect(folder / "audit.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert trouble(folder / "audit.db") == ""
    return folder


@pytest.fixture
def database(filled: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(filled, tmp_path / "log")
    yield tmp_path / "log" / "audit.db"


def append(database: Path, number: int, name: str = "n") -> None:
    """Take up so many entries, in parts."""
    store = AuditStore(database, kept=KEPT)
    store.prepare()
    before, start = store.taken(), store.taken()
    for part in range(0, number, 400):
        now = Taken("file", (start.offset if start else 0) + part + 400)
        store.take([f'{{"{name}":{one}}}' for one in range(min(400, number - part))], before, now)
        before = now
    store.close()


def trouble(database: Path) -> str:
    return broken_at(database, lambda log: log)


def change(database: Path, *statements: str) -> None:
    """Do what whoever has the file can do."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for trigger in ("entries_no_update", "entries_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)


LAST = "(SELECT max(number) FROM entries)"
MARK = "UPDATE dropped SET (number, hash) = (SELECT number, hash FROM entries WHERE number = {})"
ATTACKS = {
    "emptied": ["DELETE FROM entries"],
    "emptied, with its mark": ["DELETE FROM entries", "DELETE FROM dropped"],
    "the end": [f"DELETE FROM entries WHERE number > {LAST} - 100"],
    "the beginning, with its mark moved": [
        MARK.format(3700),
        "DELETE FROM entries WHERE number <= 3700",
    ],
    "emptied, with its mark moved": [
        MARK.format(LAST),
        "DELETE FROM entries",
    ],
    "the beginning, with no mark": [
        "DELETE FROM entries WHERE number <= 3700",
        "DELETE FROM dropped",
    ],
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_log_that_was_cut_is_said_to_be_also_when_it_has_gone_on(
    database: Path, attack: list[str]
) -> None:
    change(database, *attack)
    assert trouble(database) != ""
    append(database, 1000)
    assert trouble(database) != ""


def test_a_log_that_was_made_anew_is_another_one(database: Path) -> None:
    """With the right hashes, by the very program that makes them."""
    head = head_of(database).read_bytes()
    database.unlink()
    head_of(database).unlink()
    append(database, 4001, "other")
    head_of(database).write_bytes(head)
    assert "is not the one that was written" in trouble(database)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"[]")])
def test_a_log_without_its_note_cannot_be_called_unbroken(
    database: Path, spoil: Callable[[Path], object]
) -> None:
    """Nor once it has gone on, which makes another note."""
    spoil(head_of(database))
    assert "audit" in trouble(database)
    append(database, 10)
    assert "audit" in trouble(database)


def test_what_is_dropped_for_its_age_is_no_trouble(database: Path) -> None:
    """Nor is an entry that is in the log before it is noted: the writer may be killed between."""
    for _ in range(4):
        append(database, 1000)
        noted = head_of(database).read_bytes()
        append(database, 5)
        assert trouble(database) == ""
        head_of(database).write_bytes(noted)
        assert trouble(database) == ""
    assert next(after(database, 0)).number > 4000
