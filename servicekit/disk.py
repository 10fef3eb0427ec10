"""Is there room where state is written?"""

import os
from collections.abc import Sequence
from pathlib import Path

# Below this the next burst of logs, or of spans, finds no room.
MIN_FREE_MIB = 16


def shortage(folders: Sequence[Path], least_mib: int = MIN_FREE_MIB) -> str:
    """Return which folder's disk is (nearly) full, in words; "" when none is. Blocks."""
    for folder in folders:
        try:
            disk = os.statvfs(folder)
        except OSError as error:
            return f"{folder} cannot be looked at: {error.strerror}"
        free = disk.f_bavail * disk.f_frsize >> 20
        if free < least_mib:
            return f"the disk of {folder} has {free} MiB free: make room, or writes are refused"
        if disk.f_files and not disk.f_favail:
            return f"the disk of {folder} can hold no more files: remove some, or writes fail"
    return ""
