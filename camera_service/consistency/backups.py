"""What repairs changed, kept so that it can be put back.

`backups/consistency-<time>-<random>/` holds each file as it was, under a number,
and `manifest.json`, which is written before each change and after it. So a
repair that was killed can be undone as well. The files may hold passwords: the
folder is its owner's only.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from camera_service.consistency.rows import Row, Stored
from camera_service.domain.errors import BackupNotFoundError, RepairRefusedError, StorageFailedError
from camera_service.shared_state.files import locks
from camera_service.shared_state.files.layout import Layout
from servicekit import atomic_file

# In place of a digest: the change was begun, and nobody wrote down that it ended.
BEGUN = "?"
_NAME = re.compile(r"consistency-\d{8}-\d{6}-[0-9a-f]{6}")
_MANIFEST = "manifest.json"


@dataclass
class Kept:
    """One file that a repair changed. Digests are None for a file that is not there.

    path: absolute. kept: its number in the backup; "" when there was none. is_rows: no
    file but the database's rows. mode: its permissions; in the backup it has the owner's.
    """

    path: str
    kept: str
    before: str | None
    after: str | None = BEGUN
    is_rows: bool = False
    mode: int = 0o600


@dataclass
class Step:
    """One repair: what it changed, and which process it ended (0 for none)."""

    kind: str
    camera_id: str
    text: str
    changes: list[Kept] = field(default_factory=list)
    ended_pid: int = 0


class Backup:
    """One backup folder."""

    def __init__(self, folder: Path, steps: list[Step], undone: bool = False) -> None:
        self._folder = folder
        self.steps = steps
        self.undone = undone

    @property
    def name(self) -> str:
        return self._folder.name

    @classmethod
    def create(cls, layout: Layout) -> "Backup":
        """Make a new one, empty; StorageFailedError when that is not possible."""
        now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        folder = layout.backups / f"consistency-{now}-{secrets.token_hex(3)}"
        with _storing():
            layout.backups.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700)
            backup = cls(folder, [])
            backup.write()
        return backup

    @classmethod
    def open(cls, layout: Layout, name: str) -> "Backup":
        """Return one that is there; BackupNotFoundError when it is not, or cannot be read."""
        folder = layout.backups / name
        if not _NAME.fullmatch(name) or not (folder / _MANIFEST).is_file():
            raise BackupNotFoundError(
                f"there is no backup {name!r} of a repair in {layout.backups}; "
                "their names begin with `consistency-`"
            )
        try:
            data = json.loads((folder / _MANIFEST).read_bytes())
            return cls(folder, [_step(step) for step in data["steps"]], bool(data["undone"]))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BackupNotFoundError(
                f"the manifest of backup {name!r} cannot be read ({type(error).__name__}); "
                f"the files as they were are in {folder}"
            ) from error

    def write(self) -> None:
        """Write the manifest; OSError when that is not possible."""
        data = {"undone": self.undone, "steps": [asdict(step) for step in self.steps]}
        text = json.dumps(data, ensure_ascii=False, indent=1).encode()
        with atomic_file.prepared(self._folder / _MANIFEST, text, durable=True) as replacement:
            replacement.put()

    def discard_if_empty(self) -> bool:
        """Remove the folder of a repair that changed nothing; return whether it was one."""
        if any(step.changes or step.ended_pid for step in self.steps):
            return False
        shutil.rmtree(self._folder, ignore_errors=True)
        return True

    @contextlib.contextmanager
    def step(self, kind: str, camera_id: str, text: str) -> Iterator[Step]:
        """Note one repair: what the block keeps is changed in it, and looked at when it ends."""
        step = Step(kind, camera_id, text)
        self.steps.append(step)
        try:
            yield step
        finally:
            for change in step.changes:
                if change.after == BEGUN and not change.is_rows:
                    change.after = digest(Path(change.path))
            with _storing():
                self.write()

    def keep(self, step: Step, path: Path) -> None:
        """Keep `path` as it is, about to be changed; StorageFailedError when that cannot be."""
        with _storing():
            before = digest(path)
            number = "" if before is None else self._number()
            if before is not None:
                shutil.copy2(path, self._folder / number)
                (self._folder / number).chmod(0o600)
            step.changes.append(Kept(str(path), number, before, mode=_mode(path)))
            self.write()

    def move(self, step: Step, path: Path) -> None:
        """Move `path` into the backup: it may be large. StorageFailedError when that cannot be."""
        with _storing():
            number = self._number()
            step.changes.append(Kept(str(path), number, digest(path), mode=_mode(path)))
            self.write()
            shutil.move(path, self._folder / number)
            (self._folder / number).chmod(0o600)

    def keep_rows(self, step: Step, stored: Stored) -> Kept:
        """Keep the database's rows, about to be changed; the caller says what they became."""
        with _storing():
            number = self._number()
            text = json.dumps(asdict(stored), ensure_ascii=False).encode()
            atomic_file.replace(self._folder / number, text)
            (self._folder / number).chmod(0o600)
            change = Kept("database", number, rows_digest(stored), is_rows=True)
            step.changes.append(change)
            self.write()
        return change

    def rows(self, change: Kept) -> Stored:
        """Return rows that were kept."""
        with _storing():
            data = json.loads((self._folder / change.kept).read_bytes())
        inode, mtime_ns, size = data["signature"]
        return Stored((inode, mtime_ns, size), [Row(**row) for row in data["rows"]])

    def content(self, change: Kept) -> bytes:
        """Return a small file as it was."""
        with _storing():
            return (self._folder / change.kept).read_bytes()

    def put_back(self, change: Kept) -> None:
        """Make the file what it was, its mode and time included, or take away what was not there.

        What stands there now, if anything, is kept beside. The caller holds its lock.
        """
        path = Path(change.path)
        with _storing():
            if path.exists() and digest(path) != change.after:
                self.keep_present(change)
            if not change.kept:
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            fd, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.new-")
            os.close(fd)
            try:
                shutil.copy2(self._folder / change.kept, beside)
                Path(beside).chmod(change.mode)
                Path(beside).replace(path)
            finally:
                Path(beside).unlink(missing_ok=True)

    def keep_present(self, change: Kept) -> None:
        """Keep what stands at the file's place now, which nobody expected there."""
        with _storing():
            beside = self._folder / f"{change.kept or Path(change.path).name}.at-undo"
            shutil.copy2(change.path, beside)
            beside.chmod(0o600)

    def _number(self) -> str:
        return f"{sum(len(step.changes) for step in self.steps) + 1:04}"


@contextlib.contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    """Be the only repair of this data directory, in any process, within the block."""
    with contextlib.ExitStack() as stack:
        with _storing():
            layout.backups.mkdir(mode=0o700, exist_ok=True)
            lock = locks.if_free(layout.backups / ".lock")
            free = stack.enter_context(lock)
        if not free:
            raise RepairRefusedError("another repair is at work; wait until it has ended")
        yield


def digest(path: Path) -> str | None:
    """Return what tells a file's content from another; None when there is no file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777 if path.exists() else 0o600


def rows_digest(stored: Stored) -> str:
    """Return what tells the database's rows from others."""
    return hashlib.sha256(json.dumps(asdict(stored)).encode()).hexdigest()


def _step(data: dict[str, Any]) -> Step:
    changes = [Kept(**change) for change in data.pop("changes")]
    return Step(**data, changes=changes)


@contextlib.contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailedError(
            f"a backup cannot be read or written: {error.strerror} ({error.filename}); "
            "nothing is changed without one"
        ) from error
