"""What the servicers ask of an implementation, and what the domain one needs from outside.

Both implementations, domain and legacy, offer the first four. All methods may block; the
servicers call them off the event loop, but for the few that say so. The contract's RPCs say
what each means and refuses.

Those that change something do so once, if the call has a key
(servicekit.idempotency): they raise AlreadyDoneError where they find that an
earlier one did. `idempotency.IdempotentExecutor`, which runs them, turns that into the
first answer.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from camera_service.domain.entry import Entry
from camera_service.domain.findings import Consistency
from camera_service.domain.model import Camera
from camera_service.domain.repairs import Asked, Repair, Undone
from camera_service.domain.results import (
    CameraSnapshot,
    LogTail,
    Restarts,
    Started,
    WorkerReport,
    WorkerStatus,
)


class CameraConfiguration(Protocol):
    """Which cameras there are, and what is configured of each."""

    def list_entries(self, active_only: bool) -> list[Entry]: ...
    def get_entry(self, camera_id: str) -> Entry: ...
    def create(self, entry: Entry) -> None: ...
    def update(self, camera_id: str, changes: Entry) -> None: ...
    def delete(self, camera_id: str) -> None: ...

    def is_activated(self, camera_id: str) -> bool:
        """Does the entry say `active: true` already? False also when files must be read to tell.

        Costs a `stat`: the one method beside `status` and `batch_status` (of
        named cameras) that the servicer calls on the event loop.
        """
        ...

    def activate(self, camera_id: str) -> None: ...
    def deactivate(self, camera_id: str) -> bool: ...
    def set_auto_start(self, camera_id: str, auto_start: bool) -> None: ...
    def refresh(self) -> None: ...


class CameraControl(Protocol):
    """Starts and stops workers."""

    def start(self, camera_id: str) -> Started: ...
    def stop(self, camera_id: str) -> None: ...
    def restart(self, camera_id: str) -> Started: ...

    def start_automatic(self) -> list[str]:
        """Start every active camera with auto_start; return the ids that could not be."""
        ...


class CameraObservation(Protocol):
    """What is seen of cameras and of their workers."""

    def status(self, camera_id: str) -> WorkerStatus: ...
    def batch_status(self, camera_ids: Sequence[str] | None) -> dict[str, WorkerStatus]: ...
    def stats(self, camera_id: str) -> tuple[WorkerStatus, WorkerReport]: ...

    def restarts(self, camera_id: str, status: WorkerStatus) -> Restarts | None: ...
    def logs(self, camera_id: str, lines: int) -> LogTail: ...
    def snapshot(self) -> list[CameraSnapshot]: ...

    def check(self) -> None:
        """Raise when the implementation cannot answer."""
        ...


class CameraConsistency(Protocol):
    """Database, file and processes, held against each other."""

    def check(self) -> Consistency: ...
    def repair(self, asked: Asked) -> Repair: ...
    def undo(self, backup: str, force: bool) -> Undone: ...


@dataclass(frozen=True)
class Operations:
    """Every operation of the context, as one implementation offers them."""

    configuration: CameraConfiguration
    control: CameraControl
    observation: CameraObservation
    consistency: CameraConsistency


class CompletedWrites(Protocol):
    """The keyed writes that were carried out."""

    def require_new(self) -> None:
        """Raise AlreadyDoneError if the call that runs was carried out, by whomever.

        Raises KeyReusedError when its key is another call's.
        """
        ...


# What the domain implementation needs.


class CameraChanges(Protocol):
    """The cameras within one change: nobody else changes them meanwhile."""

    def find(self, camera_id: str) -> Camera | None: ...
    def add(self, camera: Camera) -> None: ...
    def save(self, camera: Camera) -> None: ...
    def remove(self, camera_id: str) -> None: ...


class Cameras(Protocol):
    """Where cameras are kept: the database, mirrored in cameras.yaml."""

    def entries(self) -> list[Entry]: ...
    def ids(self) -> list[str]: ...
    def find(self, camera_id: str) -> Camera | None: ...
    def at_hand(self, camera_id: str) -> Camera | None: ...

    def change(self, apply: Callable[[CameraChanges], None]) -> None:
        """Save what `apply` changes, as the last thing that a call does.

        It is applied anew when somebody wrote meanwhile who could not be kept out.
        """
        ...

    def refresh(self) -> None: ...
    def check(self) -> None: ...


class WorkerControl(Protocol):
    """The right to start and stop one camera's worker."""

    def start(self, entry: Entry) -> Started: ...
    def stop(self) -> bool: ...
    def stop_at_last(self) -> None: ...


class WorkerProcesses(Protocol):
    """The workers, whoever started them."""

    def status(self, camera_id: str) -> WorkerStatus: ...
    def report(self, camera_id: str, status: WorkerStatus) -> WorkerReport: ...
    def restarts(self, camera_id: str, status: WorkerStatus) -> Restarts | None: ...
    def is_known(self, camera_id: str) -> bool: ...
    def control(self, camera_id: str) -> AbstractContextManager[WorkerControl]: ...
    def adopt_all(self) -> None: ...
    def wait_for_turn(self) -> None: ...
