"""The end of a log file, read from its end, and the count of its lines, kept between calls."""

import os
import threading
from pathlib import Path

_CHUNK = 1 << 16
MAX_TEXT_BYTES = 8 << 20


class LogReader:
    """Reads log tails. Lines end at \\n, \\r\\n or \\r, as the monolith read them."""

    def __init__(self) -> None:
        self._counts: dict[Path, _Count] = {}
        self._counting = threading.Lock()

    def tail(self, path: Path, lines: int) -> tuple[int, list[str]] | None:
        """Return (lines in the file, the last `lines` of them); None when there is no file.

        At most MAX_TEXT_BYTES are read for the lines, the newest first; bytes
        that are not UTF-8 are replaced.
        """
        try:
            file = path.open("rb")
        except (FileNotFoundError, NotADirectoryError):
            return None
        with file:
            size = file.seek(0, 2)
            text = b""
            position = size
            # One line end more than asked for: the last line may lack its own.
            while position > 0 and _line_ends(text) <= lines and len(text) < MAX_TEXT_BYTES:
                step = min(_CHUNK, position)
                position -= step
                file.seek(position)
                text = file.read(step) + text
            found = text.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
            kept = found.split("\n")
            if kept[-1] == "":
                kept.pop()
            if position > 0:
                kept = kept[1:]  # the first is a part of a line
            with self._counting:
                total = self._count(path, file.fileno(), size)
        return total, kept[-lines:]

    def _count(self, path: Path, fd: int, size: int) -> int:
        inode = os.fstat(fd).st_ino
        count = self._counts.get(path)
        if count is None or count.inode != inode or count.position > size:
            if len(self._counts) > 10_000:
                self._counts.clear()
            count = self._counts[path] = _Count(inode)
        while count.position < size:
            chunk = os.pread(fd, min(_CHUNK, size - count.position), count.position)
            if not chunk:
                break
            count.add(chunk)
        return count.ends + (0 if count.at_line_end else 1)


class _Count:
    """How many lines a file had when we last looked, and up to where."""

    def __init__(self, inode: int) -> None:
        self.inode = inode
        self.position = 0
        self.ends = 0
        self.last = b"\n"

    @property
    def at_line_end(self) -> bool:
        return self.last in (b"\n", b"\r")

    def add(self, chunk: bytes) -> None:
        self.ends += _line_ends(chunk)
        if self.position and self.last == b"\r" and chunk[:1] == b"\n":
            self.ends -= 1  # the two halves of one \r\n
        self.last = chunk[-1:]
        self.position += len(chunk)


def _line_ends(text: bytes) -> int:
    if b"\r" not in text:
        return text.count(b"\n")
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
