"""What each remedy changes, shown beforehand; and the doing of it, under the locks of any writer.

The caller of `carry_out` has looked, under these locks, that the finding still holds.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from camera_service.consistency import diffs
from camera_service.consistency.backups import Backup, Step, rows_digest
from camera_service.consistency.diffs import Change
from camera_service.consistency.rows import Mirror, rows_of
from camera_service.domain.errors import RepairRefusedError
from camera_service.domain.findings import Finding, Kind, Remedy
from camera_service.shared_state.files.cameras_yaml import CamerasYaml, Document, Draft
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.control import Control
from camera_service.shared_state.processes.workers import Workers
from servicekit import atomic_file, process
from servicekit.process import Identity


class Remedies:
    """The remedies on one data directory."""

    def __init__(
        self, layout: Layout, file: CamerasYaml, workers: Workers, mirror: Mirror | None
    ) -> None:
        self._layout = layout
        self._file = file
        self._workers = workers
        self._mirror = mirror

    def diff(self, finding: Finding) -> str:
        """Return what carrying it out would change, as a unified diff without secrets."""
        if finding.remedy is Remedy.TAKE_IN:
            assert self._mirror is not None
            rows = self._mirror.stored(), rows_of(self._file.read())
            return diffs.unified([diffs.change_of_rows(*rows)])
        if finding.remedy is Remedy.DROP_ENTRY:
            items = self._file.read().items
            rest = [item for at, item in enumerate(items) if at != finding.position]
            return diffs.unified([diffs.change_of_items(finding.path, items, rest)])
        return diffs.unified(list(self._file_changes(finding)))

    def carry_out(
        self, finding: Finding, control: Control | None, backup: Backup, step: Step
    ) -> None:
        """Do a remedy of processes or files; raises CameraError or OSError when it fails.

        control: of the finding's camera, where it has one.
        """
        camera_id = finding.camera_id
        if finding.remedy is Remedy.REMOVE:
            for path in self._paths(finding):
                self._require_unused(finding, path)
                backup.move(step, path)
            return
        assert control is not None
        for path in self._control_files(finding):
            backup.keep(step, path)
        if finding.remedy is Remedy.ADOPT:
            control.record_holder()
        elif finding.remedy is Remedy.WRITE_PID:
            worker = self._workers.liveness.find(camera_id)
            assert worker is not None
            atomic_file.replace(self._layout.pid_file(camera_id), str(worker.pid).encode())
        elif finding.remedy is Remedy.FORGET:
            control.forget()
        elif finding.remedy is Remedy.STOP:
            status = self._workers.status(camera_id)
            if control.stop():
                step.ended_pid = status.pid

    def take_in(self, backup: Backup, step: Step, document: Document) -> None:
        """Make the database hold this version of the file; the caller holds the file's lock."""
        assert self._mirror is not None
        change = backup.keep_rows(step, self._mirror.stored())
        self._mirror.put(rows_of(document))
        change.after = rows_digest(self._mirror.stored())

    def drop_entry(self, backup: Backup, step: Step, draft: Draft, position: int) -> None:
        """Take an item out of cameras.yaml, and out of the database with it."""
        backup.keep(step, self._file.path)
        draft.items[position] = None
        draft.save(before_replace=self._mirror_it)

    def _mirror_it(self, document: Document) -> None:
        if self._mirror is not None:
            self._mirror.put(rows_of(document))

    def _file_changes(self, finding: Finding) -> Iterator[Change]:
        if finding.remedy is Remedy.REMOVE:
            for path in self._paths(finding):
                if finding.kind is Kind.WRITER_LEFT or not path.stat().st_size:
                    yield Change(self._name(path), f"{path.stat().st_size} bytes\n", None)
                elif finding.kind is Kind.LOG_LEFT:
                    yield Change(self._name(path), f"… {path.stat().st_size} bytes\n", None)
                else:
                    yield diffs.change(self._name(path), _content(path), None)
            return
        after = self._written(finding)
        for path in self._control_files(finding):
            before = _content(path)
            if path in after:
                yield diffs.change(self._name(path), before, after[path])
            elif finding.remedy in (Remedy.STOP, Remedy.FORGET) and before is not None:
                yield diffs.change(self._name(path), before, None)

    def _written(self, finding: Finding) -> dict[Path, bytes]:
        camera_id = finding.camera_id
        worker: Identity | None = None
        if finding.remedy is Remedy.ADOPT:
            worker = self._workers.unrecorded(camera_id)
        elif finding.remedy is Remedy.WRITE_PID:
            worker = self._workers.liveness.find(camera_id)
        if worker is None:
            return {}
        written = {self._layout.pid_file(camera_id): str(worker.pid).encode()}
        if finding.remedy is Remedy.ADOPT:
            written[self._layout.record(camera_id)] = json.dumps(vars(worker)).encode()
        return written

    def _control_files(self, finding: Finding) -> list[Path]:
        """Return the files of the camera that the remedy writes or removes."""
        layout = self._layout
        files = [layout.pid_file]
        if finding.remedy in (Remedy.STOP, Remedy.FORGET):
            files += [layout.report, layout.restarts]
        if finding.remedy is not Remedy.WRITE_PID:
            files.append(layout.record)
        return [path(finding.camera_id) for path in files]

    def _paths(self, finding: Finding) -> list[Path]:
        # An absolute one stays as it is.
        paths = (self._layout.root / name for name in finding.files)
        return [path for path in paths if path.exists()]

    def _require_unused(self, finding: Finding, path: Path) -> None:
        if finding.kind not in (Kind.LOG_LEFT, Kind.LOCK_LEFT):
            return
        if holder := next(process.holders(path), None):
            raise RepairRefusedError(
                f"process {holder.pid} has {self._name(path)} open; it was left as it is"
            )

    def _name(self, path: Path) -> str:
        root = self._layout.root
        return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
