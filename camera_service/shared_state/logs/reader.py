"""The end of a log, read from its end, and the number of its lines."""

import os
import threading
from pathlib import Path
from typing import BinaryIO

from camera_service.shared_state.logs.counts import LogCount
from camera_service.shared_state.logs.lines import line_ends, split_lines
from camera_service.worker.log_files import open_log, open_older
from servicekit.steps import step

_CHUNK = 1 << 16
MAX_TEXT_BYTES = 8 << 20
_MAX_COUNTS = 10_000
# A log is renamed, or cut, once in minutes; so often while it is read, never.
_TRIES = 50


class LogReader:
    """Reads log tails and knows how many lines logs have. Thread-safe."""

    def __init__(self) -> None:
        self._counts: dict[Path, LogCount] = {}
        self._lock = threading.Lock()

    def tail(self, path: Path, lines: int) -> tuple[int, list[str]] | None:
        """Return (lines in the file, the last `lines` of the log); None when there is no log.

        The older generations are read on where the file has fewer. At most
        MAX_TEXT_BYTES are read for the lines, the newest first; bytes that are
        not UTF-8 are replaced.
        """
        with step("log read"):
            return self._tail(path, lines)

    def _tail(self, path: Path, lines: int) -> tuple[int, list[str]] | None:
        for _ in range(_TRIES):
            file = open_log(path)
            if file is None:
                continue  # there is none, or it was renamed and is not yet made anew
            with file:
                size = os.fstat(file.fileno()).st_size
                text = last_lines(file, size, lines, MAX_TEXT_BYTES)
                found = split_lines(text)[-lines:]
                if len(found) < lines and len(text) == size:
                    found = self._before(path, lines - len(found), size) + found
                    if not _is_still(path, file, size):
                        continue  # a part was read twice, or not at all
                return self.count(path).lines(file.fileno(), size), found
        found = self._before(path, lines, 0)
        return (0, found) if found else None

    def count(self, path: Path) -> LogCount:
        """Return the count of one log."""
        with self._lock:
            if len(self._counts) > _MAX_COUNTS:
                self._counts.clear()
            return self._counts.setdefault(path, LogCount(path))

    def _before(self, path: Path, lines: int, read: int) -> list[str]:
        """Return the last `lines` of the older generations; `read` bytes were read already."""
        found: list[str] = []
        for file in open_older(path):
            size = os.fstat(file.fileno()).st_size
            text = last_lines(file, size, lines - len(found), MAX_TEXT_BYTES - read)
            found = split_lines(text)[-(lines - len(found)) :] + found
            read += len(text)
            if len(found) == lines or len(text) < size:
                break
        return found


def last_lines(file: BinaryIO, end: int, lines: int, most: int) -> bytes:
    """Return the last `lines` lines, or some more, of the first `end` bytes of a file.

    Reads from the end, about `most` bytes; a line of which only a part was
    read is left out.
    """
    pieces: list[bytes] = []
    position, ends, size = end, 0, 0
    # One line end more than asked for: the last line may lack its own.
    while position > 0 and ends <= lines and size < most:
        step = min(_CHUNK, position)
        position -= step
        piece = os.pread(file.fileno(), step, position)
        if pieces and piece.endswith(b"\r") and pieces[-1].startswith(b"\n"):
            ends -= 1  # the two halves of one \r\n
        pieces.append(piece)
        ends += line_ends(piece)
        size += len(piece)
    text = b"".join(reversed(pieces))
    return text if position == 0 else text[_first_start(text) :]


def _first_start(text: bytes) -> int:
    """Return where the first whole line begins in a text that was cut somewhere."""
    found = [at for at in (text.find(b"\n"), text.find(b"\r")) if at >= 0]
    if not found:
        return len(text)
    at = min(found)
    return at + (2 if text[at : at + 2] == b"\r\n" else 1)


def _is_still(path: Path, file: BinaryIO, size: int) -> bool:
    """Is the log still this file, and no shorter?"""
    now = os.fstat(file.fileno())
    try:
        return path.stat().st_ino == now.st_ino and now.st_size >= size
    except OSError:
        return False
