"""A camera: what is configured, what is desired of it, and what is observed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from camera_service.domain.entry import is_active, is_auto_start, merged
from camera_service.domain.entry_size import EntrySize
from camera_service.domain.errors import CameraInactiveError
from camera_service.domain.results import Restarts


class Desired(Enum):
    """What its operator last asked of a camera."""

    STOPPED = "stopped"
    RUNNING = "running"


class State(Enum):
    """Where a camera's life stands."""

    STOPPED = "stopped"
    STARTING = "starting"
    STREAMING = "streaming"
    SOURCE_FAILED = "source_failed"
    REMOVED = "removed"
    RESTARTING = "restarting"
    CRASH_LOOP = "crash_loop"


@dataclass(frozen=True)
class Observed:
    """What is seen of a camera's worker: does it live, and what does it say of its stream?

    restarts: when a worker that died is started again; None when none is wanted.
    """

    running: bool = False
    reported: str = "starting"
    restarts: Restarts | None = None

    def state(self) -> State:
        """Return the state this makes. A dead worker's last words do not count."""
        if not self.running and self.restarts is not None:
            return State.CRASH_LOOP if self.restarts.is_crash_loop else State.RESTARTING
        if not self.running:
            return State.STOPPED
        return {"streaming": State.STREAMING, "source_failed": State.SOURCE_FAILED}.get(
            self.reported, State.STARTING
        )


@dataclass(frozen=True)
class Camera:
    """One configured camera. Immutable: what changes it returns the changed camera."""

    camera_id: str
    entry: Mapping[str, Any]

    @property
    def active(self) -> bool:
        return is_active(self.entry)

    @property
    def auto_start(self) -> bool:
        return is_auto_start(self.entry)

    def desired_at_start(self) -> Desired:
        """Return what is desired when the service starts."""
        return Desired.RUNNING if self.active and self.auto_start else Desired.STOPPED

    def require_startable(self) -> None:
        """Raise CameraInactiveError when the camera must not be started."""
        if not self.active:
            raise CameraInactiveError.for_start()

    @property
    def is_activated(self) -> bool:
        """Does the entry say so itself? Absent keys mean active, too."""
        return self.entry.get("active") is True

    def activated(self) -> "Camera":
        return self.with_keys({"active": True})

    def deactivated(self) -> "Camera":
        """An inactive camera cannot be started, so it does not start by itself either."""
        return self.with_keys({"active": False, "auto_start": False})

    def with_auto_start(self, auto_start: bool) -> "Camera":
        """Raise CameraInactiveError for an inactive camera, whatever is wished."""
        if not self.active:
            raise CameraInactiveError.for_auto_start()
        return self.with_keys({"auto_start": auto_start})

    def with_keys(self, changes: Mapping[str, Any]) -> "Camera":
        """Set some keys of the entry; the others stay, also those nobody knows."""
        return replace(self, entry={**self.entry, **changes})

    def updated(self, changes: Mapping[str, Any], size: EntrySize) -> "Camera":
        """Set what a client wants set; InvalidArgumentError when the entry grows too large."""
        return replace(self, entry=merged(self.entry, changes, size))
