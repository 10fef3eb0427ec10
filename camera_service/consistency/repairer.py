"""Explicit repair: what was found is planned, shown, kept and mended, one finding at a time."""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from camera_service.consistency.backups import Backup, Step, only_one
from camera_service.consistency.checker import Checker
from camera_service.consistency.remedies import Remedies
from camera_service.domain.errors import CameraError
from camera_service.domain.findings import Finding, Kind, Remedy
from camera_service.domain.repairs import Action, Asked, Outcome, Repair
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes.control import Control
from camera_service.shared_state.processes.workers import Workers
from servicekit.database.trouble import DatabaseTroubleError

log = logging.getLogger(__name__)

# A manifest is written at each; what is beyond is for the next repair.
MAX_AT_A_TIME = 500
_NO_LONGER = "it is no longer so"
_AT_WORK = "somebody starts or stops this camera now; repair again"


class Repairer:
    """Repairs one data directory. Thread-safe, and safe against repairs of other processes."""

    def __init__(
        self,
        layout: Layout,
        file: CamerasYaml,
        workers: Workers,
        checker: Checker,
        remedies: Remedies,
    ) -> None:
        self._layout = layout
        self._file = file
        self._workers = workers
        self._checker = checker
        self._remedies = remedies

    def repair(self, asked: Asked) -> Repair:
        """Plan the repairs and, unless it is a dry run, do them; one that fails stops no other.

        Raises what Checker.check does; RepairRefusedError while another repair
        is at work, StorageFailedError when no backup can be made.
        """
        found = [finding for finding in self._checker.check().findings if asked.means(finding)]
        by_hand = tuple(finding for finding in found if finding.remedy is None)
        planned = _in_order(found)
        if asked.dry_run or not planned:
            actions = [self._planned(finding) for finding in planned]
            return Repair(asked.dry_run, actions, by_hand=by_hand)
        with only_one(self._layout):
            backup = Backup.create(self._layout)
            actions = [self._do(finding, backup) for finding in planned[:MAX_AT_A_TIME]]
            actions += [self._later(finding) for finding in planned[MAX_AT_A_TIME:]]
            name = "" if backup.discard_if_empty() else backup.name
        return Repair(False, actions, name, by_hand)

    def _planned(self, finding: Finding) -> Action:
        return Action(
            finding.kind,
            "" if finding.remedy is Remedy.TAKE_IN else finding.camera_id,
            _text(finding),
            self._diff(finding),
            Outcome.PLANNED,
        )

    def _later(self, finding: Finding) -> Action:
        detail = f"at most {MAX_AT_A_TIME} at a time; repair again"
        return replace(self._planned(finding), outcome=Outcome.SKIPPED, detail=detail, diff="")

    def _do(self, finding: Finding, backup: Backup) -> Action:
        action = self._planned(finding)
        try:
            with backup.step(finding.kind, action.camera_id, action.text) as step:
                why_not = self._carry_out(finding, backup, step)
        except (CameraError, DatabaseTroubleError, OSError) as error:
            log.warning("%s of camera %r: %s", finding.kind, finding.camera_id, error)
            return replace(action, outcome=Outcome.FAILED, detail=str(error))
        if why_not:
            return replace(action, outcome=Outcome.SKIPPED, detail=why_not, diff="")
        log.info("repaired %s: %s", finding.kind, action.text)
        return replace(action, outcome=Outcome.DONE)

    def _carry_out(self, finding: Finding, backup: Backup, step: Step) -> str:
        """Do it under its locks if it is still so; return why not, if not."""
        if finding.remedy is Remedy.TAKE_IN:
            with self._file.edit() as draft:
                if not self._checker.differing_rows(draft.document):
                    return _NO_LONGER
                self._remedies.take_in(backup, step, draft.document)
            return ""
        if finding.remedy is Remedy.DROP_ENTRY:
            with self._file.edit() as draft:
                if not self._checker.is_still_so(finding, draft.document):
                    return _NO_LONGER
                self._remedies.drop_entry(backup, step, draft, finding.position)
            return ""
        with self._locked(finding) as (free, control):
            if not free:
                return _AT_WORK
            if not self._checker.is_still_so(finding):
                return _NO_LONGER
            self._remedies.carry_out(finding, control, backup, step)
        return ""

    @contextlib.contextmanager
    def _locked(self, finding: Finding) -> Iterator[tuple[bool, Control | None]]:
        """Give (is nobody else at work on it, control of its camera if it has one)."""
        if not finding.camera_id:
            # Those beside cameras.yaml are its writers'.
            with self._file.edit():
                yield True, None
            return
        lock = self._layout.control_lock(finding.camera_id)
        was_there = lock.exists()
        with self._workers.control_if_free(finding.camera_id) as control:
            try:
                yield control is not None, control
            finally:
                if control is not None and not was_there:
                    lock.unlink(missing_ok=True)

    def _diff(self, finding: Finding) -> str:
        try:
            return self._remedies.diff(finding)
        except (CameraError, DatabaseTroubleError, OSError):
            return ""  # gone meanwhile; doing it will tell


def _in_order(found: Sequence[Finding]) -> list[Finding]:
    """Return what can be repaired: rows once, entries from the last on, a camera's locks last."""
    planned = [finding for finding in found if finding.remedy is not None]
    rows = [finding for finding in planned if finding.remedy is Remedy.TAKE_IN]
    entries = [finding for finding in planned if finding.remedy is Remedy.DROP_ENTRY]
    others = [finding for finding in planned if finding not in rows and finding not in entries]
    return [
        *rows[:1],
        *sorted(entries, key=lambda finding: -finding.position),
        *sorted(others, key=_late),
    ]


def _late(finding: Finding) -> tuple[bool, bool]:
    return finding.kind is Kind.LOCK_LEFT, finding.path.endswith(".control")


def _text(finding: Finding) -> str:
    if finding.remedy is Remedy.TAKE_IN:
        return "take cameras.yaml into the database again, which mends all that differs there"
    subject = f"camera {finding.camera_id!r}" if finding.camera_id else finding.path
    where = f" ({', '.join(finding.files) or finding.path})" if finding.camera_id else ""
    return f"{subject}: {finding.repair}{where}"
