"""What operations answer with: facts about cameras and their workers."""

from collections.abc import Sequence
from dataclasses import dataclass

from camera_service.domain.entry import Entry


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
    message: the cause for a person. since: when the state began; None of who does not say.
    failures: of the source, in a row. next_retry_at: None unless it waits to try again.
    is_known: False where a worker runs and nobody knows what it sees, so that zeros mean nothing.
    """

    state: str = "starting"
    cause: str | None = None
    message: str | None = None
    since: float | None = None
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
