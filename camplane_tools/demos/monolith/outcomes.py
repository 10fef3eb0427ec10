"""What an answer says of a request: was it done, refused, or does nobody know? Pure."""

from enum import Enum
from typing import Any

from gateway.proxy.local_replies import BROKE_OFF

# Statuses of a refusal that says so. A 504 says that it began.
_FAULTS, _REFUSED, _LATE = 500, 503, 504


class Outcome(Enum):
    """ANSWERED: as asked, or the client's fault. REFUSED: it says that nothing was done.

    UNKNOWN: it says that it may have been done. FAILED: anything else.
    """

    ANSWERED = "answered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    FAILED = "failed"


def outcome(status: int, json: Any) -> Outcome:
    """Return what became of a write. status: 0 without an answer."""
    if 0 < status < _FAULTS:
        return Outcome.ANSWERED
    detail = _detail(json)
    if detail and (status == _LATE or detail == BROKE_OFF):
        return Outcome.UNKNOWN
    if detail and status == _REFUSED:
        return Outcome.REFUSED
    return Outcome.FAILED


def _detail(json: Any) -> str:
    return str(json.get("detail") or "") if isinstance(json, dict) else ""
