"""Values of entries in words that give no secret away."""

from typing import Any

from camera_service.application.reading import checked_value
from camera_service.domain.entry import Entry

_LONGEST = 200


def said(path: tuple[str, ...], value: Any, entry: Entry) -> str:
    """Return what stands at `path` of `entry`, as JSON would, its secrets replaced by `***`."""
    text = repr(checked_value(path, value, entry))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
