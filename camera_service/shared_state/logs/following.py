"""Reads a log onward, line by line, through its rotations.

A reader keeps only its place in the file, so a client that is slow costs no
memory: the log itself is the queue.
"""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self, TypeVar

from camera_service.shared_state.logs.lines import after_last_end
from camera_service.shared_state.logs.reader import MAX_TEXT_BYTES, last_lines
from camera_service.worker.log_files import MAX_KEPT, older, open_log

MAX_BATCH_BYTES = 1 << 18
LONGEST_LINE = 1 << 20
TOO_LONG = f"(a line of more than {LONGEST_LINE >> 20} MiB is left out)"
# A writer that rotates may still write a line to the old file once the new one is there.
LEAVING_SECONDS = 0.25
_MARK_BYTES = 64
_LINE_END = re.compile(rb"\r\n|\n|\r")
_RENAMED_MEANWHILE = 5
T = TypeVar("T")


@dataclass(frozen=True)
class Lines:
    """Lines that follow each other in one file, each with the place behind it.

    rotated: they are the first of a new file. gap: lines before them may be missing.
    """

    lines: tuple[tuple[str, str], ...] = ()
    rotated: bool = False
    gap: bool = False


class LogFollower:
    """One reader of one log. All methods block for a moment.

    A place is text, `<inode>-<offset>`, that any process can go on from.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()  # a read may still run when its client has left
        self._closed = False
        self._file: BinaryIO | None = None
        self._inode = 0
        self._position = 0
        self._mark = b""
        self._in_long_line = False
        self._leave_at: float | None = None
        self._rotated = False
        self._gap = False

    @classmethod
    def at_last(cls, path: Path, lines: int) -> Self:
        """Return a reader that begins with the last `lines` complete lines of a log."""
        follower = cls(path)
        missing, budget = lines, MAX_TEXT_BYTES
        for generation in range(MAX_KEPT + 1):
            file = open_log(_generation(path, generation))
            if file is None:
                break
            size = os.fstat(file.fileno()).st_size
            text = last_lines(file, size, missing, budget)
            ends = [found.end() for found in _LINE_END.finditer(text)]
            start = ends[-missing - 1] if len(ends) > missing else 0
            follower._open(file, size - len(text) + start)
            missing -= min(len(ends), missing)
            budget -= len(text)
            if not missing or len(text) < size or budget <= 0:
                break
        return follower

    @classmethod
    def after(cls, path: Path, place: str, lines: int) -> Self:
        """Return a reader that goes on behind a place; at the last `lines` when it is gone."""
        found = re.fullmatch(r"([0-9]{1,20})-([0-9]{1,20})", place, re.ASCII)
        if found:
            inode, position = int(found[1]), int(found[2])
            for _, file in _there(path, open_log):
                if os.fstat(file.fileno()).st_ino == inode and _is_line_start(file, position):
                    follower = cls(path)
                    follower._open(file, position)
                    return follower
                file.close()
        follower = cls.at_last(path, lines)
        follower._gap = True
        return follower

    def read(self) -> Lines:
        """Return the lines that are there and were not yet read: some of them, none at the end."""
        with self._lock:
            return Lines() if self._closed else self._next()

    def _next(self) -> Lines:
        if self._file is None:
            file = open_log(self._path)
            if file is None:
                return Lines()
            self._open(file, 0)
        lines = self._read()
        while not lines and (successor := self._successor()):
            lines = self._read(final=True)
            found = self._flagged(lines)
            self._gap = self._gap or self._number() is None
            self._rotated = True
            self._open(successor, 0)
            if lines:
                return found
            lines = self._read()
        return self._flagged(lines)

    @property
    def is_leaving(self) -> bool:
        """Has a new file taken the place of the one being read? Then read again in a moment."""
        return self._leave_at is not None

    def close(self) -> None:
        """Close the file; nothing can be read any more."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                self._file.close()

    def _open(self, file: BinaryIO, position: int) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._position = file, position
        self._inode = os.fstat(file.fileno()).st_ino
        self._leave_at, self._in_long_line = None, False
        self._keep_mark()

    def _keep_mark(self) -> None:
        assert self._file is not None
        begin = max(self._position - _MARK_BYTES, 0)
        self._mark = os.pread(self._file.fileno(), self._position - begin, begin)

    def _flagged(self, lines: list[tuple[str, str]]) -> Lines:
        if not lines:
            return Lines()
        found = Lines(tuple(lines), self._rotated, self._gap)
        self._rotated = self._gap = False
        return found

    def _read(self, final: bool = False) -> list[tuple[str, str]]:
        """Return lines from the open file; `final`: its last one may lack an end."""
        assert self._file is not None
        fd = self._file.fileno()
        if os.pread(fd, len(self._mark), self._position - len(self._mark)) != self._mark:
            self._position, self._in_long_line = 0, False  # it was cut
            self._rotated = self._gap = True
        for most in (MAX_BATCH_BYTES, LONGEST_LINE):
            text = os.pread(fd, most, self._position)
            end = after_last_end(text)
            if end or len(text) < most:
                break
        else:
            self._in_long_line = True
            self._position += len(text)
            self._keep_mark()
            return self._read(final)
        end = end or (len(text) if final else 0)
        lines = self._numbered(text[:end])
        self._position += end
        self._keep_mark()
        return lines

    def _numbered(self, text: bytes) -> list[tuple[str, str]]:
        """Return whole lines, each with the place behind it."""
        found, start = [], 0
        for end in _LINE_END.finditer(text):
            found.append((text[start : end.start()], end.end()))
            start = end.end()
        if start < len(text):
            found.append((text[start:], len(text)))
        lines = [
            (line.decode(errors="replace"), f"{self._inode}-{self._position + end}")
            for line, end in found
        ]
        if self._in_long_line and lines:
            lines[0] = (TOO_LONG, lines[0][1])
            self._in_long_line = False
        return lines

    def _successor(self) -> BinaryIO | None:
        """Open the file that comes after the one that is open; None when this is the last."""
        for _ in range(_RENAMED_MEANWHILE):
            number = self._number()
            if number == 0:
                return None
            following = _generation(self._path, number - 1 if number else 0)
            file = open_log(following)
            if file is None:
                return None  # it is being made
            if following == self._path and not self._may_leave():
                file.close()
                return None
            if self._number() == number:
                return file
            file.close()
        return None

    def _may_leave(self) -> bool:
        now = time.monotonic()
        if self._leave_at is None:
            self._leave_at = now + LEAVING_SECONDS
        return now >= self._leave_at

    def _number(self) -> int | None:
        """Return which generation the open file is now, 0 for the log; None: none any more."""
        for generation, inode in _there(self._path, _inode_of):
            if inode == self._inode:
                return generation
        return None


def _inode_of(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _there(path: Path, look: Callable[[Path], T | None]) -> Iterator[tuple[int, T]]:
    """Yield each generation that there is, the log being 0, and what `look` finds of it.

    One by itself may be missing: its file is being renamed (log_files.shift), and the
    older ones are there. After two that are missing there is no other.
    """
    missing = 0
    for number in range(MAX_KEPT + 1):
        found = look(_generation(path, number))
        missing = 0 if found is not None else missing + 1
        if found is not None:
            yield number, found
        elif missing == 2:
            return


def _generation(path: Path, number: int) -> Path:
    return older(path, number) if number else path


def _is_line_start(file: BinaryIO, position: int) -> bool:
    """May reading begin here? Within a line it may not: half a password cannot be masked."""
    return position == 0 or os.pread(file.fileno(), 1, position - 1) in (b"\n", b"\r")
