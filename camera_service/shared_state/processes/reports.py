"""What workers say about their streams: one small file a worker, replaced once a second."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from camera_service.domain.results import WorkerReport

_FIELDS = {f.name: f.default for f in fields(WorkerReport) if f.name != "is_known"}
_STATES = ("starting", "streaming", "source_failed")
_TEXTS = ("cause", "message")
_TIMES = ("last_detection_time", "next_retry_at", "since")
# Unix time of the year 10000: milliseconds, which a detector may write, are beyond it.
_NO_DATE = 253_402_300_800


def read_report(path: Path, pid: int) -> WorkerReport | None:
    """Return the last report of the worker `pid`; None when it has not made one.

    A report that another process left behind, or that is no report, is none.
    """
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("pid") != pid or data.get("state") not in _STATES:
        return None
    return WorkerReport(**{name: _value(name, data.get(name)) for name in _FIELDS})


def _value(name: str, value: Any) -> Any:
    """Take a figure as reported, its default when it is of the wrong kind."""
    default = _FIELDS[name]
    if isinstance(default, str) or name in _TEXTS:
        return value if isinstance(value, str) else default
    limit = _NO_DATE if name in _TIMES else 2**53
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < limit:
        return default
    return int(value) if isinstance(default, int) else float(value)
