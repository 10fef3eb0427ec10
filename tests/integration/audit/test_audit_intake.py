"""Envoy's log taken up into a real SQLite file: each line once, whatever ends when."""

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import intake
from gateway.audit.intake import take_up
from gateway.audit.log_file import after, broken_at, newest
from gateway.audit.store import AuditStore, OvertakenError, Taken
from tests.e2e.command_line import CAMPLANE
from tests.unit.test_audit_lines import LINE


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
def store(database: Path) -> Iterator[AuditStore]:
    store = AuditStore(database)
    store.prepare()
    yield store
    store.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.log"


def line(subject: int) -> bytes:
    return json.dumps({**LINE, "subject": str(subject)}, separators=(",", ":")).encode() + b"\n"


def write(log: Path, *subjects: int) -> None:
    with log.open("ab") as file:
        file.write(b"".join(map(line, subjects)))


def kept(database: Path) -> list[int]:
    return [int(one.fields["subject"]) for one in after(database, 0)]


def trouble(database: Path) -> str:
    return broken_at(database, lambda log: log)


def test_lines_are_taken_up_once_and_in_order(database: Path, store: AuditStore, log: Path) -> None:
    """A line that is still being written is waited for."""
    assert not take_up(log, store)
    write(log, 1, 2)
    with log.open("ab") as file:
        file.write(line(3)[:50])
    take_up(log, store)
    take_up(log, store)
    assert kept(database) == [1, 2]
    with log.open("ab") as file:
        file.write(line(3)[50:])
    take_up(log, store)
    assert (kept(database), trouble(database)) == ([1, 2, 3], "")


def test_a_file_that_has_grown_large_is_put_aside_and_loses_nothing(
    database: Path, store: AuditStore, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Envoy writes on into the renamed one until it has opened another."""
    monkeypatch.setattr(intake, "KEEP_BYTES", 500)
    aside = log.with_name("audit.log.1")
    write(log, 1, 2)
    assert take_up(log, store)
    write(aside, 3)
    assert take_up(log, store), "nobody has told Envoy yet"
    write(aside, 4)
    with aside.open("ab") as file:
        file.write(line(5)[:-1])  # Envoy was killed within the line
    write(log, 6)
    take_up(log, store)
    assert (kept(database), aside.exists()) == ([1, 2, 3, 4, 5, 6], False)
    write(log, 7)
    take_up(log, store)
    assert (kept(database), trouble(database)) == ([1, 2, 3, 4, 5, 6, 7], "")


def test_what_was_taken_up_is_known_of_a_file_that_was_moved_or_begun_anew(
    database: Path, store: AuditStore, log: Path
) -> None:
    """As after a backup was put back, or when somebody removed the file."""
    write(log, 1, 2)
    take_up(log, store)
    content = log.read_bytes()
    log.unlink()
    log.write_bytes(content)
    take_up(log, store)
    assert kept(database) == [1, 2]
    log.write_bytes(line(3))
    take_up(log, store)
    assert kept(database) == [1, 2, 3]


def test_many_lines_are_taken_up_in_parts(
    database: Path, store: AuditStore, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a part ends within a line."""
    monkeypatch.setattr(intake, "_AT_ONCE", 1300)
    write(log, *range(20))
    take_up(log, store)
    assert (kept(database), trouble(database)) == (list(range(20)), "")


def test_of_two_that_take_up_the_same_lines_one_does(
    database: Path, store: AuditStore, log: Path
) -> None:
    """A control process that hung, say, and the one that was started in its place."""
    store.take(["{}"], None, Taken("a", 3))
    with pytest.raises(OvertakenError):
        store.take(["{}"], None, Taken("a", 3))
    assert len(list(after(database, 0))) == 1


def test_a_write_that_fails_is_made_up_for(database: Path, store: AuditStore, log: Path) -> None:
    """The entries and how far they reach are one transaction: neither lost nor twice."""
    write(log, 1)
    take_up(log, store)
    write(log, 2)
    with sqlite3.connect(database) as other:
        other.execute(
            "CREATE TRIGGER stuck BEFORE UPDATE ON taken BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
    with pytest.raises(Exception, match="x"):
        take_up(log, store)
    assert kept(database) == [1]
    with sqlite3.connect(database) as other:
        other.execute("DROP TRIGGER stuck")
    take_up(log, store)
    assert kept(database) == [1, 2]


def test_the_oldest_are_dropped_and_the_chain_still_holds(database: Path, log: Path) -> None:
    """It begins behind the last one that was dropped."""
    store = AuditStore(database, kept=500)
    store.prepare()
    try:
        write(log, *range(2000))
        take_up(log, store)
    finally:
        store.close()
    assert kept(database) == list(range(1500, 2000))
    assert trouble(database) == ""
    with sqlite3.connect(database) as other:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute("DELETE FROM entries WHERE number = 1600")
        other.execute("UPDATE dropped SET number = 1600")
        other.execute("DELETE FROM entries WHERE number <= 1600")
    assert trouble(database) != ""


CHANGES: list[tuple[list[str], str]] = [
    (["UPDATE entries SET document = replace(document, '\"2\"', '\"9\"') WHERE number = 2"], "2"),
    (["DELETE FROM entries WHERE number = 2"], "entry 2 is missing"),
    (["DELETE FROM entries WHERE number = 1"], "entry 1 is missing"),
    (["UPDATE entries SET number = 9 WHERE number = 3"], "entry 3 is missing"),
]


@pytest.mark.parametrize(("acts", "found"), CHANGES)
def test_whoever_changes_the_file_is_found_out(
    database: Path, store: AuditStore, log: Path, acts: Any, found: str
) -> None:
    """And the database refuses it before its triggers are gone."""
    write(log, 1, 2, 3)
    take_up(log, store)
    with sqlite3.connect(database) as other:
        for act in acts:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(act)
        for trigger in ("entries_no_update", "entries_no_delete"):
            other.execute(f"DROP TRIGGER {trigger}")
        for act in acts:
            other.execute(act)
    assert found in trouble(database)


@pytest.mark.parametrize("number", [-5, 0])
def test_an_entry_is_found_out_that_was_put_in_before_the_first(
    database: Path, store: AuditStore, log: Path, number: int
) -> None:
    """The database takes it, and the list shows it: so it is checked like all others."""
    write(log, 1, 2)
    take_up(log, store)
    with sqlite3.connect(database) as other:
        other.execute(
            "INSERT INTO entries (number, document, previous_hash, hash)"
            f" SELECT {number}, document, previous_hash, hash FROM entries WHERE number = 1"
        )
    assert [one.number for one in newest(database, 9, lambda fields: True)] == [number, 1, 2]
    assert trouble(database) == f"entry {number} was put in: there is none before entry 1"


def test_the_command_goes_on_with_what_comes(tmp_path: Path, store: AuditStore, log: Path) -> None:
    """Each entry once, as soon as it is there, and it ends by Ctrl-C without a complaint."""
    write(log, 1, 2)
    take_up(log, store)
    command = [CAMPLANE, "audit", "--follow", "--json", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as followed:
        assert followed.stdout is not None and followed.stderr is not None
        told = [followed.stdout.readline() for _ in range(2)]
        write(log, 3)
        take_up(log, store)
        told.append(followed.stdout.readline())
        followed.send_signal(signal.SIGINT)
        assert (followed.stdout.read(), followed.stderr.read()) == (b"", b"")
    assert [json.loads(one)["subject"] for one in told] == ["1", "2", "3"]
    assert followed.returncode == 0
