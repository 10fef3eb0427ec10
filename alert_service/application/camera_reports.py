"""What the camera context says of cameras, as events for rules. Pure."""

from alert_service.evaluation.event import (
    CAMERA_STOPPED,
    CRASH_LOOP,
    SOURCE_FAILED,
    SOURCE_RECOVERED,
    WORKER_RESTARTED,
    Event,
)

# As long as an event's and a rule's may be.
_LONGEST_ID = 50
# By the state that a camera is in now; of others nothing is told.
_TYPES = {
    "SOURCE_FAILED": SOURCE_FAILED,
    "CRASH_LOOP": CRASH_LOOP,
    "RESTARTING": WORKER_RESTARTED,
    "STREAMING": SOURCE_RECOVERED,
    "STOPPED": CAMERA_STOPPED,
    "REMOVED": CAMERA_STOPPED,
}


def event_of(camera_id: str, state: str, change: str, now: float) -> Event | None:
    """Return the event for a state that was seen, None for one that no rule is about.

    change: names it among all of the camera's. The same may be seen again, as after a restart:
    it is then the same event. It is of the time at which it is seen, not at which it came about:
    what nobody could hear is still to be told.
    """
    if state not in _TYPES or len(camera_id) > _LONGEST_ID:
        return None
    return Event(change, camera_id, _TYPES[state], now)
