"""How many lines a log has, without reading it all each time.

A count goes on from where it ended. It is kept in memory and, for large
logs, in a small file beside the log, `.detect_x.log.lines`, so that neither a
restart nor the other implementation begins anew. It is a cache: whoever finds
that it does not belong to the log counts from the start.
"""

import contextlib
import hashlib
import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from camera_service.shared_state.logs.lines import line_ends

# Counting one takes half a millisecond, with the interpreter held.
CHUNK = 1 << 20
# What is counted in a moment is not worth a file.
WORTH_KEEPING = 4 * CHUNK
# Enough to tell a log that was cut and has grown again: lines hold the time.
_MARK_BYTES = 4096


@dataclass(frozen=True)
class Count:
    """The lines of one file up to `position`; `mark` is a digest of the bytes before it."""

    inode: int
    position: int = 0
    ends: int = 0
    last: int = ord("\n")
    mark: str = ""

    @property
    def lines(self) -> int:
        """The last line may lack its end."""
        return self.ends + (self.last not in b"\r\n")

    def over(self, chunk: bytes, mark: str) -> "Count":
        """Return the count that includes `chunk`, the bytes at `position`."""
        ends = self.ends + line_ends(chunk)
        if self.position and self.last == ord("\r") and chunk[:1] == b"\n":
            ends -= 1  # the two halves of one \r\n
        return Count(self.inode, self.position + len(chunk), ends, chunk[-1], mark)


def mark_at(fd: int, position: int) -> str:
    """Return the digest of the bytes before `position`, to know the file again."""
    begin = max(position - _MARK_BYTES, 0)
    return hashlib.blake2b(os.pread(fd, position - begin, begin), digest_size=16).hexdigest()


class LogCount:
    """The count of one log. Thread-safe: who counts holds the lock for a chunk at a time."""

    def __init__(self, path: Path) -> None:
        self._index = path.with_name(f".{path.name}.lines")
        self._lock = threading.Lock()
        self._count: Count | None = None
        self._kept_at = 0

    def lines(self, fd: int, size: int) -> int:
        """Return the number of lines in the open file, `size` bytes long or by now longer."""
        while (count := self.step(fd, size)).position < size:
            pass
        return count.lines

    def step(self, fd: int, size: int) -> Count:
        """Count a chunk more, up to `size`; return the count, whose position says how far it is."""
        with self._lock:
            count = self._count
            if count is None or not _belongs(count, fd):
                count = self._kept(fd) or Count(os.fstat(fd).st_ino)
            elif size - count.position > WORTH_KEEPING:
                # The other implementation may have counted on meanwhile.
                kept = self._kept(fd)
                count = kept if kept and kept.position > count.position else count
            if count.position < size:
                chunk = os.pread(fd, min(CHUNK, size - count.position), count.position)
                position = count.position + len(chunk)
                # Nothing to read: it was cut this very moment.
                count = count.over(chunk, mark_at(fd, position)) if chunk else Count(0, size)
            self._count = count
            return count

    def keep(self) -> None:
        """Write the count beside the log, where that saves work; a disk that refuses is no harm."""
        with self._lock:
            count = self._count
            if count is None or abs(count.position - self._kept_at) < WORTH_KEEPING:
                return
            self._kept_at = count.position
        with contextlib.suppress(OSError):
            # A name of its own: two processes may do this at a time.
            beside = self._index.with_name(f"{self._index.name}-{os.getpid()}")
            try:
                beside.write_text(json.dumps(asdict(count)))
                beside.replace(self._index)
            finally:
                beside.unlink(missing_ok=True)

    def _kept(self, fd: int) -> Count | None:
        try:
            count = Count(**json.loads(self._index.read_bytes()))
            return count if _belongs(count, fd) else None
        except (OSError, ValueError, TypeError, RecursionError):
            return None


def _belongs(count: Count, fd: int) -> bool:
    """Is `count` one of the file as it is now?"""
    now = os.fstat(fd)
    if count.inode != now.st_ino or not 0 <= count.position <= now.st_size:
        return False
    return count.position == 0 or count.mark == mark_at(fd, count.position)
