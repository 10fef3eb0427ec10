"""Putting back what a repair changed, if nothing has changed it since."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from camera_service.consistency.backups import BEGUN, Backup, Kept, Step, digest, only_one
from camera_service.consistency.backups import rows_digest as digest_of_rows
from camera_service.consistency.rows import Mirror
from camera_service.domain.errors import CameraError, RepairRefusedError
from camera_service.domain.repairs import Undone
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.workers import Workers
from servicekit.database.trouble import DatabaseTroubleError


class Undoing:
    """Undoes repairs of one data directory."""

    def __init__(
        self, layout: Layout, file: CamerasYaml, workers: Workers, mirror: Mirror | None
    ) -> None:
        self._layout = layout
        self._file = file
        self._workers = workers
        self._mirror = mirror

    def undo(self, name: str, force: bool) -> Undone:
        """Put back what the repair with this backup changed, the last change first.

        Raises BackupNotFoundError; RepairRefusedError when something has
        changed since (unless `force`) or it was undone already; nothing is put
        back then. What fails is told, and the others go on.
        """
        with only_one(self._layout):
            backup = Backup.open(self._layout, name)
            if backup.undone and not force:
                raise RepairRefusedError(f"the repair {name} was undone already")
            if not force and (changed := self._changed(backup)):
                raise RepairRefusedError(
                    f"changed since the repair: {', '.join(changed)}; nothing was put back "
                    "(force it, and what stands there now is kept in the backup)"
                )
            undone = Undone()
            for step in reversed(backup.steps):
                self._undo(backup, step, force, undone)
            backup.undone = True
            backup.write()
        return undone

    def _changed(self, backup: Backup) -> list[str]:
        """Return what is not as the repair left it."""
        changed, seen = [], set()
        for step in reversed(backup.steps):
            for change in () if step.ended_pid else reversed(step.changes):
                if change.path not in seen and not self._is_as_left(change):
                    changed.append(self._name(change))
                seen.add(change.path)
        return changed

    def _is_as_left(self, change: Kept) -> bool:
        now = self._digest(change)
        # Of one that was begun and not ended, nobody knows: unchanged is fine.
        return now == change.after or (change.after == BEGUN and now == change.before)

    def _digest(self, change: Kept) -> str | None:
        if change.is_rows:
            return None if self._mirror is None else digest_of_rows(self._mirror.stored())
        return digest(Path(change.path))

    def _undo(self, backup: Backup, step: Step, force: bool, undone: Undone) -> None:
        if step.ended_pid:
            undone.not_restored.append(
                f"process {step.ended_pid} of camera {step.camera_id!r} was ended; "
                "start the camera if it is wanted"
            )
            return
        for change in reversed(step.changes):
            name = self._name(change)
            try:
                with self._locked(step, change):
                    if not force and not self._is_as_left(change):
                        undone.not_restored.append(f"{name}: it has just been changed")
                        continue
                    self._put_back(backup, change)
                undone.restored.append(name if change.kept else f"{name}, which was not there")
            except (CameraError, DatabaseTroubleError, OSError) as error:
                undone.not_restored.append(f"{name}: {error}")

    @contextlib.contextmanager
    def _locked(self, step: Step, change: Kept) -> Iterator[None]:
        if change.is_rows:
            with self._file.edit():
                yield
            return
        lock = self._layout.control_lock(step.camera_id)
        if not step.camera_id or self._is_cameras_file(change) or Path(change.path) == lock:
            yield  # its writer takes the lock, or it is the lock
            return
        was_there = lock.exists()
        with self._workers.control(step.camera_id):
            yield
            if not was_there:
                lock.unlink(missing_ok=True)

    def _put_back(self, backup: Backup, change: Kept) -> None:
        if change.is_rows:
            if self._mirror is None:
                raise RepairRefusedError("there is no database any more")
            self._mirror.put(backup.rows(change))
        elif self._is_cameras_file(change):
            with self._file.rewriting() as rewrite:
                if digest(Path(change.path)) not in (change.after, change.before):
                    backup.keep_present(change)
                rewrite(backup.content(change))
        else:
            backup.put_back(change)

    def _is_cameras_file(self, change: Kept) -> bool:
        return Path(change.path) == self._file.path

    def _name(self, change: Kept) -> str:
        path, root = Path(change.path), self._layout.root
        return str(path.relative_to(root) if path.is_relative_to(root) else path)
