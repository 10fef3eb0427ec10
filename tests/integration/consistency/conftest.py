"""A data directory with real workers on which no service runs."""

import contextlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from camera_service.bootstrap import MIGRATIONS
from camera_service.consistency import checker
from camera_service.consistency.state import StateConsistency
from camera_service.domain.findings import Finding, Kind
from camera_service.domain.repairs import Asked, Repair
from camera_service.offline import offline_consistency
from camera_service.settings import camera_settings
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.workers import Workers
from servicekit import process
from servicekit.database.connections import Database
from servicekit.database.migrate import migrate
from servicekit.settings import Environment

PASSWORD = "s3cr3t-of-the-gate"
SLEEPER = "{python} -ISc 'import time; time.sleep(600)' --camera-id {camera_id}"


@dataclass
class Place:
    """The data directory, what works on it, and what was said about it."""

    layout: Layout
    workers: Workers
    consistency: StateConsistency
    said: list[object] = field(default_factory=list)
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def write(self, *entries: dict[str, Any], take_in: bool = True) -> None:
        """Make these the cameras, and have the database take them in."""
        path = self.layout.cameras_file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump({"cameras": list(entries)}, sort_keys=False))
        if take_in:
            self.consistency.repair(Asked(dry_run=False, kinds=frozenset({Kind.MIRROR_STALE})))
            for left in self.layout.backups.glob("consistency-*/*"):
                left.unlink()
            for left in self.layout.backups.glob("consistency-*"):
                left.rmdir()

    def start(self, camera_id: str) -> int:
        with self.workers.control(camera_id) as control:
            return control.start(entry(camera_id)).pid

    def sql(self, statement: str, *parameters: object) -> None:
        """Change the database behind everybody's back."""
        with contextlib.closing(sqlite3.connect(self.layout.root / "camera.db")) as connection:
            connection.execute(statement, parameters)
            connection.commit()

    def spawn(self, *command: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start a process that ends with the test."""
        child = subprocess.Popen(command, cwd=self.layout.root, **more)
        self.children.append(child)
        return child

    def found(self, kind: Kind | None = None) -> list[Finding]:
        """Check; return the findings, or those of one kind."""
        findings = self.consistency.check().findings
        self.said.append([*findings, *(one.description for one in findings)])
        return [one for one in findings if kind in (None, one.kind)]

    def repair(self, *kinds: Kind, dry_run: bool = False, cameras: tuple[str, ...] = ()) -> Repair:
        asked = Asked(dry_run, frozenset(kinds), frozenset(cameras))
        done = self.consistency.repair(asked)
        self.said.append(done)
        return done

    def undo(self, backup: str, force: bool = False) -> Any:
        undone = self.consistency.undo(backup, force)
        self.said.append(undone)
        return undone

    def files(self) -> dict[str, bytes]:
        """Return every file but locks, the database's and backups."""
        root = self.layout.root
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
            and not path.is_relative_to(self.layout.backups)
            and not path.name.startswith("camera.db")
            and not path.name.endswith(".lock")
        }

    def record(self, camera_id: str, pid: int, start_time: int = 1, boot: str = "") -> None:
        """Write a record of a worker, and its pid file."""
        boot = boot or process.BOOT_ID
        text = json.dumps({"pid": pid, "start_time": start_time, "boot": boot})
        self.layout.pid_file(camera_id).write_text(str(pid))
        self.layout.record(camera_id).write_text(text)


def entry(camera_id: str, **more: Any) -> dict[str, Any]:
    source = f"rtsp://viewer:{PASSWORD}@127.0.0.1:1/{camera_id}"
    return {"id": camera_id, "name": camera_id.title(), "source": source, **more}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Give a consistent data directory: `gate` runs, `hall` was never started.

    Afterwards nothing that was said may hold the password.
    """
    monkeypatch.setattr(checker, "SETTLE_SECONDS", 0.05)
    root = tmp_path / "data"
    variables = {
        "CAMPLANE_DATA": str(root),
        "CAMPLANE_WORKER_COMMAND": SLEEPER,
        "CAMPLANE_CAMERA_LOOPBACK": "true",
    }
    settings = camera_settings(Environment(variables))
    layout = Layout.under(root)
    layout.make()
    database = Database("camera", settings.database_url)
    migrate(database, MIGRATIONS)
    database.close()
    workers = Workers(layout, settings.workers)
    place = Place(layout, workers, offline_consistency(settings))
    place.write(entry("gate"), entry("hall"))
    place.start("gate")
    try:
        yield place
    finally:
        for child in place.children:
            child.kill()
            child.wait()
        for camera_id in layout.locked_workers():
            for holder in process.holders(layout.worker_lock(camera_id)):
                process.end(holder, 0)
        _end_orphans(root)
        workers.close()
    assert PASSWORD in layout.cameras_file.read_text()
    assert PASSWORD not in str(place.said)


def _end_orphans(root: Path) -> None:
    """End workers whose lock's file was removed: they are known by where they work."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            pid = int(folder.name)
            if process.working_directory(pid) == root and (found := process.identify(pid)):
                process.end(found, 0)


Break = Callable[[Place], None]
