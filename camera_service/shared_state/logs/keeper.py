"""What is done for logs while nobody asks: large ones are counted ahead, endless ones are cut.

One service process of a data directory does it for all, whoever comes first.
"""

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.logs.counts import WORTH_KEEPING
from camera_service.shared_state.logs.lines import after_last_end
from camera_service.shared_state.logs.reader import LogReader
from camera_service.worker.log_files import LogLimits, older, open_log, shift
from servicekit.masking import mask
from servicekit.upkeep import Trouble

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
# A restart in the middle of a large log shall not begin anew.
_KEEP_EVERY = 64 << 20
# A worker that rotates its own log does so within a second of the limit.
PATIENCE_SECONDS = 5.0
_AFTER_FAILURE_SECONDS = 60.0
_COPIED_AT_ONCE = 1 << 16
_LONGEST_LINE = 1 << 20


class LogKeeper:
    """A thread of the service.

    is_running: does the camera of this id have a worker? Only what a living
    worker writes is cut: a log that nobody writes to any more stays whole.
    """

    def __init__(
        self,
        layout: Layout,
        reader: LogReader,
        limits: LogLimits,
        is_running: Callable[[str], bool],
    ) -> None:
        self._layout = layout
        self._reader = reader
        self._limits = limits
        self._is_running = is_running
        self._too_large_since: dict[Path, float] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-keeper", daemon=True)

    def start(self) -> None:
        """Begin; `close` ends it."""
        self._thread.start()

    def close(self) -> None:
        """End within a moment, the copy of a log that is being cut included."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        lock: int | None = None
        trouble = Trouble(log.warning, "cannot look after the logs, trying again: %s")
        while not self._closing.wait(LOOK_SECONDS):
            try:
                if lock is None:
                    lock = _only_one(self._layout.log_keeper_lock())
                if lock is not None:
                    self.look()
                trouble.is_over()
            except Exception as error:  # whatever it is, the next look may go well
                trouble.is_there(repr(error))
        if lock is not None:
            os.close(lock)

    def look(self) -> None:
        """Count on and cut, where it is due."""
        for camera_id, path in self._layout.logs():
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                continue
            if size >= WORTH_KEEPING:
                self._count(path)
            if self._is_endless(path, size) and self._is_running(camera_id):
                # Should it fail, as on a full disk, it is not tried every second.
                self._too_large_since[path] = time.monotonic() + _AFTER_FAILURE_SECONDS
                self._cut(path)

    def _count(self, path: Path) -> None:
        file = open_log(path)
        if file is None:
            return
        with file:
            count = self._reader.count(path)
            position, kept = -1, 0
            size = os.fstat(file.fileno()).st_size
            while position < size and not self._closing.is_set():
                began = time.monotonic()
                position = count.step(file.fileno(), size).position
                if position - kept >= _KEEP_EVERY:
                    count.keep()
                    kept = position
                if position < size:
                    self._leave_room(began)
            count.keep()

    def _is_endless(self, path: Path, size: int) -> bool:
        """Is the log far beyond its limit, and has been for longer than a rotation takes?"""
        now = time.monotonic()
        if not self._limits.max_bytes or size <= 2 * self._limits.max_bytes:
            self._too_large_since.pop(path, None)
            return False
        return now - self._too_large_since.setdefault(path, now) >= PATIENCE_SECONDS

    def _cut(self, path: Path) -> None:
        """Copy the log, its secrets masked, to its first older generation, and empty it.

        The writer's descriptor appends, so it goes on at the new end. What it
        writes between the last read and the cut, a moment, is lost.
        """
        copy = path.with_name(f".{path.name}.cut")
        with contextlib.ExitStack() as stack:
            source = stack.enter_context(path.open("r+b", buffering=0))
            target = stack.enter_context(copy.open("wb"))
            stack.callback(copy.unlink, missing_ok=True)
            os.fchmod(target.fileno(), os.fstat(source.fileno()).st_mode & 0o777)
            rest = self._copy_lines(source, target)
            if self._closing.is_set():
                return
            # In place before the log is emptied: a crash in between doubles lines, loses none.
            shift(path, self._limits.keep)
            copy.replace(older(path, 1))
            target.write(_masked(rest + source.read()))
            target.flush()
            size = source.tell()
            os.ftruncate(source.fileno(), 0)
        log.info("%s was cut after %d bytes: its worker does not rotate it", path, size)

    def _copy_lines(self, source: FileIO, target: BinaryIO) -> bytes:
        """Copy whole lines, their secrets masked; return the part of a line at the end."""
        rest = b""
        while not self._closing.is_set():
            began = time.monotonic()
            chunk = source.read(_COPIED_AT_ONCE)
            if not chunk:
                break
            rest += chunk
            # Half a password would not be known for one.
            end = after_last_end(rest) or (len(rest) if len(rest) > _LONGEST_LINE else 0)
            target.write(_masked(rest[:end]))
            rest = rest[end:]
            self._leave_room(began)
        return rest

    def _leave_room(self, began: float) -> None:
        """Work half of the time: requests are answered by the same interpreter."""
        self._closing.wait(time.monotonic() - began)


def _masked(text: bytes) -> bytes:
    return mask(text.decode(errors="surrogateescape")).encode(errors="surrogateescape")


def _only_one(path: Path) -> int | None:
    """Take the lock at `path` for as long as the descriptor is open; None when it is taken."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd
