"""What the files and the kernel say of one camera's worker, gathered without judging."""

import contextlib
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from camera_service.shared_state.files import locks
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes import old_server
from camera_service.shared_state.processes.workers import Workers
from servicekit import process
from servicekit.process import Identity

# A report is far smaller; nobody reads a detector's mistake of a gigabyte.
_MAX_BYTES = 1 << 20


class Record(StrEnum):
    """What a worker's record says."""

    NONE = "none"
    UNREADABLE = "unreadable"
    ALIVE = "alive"
    DEAD = "dead"
    ANOTHER_BOOT = "of another boot"


@dataclass(frozen=True)
class PidFile:
    """The monolith's pid file: its text, and the process of that number if one lives.

    is_worker: is that process proven to be this camera's worker?
    """

    text: str
    names: Identity | None
    is_worker: bool


@dataclass(frozen=True)
class WorkerFacts:
    """One camera's worker at one moment.

    recorded: whom the record names, alive or not. unrecorded: a worker that
    holds the lock and is not whom the record names. holders: pids that have the
    lock open, looked for only when it is held by somebody else than recorded.
    holds_lock: has the recorded worker its lock open? None: not ours to ask.
    by_old_server: did an old server start the recorded worker, which then has no lock?
    left: which files of the camera there are, by their suffix.
    """

    camera_id: str
    record: Record = Record.NONE
    recorded: Identity | None = None
    lock_held: bool = False
    holds_lock: bool | None = None
    unrecorded: Identity | None = None
    holders: tuple[int, ...] = ()
    pid_file: PidFile | None = None
    report_pid: int | None = None
    left: frozenset[str] = frozenset()
    by_old_server: bool = False

    @property
    def living(self) -> Identity | None:
        """The worker that all agree on, if it lives: recorded, or an old server's."""
        if self.record is Record.ALIVE:
            return self.recorded
        return self.pid_file.names if self.pid_file and self.pid_file.is_worker else None


SUFFIXES = ("json", "lock", "control", "report", "restarts", "exit")


def known_ids(layout: Layout) -> list[str]:
    """Return the ids of the cameras of which there is any file but a log."""
    found = set()
    for suffix in SUFFIXES:
        for path in (layout.root / "workers").glob(f"*.{suffix}"):
            found.add(path.name.removesuffix(f".{suffix}"))
    for path in (layout.root / "logs" / "pids").glob("*.pid"):
        found.add(path.name.removesuffix(".pid"))
    return sorted(camera_id for camera_id in found if not camera_id.startswith("."))


def gather(layout: Layout, workers: Workers, camera_id: str) -> WorkerFacts:
    """Look at one camera; OSError when a folder cannot be read."""
    record, recorded = _record(layout, workers, camera_id)
    lock = layout.worker_lock(camera_id)
    held = locks.is_held(lock)
    holds_lock: bool | None = None
    if record is Record.ALIVE and recorded is not None:
        holds_lock = process.has_open(recorded.pid, lock)
    unrecorded: Identity | None = None
    holders: tuple[int, ...] = ()
    if held and not (record is Record.ALIVE and holds_lock is not False):
        holders = tuple(sorted(holder.pid for holder in process.holders(lock)))
        found = workers.unrecorded(camera_id)
        unrecorded = found if found != recorded or record is not Record.ALIVE else None
    return WorkerFacts(
        camera_id,
        record,
        recorded,
        held,
        holds_lock,
        unrecorded,
        holders,
        _pid_file(layout, camera_id),
        _report_pid(layout.report(camera_id)),
        frozenset(s for s in SUFFIXES if (layout.root / "workers" / f"{camera_id}.{s}").exists()),
        workers.liveness.is_of_old_server(camera_id),
    )


def _record(layout: Layout, workers: Workers, camera_id: str) -> tuple[Record, Identity | None]:
    if not layout.record(camera_id).exists():
        return Record.NONE, None
    alive = workers.liveness.find(camera_id)
    if alive is not None:
        return Record.ALIVE, alive
    recorded = workers.liveness.recorded(camera_id)
    if recorded is None:
        return Record.UNREADABLE, None
    return Record.DEAD if recorded.boot == process.BOOT_ID else Record.ANOTHER_BOOT, recorded


def _pid_file(layout: Layout, camera_id: str) -> PidFile | None:
    try:
        with layout.pid_file(camera_id).open("rb") as file:
            text = file.read(64).decode(errors="replace").strip()
    except OSError:
        return None
    named = None
    if text.isascii() and text.isdecimal() and int(text) < 2**31:
        named = process.identify(int(text))
    worker = old_server.worker(layout, camera_id) if named else None
    return PidFile(text, named, worker is not None and worker == named)


def _report_pid(path: Path) -> int | None:
    """Return which process a report is of; None without one that can be read as a report."""
    with contextlib.suppress(OSError, ValueError, RecursionError), path.open("rb") as file:
        data = json.loads(file.read(_MAX_BYTES))
        if isinstance(data, dict) and type(data.get("pid")) is int:
            return int(data["pid"])
    return None
