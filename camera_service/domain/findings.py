"""What a check finds: which sides differ, where, why, and what would mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of findings; docs/operations.md says what to do about each."""

    # Database against cameras.yaml.
    MIRROR_STALE = "MIRROR_STALE"
    ROW_MISSING = "ROW_MISSING"
    ROW_EXTRA = "ROW_EXTRA"
    FIELD_DIFFERS = "FIELD_DIFFERS"
    ORDER_DIFFERS = "ORDER_DIFFERS"
    # Processes against records, locks, pid files and reports.
    RECORD_UNREADABLE = "RECORD_UNREADABLE"
    RECORD_OF_ANOTHER_BOOT = "RECORD_OF_ANOTHER_BOOT"
    WORKER_DEAD = "WORKER_DEAD"
    WORKER_UNRECORDED = "WORKER_UNRECORDED"
    WORKER_UNCONFIGURED = "WORKER_UNCONFIGURED"
    WORKER_DOUBLE = "WORKER_DOUBLE"
    LOCK_FOREIGN = "LOCK_FOREIGN"
    LOCK_NOT_HELD = "LOCK_NOT_HELD"
    PID_FILE_DIFFERS = "PID_FILE_DIFFERS"
    PID_FILE_MISSING = "PID_FILE_MISSING"
    PID_FILE_UNRELATED = "PID_FILE_UNRELATED"
    REPORT_DIFFERS = "REPORT_DIFFERS"
    # Nothing contradicts: notes.
    ENTRY_UNUSABLE = "ENTRY_UNUSABLE"
    ENTRY_REFUSED = "ENTRY_REFUSED"
    ID_DUPLICATE = "ID_DUPLICATE"
    ID_NOT_TEXT = "ID_NOT_TEXT"
    FLAGS_DIFFER = "FLAGS_DIFFER"
    AUTO_START_INACTIVE = "AUTO_START_INACTIVE"
    WORKER_INACTIVE = "WORKER_INACTIVE"
    PID_FILE_STALE = "PID_FILE_STALE"
    REPORT_LEFT = "REPORT_LEFT"
    LOCK_LEFT = "LOCK_LEFT"
    LOG_LEFT = "LOG_LEFT"
    LOG_INDEX_LEFT = "LOG_INDEX_LEFT"
    WRITER_LEFT = "WRITER_LEFT"


NOTES = frozenset(
    {
        Kind.ENTRY_UNUSABLE,
        Kind.ENTRY_REFUSED,
        Kind.ID_DUPLICATE,
        Kind.ID_NOT_TEXT,
        Kind.FLAGS_DIFFER,
        Kind.AUTO_START_INACTIVE,
        Kind.WORKER_INACTIVE,
        Kind.PID_FILE_STALE,
        Kind.REPORT_LEFT,
        Kind.LOCK_LEFT,
        Kind.LOG_LEFT,
        Kind.LOG_INDEX_LEFT,
        Kind.WRITER_LEFT,
    }
)


class Remedy(StrEnum):
    """What a repair does."""

    TAKE_IN = "take cameras.yaml into the database again"
    DROP_ENTRY = "take the repetition out of cameras.yaml"
    ADOPT = "record the worker"
    FORGET = "remove the record and what belongs to it"
    STOP = "stop the worker"
    WRITE_PID = "write the worker's pid into the pid file"
    REMOVE = "move it into the backup"


@dataclass(frozen=True)
class Side:
    """What one of the sides says, its secrets masked."""

    where: str
    says: str


@dataclass(frozen=True)
class Finding:
    """One difference. Two looks found the same when their findings are equal.

    field: the key that differs, with dots into what is nested; empty for whole
    entries and files. path: the file, relative to the data directory; empty for
    the database. remedy: None when a person must do it; `repair` says what.
    files: what REMOVE removes, relative too. position: of DROP_ENTRY's item.
    """

    kind: Kind
    camera_id: str = ""
    field: str = ""
    path: str = ""
    sides: Sequence[Side] = ()
    cause: str = ""
    repair: str = ""
    remedy: Remedy | None = None
    files: Sequence[str] = ()
    position: int = -1

    @property
    def is_note(self) -> bool:
        return self.kind in NOTES

    @property
    def description(self) -> str:
        """Say what stands where in one sentence."""
        subject = f"camera {self.camera_id!r}" if self.camera_id else self.path
        if self.field:
            subject = f"{subject}, {self.field}" if subject else self.field
        said = ", ".join(f"{side.where} has {side.says}" for side in self.sides)
        return f"{subject}: {said}" if subject else said


@dataclass(frozen=True)
class Consistency:
    """A whole check: counts of cameras, what contradicts, and what is only worth a look."""

    db_count: int
    yaml_count: int
    findings: Sequence[Finding] = ()

    @property
    def issues(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_note]

    @property
    def notes(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_note]
