"""Files that are replaced whole: a reader sees the old text or the new one, never a part."""

import os
import tempfile
from pathlib import Path


def replace(path: Path, data: bytes, durable: bool = False) -> os.stat_result:
    """Write `data` beside `path` and rename it into place, keeping the file's mode.

    Returns what `stat` says of the new file.

    `durable` also waits for the disk, so that a power loss cannot empty the
    file. Raises OSError with the old file untouched.
    """
    path = path.resolve()  # a link stays one, its target is replaced
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            try:
                previous = path.stat()
                os.fchmod(file.fileno(), previous.st_mode & 0o7777)
            except FileNotFoundError:
                previous = None
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if previous and beside.stat().st_mtime_ns <= previous.st_mtime_ns:
            # Readers tell versions apart by their time stamps, which are only
            # as fine as the kernel's tick: never let two versions share one.
            os.utime(beside, ns=(previous.st_mtime_ns + 1, previous.st_mtime_ns + 1))
        written = beside.stat()
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if durable:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return written
