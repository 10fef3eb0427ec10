"""What the servicer asks of an implementation, and the facts the two speak in.

Both implementations, domain and legacy, provide CameraOperations. All methods
may block; the servicer calls them off the event loop, but for the few that say so.

Those that change something do so once, if the call has a key
(servicekit.idempotency): they raise AlreadyDoneError where they find that an
earlier one did. `once.Once`, which runs them, turns that into the first answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from camera_service.domain.entry import Entry
from camera_service.domain.findings import Consistency
from camera_service.domain.repairs import Asked, Repair, Undone


@dataclass(frozen=True)
class WorkerStatus:
    """A camera's worker process, as the kernel tells it; pid 0 when none lives."""

    running: bool
    pid: int
    log: str


@dataclass(frozen=True)
class Started:
    """A running worker; `command` is None when it ran already."""

    pid: int
    log: str
    command: Sequence[str] | None


@dataclass(frozen=True)
class LogTail:
    """The end of a log file; `total_lines` is None when there is no file yet."""

    log_file: str
    total_lines: int | None
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class WorkerReport:
    """What a worker last said about its stream; the zeros of one that never said anything.

    Times are Unix seconds; `avg_detection_time` is seconds a processed frame.
    failures: of the source, in a row. next_retry_at: None unless it waits to try again.
    is_known: False where a worker runs and nobody knows what it sees, so that zeros mean nothing.
    """

    state: str = "starting"
    cause: str | None = None
    failures: int = 0
    next_retry_at: float | None = None
    total_frames: int = 0
    processed_frames: int = 0
    detected_persons: int = 0
    detected_hairnets: int = 0
    detected_handwash: int = 0
    avg_fps: float = 0.0
    avg_detection_time: float = 0.0
    last_detection_time: float | None = None
    is_known: bool = True


@dataclass(frozen=True)
class Restarts:
    """The deaths in a row of one camera's workers, kept over restarts of the services.

    cause: of the last one, as the worker contract names causes of sources, or
    worker_exited, worker_killed, worker_hung, worker_not_started. detail: the
    same for a person. next_retry_at: Unix seconds. is_crash_loop: so many that
    somebody should look.
    """

    failures: int
    cause: str
    detail: str
    next_retry_at: float
    is_crash_loop: bool


@dataclass(frozen=True)
class CameraSnapshot:
    """One camera at one moment; `restarts` when its worker died and is wanted back."""

    camera_id: str
    entry: Entry
    status: WorkerStatus
    report: WorkerReport
    restarts: Restarts | None = None


class CameraOperations(Protocol):
    """Every operation of the context; the contract's RPCs say what each means and refuses."""

    def list_entries(self, active_only: bool) -> list[Entry]: ...
    def get_entry(self, camera_id: str) -> Entry: ...
    def create(self, entry: Entry) -> None: ...
    def update(self, camera_id: str, changes: Entry) -> None: ...
    def delete(self, camera_id: str) -> None: ...
    def start(self, camera_id: str) -> Started: ...
    def stop(self, camera_id: str) -> None: ...
    def restart(self, camera_id: str) -> Started: ...
    def status(self, camera_id: str) -> WorkerStatus: ...
    def batch_status(self, camera_ids: Sequence[str] | None) -> dict[str, WorkerStatus]: ...

    def is_activated(self, camera_id: str) -> bool:
        """Does the entry say `active: true` already? False also when files must be read to tell.

        Costs a `stat`: the one method beside `status` and `batch_status` (of
        named cameras) that the servicer calls on the event loop.
        """
        ...

    def activate(self, camera_id: str) -> None: ...
    def deactivate(self, camera_id: str) -> bool: ...
    def set_auto_start(self, camera_id: str, auto_start: bool) -> None: ...
    def logs(self, camera_id: str, lines: int) -> LogTail: ...
    def stats(self, camera_id: str) -> tuple[WorkerStatus, WorkerReport]: ...
    def refresh(self) -> None: ...
    def snapshot(self) -> list[CameraSnapshot]: ...
    def check_consistency(self) -> Consistency: ...
    def repair_consistency(self, asked: Asked) -> Repair: ...
    def undo_repair(self, backup: str, force: bool) -> Undone: ...
    def check(self) -> None: ...

    def start_automatic(self) -> list[str]:
        """Start every active camera with auto_start; return the ids that could not be."""
        ...
