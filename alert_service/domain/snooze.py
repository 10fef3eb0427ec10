"""Rules that are silent until a time: who may be told of what, and when. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from alert_service.domain.errors import InvalidArgumentError
from alert_service.domain.raised import check_text

# What is silent for longer is better disabled: nobody remembers it.
MAX_SECONDS = 31 * 86_400.0
MAX_REASON = 1000
# As long as a rule's may be.
MAX_CAMERA_ID = 50


class Snooze(NamedTuple):
    """A rule that is silent for a camera, or for all where that is "".

    until: from then on it no longer is; at: when that was said. Unix seconds.
    """

    rule_id: int
    camera_id: str
    until: float
    by: str
    at: float
    reason: str


class Silence:
    """Which rules are silent, for which cameras, as long as nobody says otherwise."""

    def __init__(self, snoozes: Iterable[Snooze]) -> None:
        self._until = {(one.rule_id, one.camera_id): one.until for one in snoozes}

    def holds(self, rule_id: int, camera_id: str, at: float) -> bool:
        """Is the rule silent for the camera at a time?"""
        keys = ((rule_id, camera_id), (rule_id, ""))
        return any(at < self._until.get(key, at) for key in keys)


def check_camera(camera_id: str) -> None:
    """Accept the camera that a snooze is of, "" for all; raises InvalidArgumentError."""
    check_text("camera_id", camera_id, MAX_CAMERA_ID)


def snooze(
    rule_id: int, camera_id: str, until: float | None, by: str, reason: str, now: float
) -> Snooze:
    """Return a snooze that begins now; raises InvalidArgumentError."""
    check_camera(camera_id)
    check_text("reason", reason, MAX_REASON)
    check_text("snoozed_by", by)
    if not by.strip():
        raise InvalidArgumentError("snoozed_by is missing: say who wants it silent")
    # Written so that NaN is refused as well.
    if until is None or not now < until <= now + MAX_SECONDS:
        raise InvalidArgumentError("until must be a time to come, at most 31 days ahead")
    return Snooze(rule_id, camera_id, until, by, now, reason)
