"""A database whose schema is not the one that the service knows."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path


@contextlib.asynccontextmanager
async def changes_refused(data: Path) -> AsyncIterator[None]:
    """Let camera.db have a trigger that a hand put there, and that refuses every change.

    data: the data directory. Only domain uses this database: it fails each change of
    a camera with INTERNAL, and legacy none.
    """
    refuses = "BEFORE UPDATE ON mirror BEGIN SELECT RAISE(FAIL, 'refused by a trigger'); END"
    async with _by_hand(data, refuses):
        yield


@contextlib.asynccontextmanager
async def answers_altered(data: Path) -> AsyncIterator[None]:
    """Let a trigger in camera.db give every camera another name as soon as it is stored.

    Domain, which alone reads it, answers as fast as ever, and wrongly; cameras.yaml stays
    right. Afterwards the next change of any camera puts all rows right.
    """
    alters = (
        "AFTER INSERT ON cameras BEGIN UPDATE cameras SET "
        "entry = json_set(NEW.entry, '$.name', 'altered') WHERE position = NEW.position; END"
    )
    async with _by_hand(data, alters):
        yield


@contextlib.asynccontextmanager
async def rows_dropped(data: Path, beginning: str) -> AsyncIterator[None]:
    """Let a trigger in camera.db drop cameras as soon as they are stored, by how their ids begin.

    Domain then says that they are not there; legacy, which reads cameras.yaml, answers for them.
    """
    drops = (
        f"AFTER INSERT ON cameras WHEN NEW.camera_id GLOB '{beginning}*' BEGIN "  # noqa: S608
        "DELETE FROM cameras WHERE position = NEW.position; END"
    )
    async with _by_hand(data, drops):
        yield


@contextlib.asynccontextmanager
async def _by_hand(data: Path, trigger: str) -> AsyncIterator[None]:
    """Let camera.db have a trigger: when it acts, and what it does."""
    path = data / "camera.db"
    await asyncio.to_thread(_execute, path, f"CREATE TRIGGER by_hand {trigger}")
    try:
        yield
    finally:
        await asyncio.to_thread(_execute, path, "DROP TRIGGER by_hand")


def _execute(path: Path, statement: str) -> None:
    """Execute it on a database that others write to."""
    with contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as database:
        database.execute(statement)
