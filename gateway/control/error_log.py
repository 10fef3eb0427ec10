"""The log of failed requests, written by Envoy: its end, and its size."""

import json
import os
from collections import deque
from pathlib import Path
from typing import Any

TAIL_BYTES = 64 << 10
KEEP_BYTES = 8 << 20


def recent(path: Path, count: int = 10) -> list[dict[str, Any]]:
    """Return the last entries, oldest first; none when there is no log yet. Blocks."""
    try:
        with path.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - TAIL_BYTES))
            lines = log.read().splitlines()
    except OSError:
        return []
    found: deque[dict[str, Any]] = deque(maxlen=count)
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:  # the first line of the tail, or one being written
            continue
        found.append(entry)
    return list(found)


def put_aside_when_large(path: Path) -> bool:
    """Rename a log that has grown large; True when Envoy must open a new one. Blocks."""
    try:
        if not path.is_file() or path.stat().st_size < KEEP_BYTES:
            return False
        path.replace(path.with_name(f"{path.name}.1"))
    except OSError:
        return False
    return True
