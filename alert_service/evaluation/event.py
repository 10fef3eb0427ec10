"""What cameras, detectors and camplane itself report. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

# What camplane itself says of a camera, by the camera context's events.
SOURCE_FAILED = "source_failed"
SOURCE_RECOVERED = "source_recovered"
CRASH_LOOP = "crash_loop"
WORKER_RESTARTED = "worker_restarted"
CAMERA_STOPPED = "camera_stopped"
MOTION = "motion"
FPS = "fps"
# What detectors say of what they see, violation or not.
DETECTION = "detection"

# What is none of these is a violation, of whatever name.
_NO_VIOLATIONS = frozenset(
    {
        *(SOURCE_FAILED, SOURCE_RECOVERED, CRASH_LOOP, WORKER_RESTARTED, CAMERA_STOPPED),
        *(MOTION, FPS, DETECTION),
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """One report.

    event_id: unique for its camera, by which a repeat is known; type: such as
    "no_hairnet", DETECTION or MOTION; time: when it happened, Unix seconds; value: a number
    that belongs to it, such as how many persons or frames a second; confidence: 0 to 1,
    as the detector has it; labels: anything else; snapshot: where its picture is.
    """

    event_id: str
    camera_id: str
    type: str
    time: float
    value: float | None = None
    confidence: float | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    snapshot: str | None = None

    @property
    def is_violation(self) -> bool:
        """Does it report that somebody breaks a rule of the plant's?"""
        return self.type not in _NO_VIOLATIONS


class Numbered(NamedTuple):
    """An event that is stored, and its number: what is stored later has a higher one."""

    number: int
    event: Event
