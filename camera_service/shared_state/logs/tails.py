"""The ends of workers' logs, as callers may read them."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from camera_service.domain.errors import LogUnreadableError
from camera_service.domain.results import LogTail
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.logs.reader import LogReader


@contextlib.contextmanager
def reading(log: Path) -> Iterator[None]:
    """Raise LogUnreadableError when a log cannot be read within the block."""
    try:
        yield
    except OSError as error:
        raise LogUnreadableError(str(log), error.strerror or str(error)) from error


class LogTails:
    """Reads the logs of one data directory.

    line: returns a line as the caller may read it; a worker may be any program.
    """

    def __init__(self, layout: Layout, reader: LogReader, line: Callable[[str], str]) -> None:
        self._layout = layout
        self._reader = reader
        self._line = line

    def read(self, camera_id: str, lines: int) -> LogTail:
        """Return the last lines of the camera's log; LogUnreadableError."""
        path = self._layout.log(camera_id)
        with reading(path):
            found = self._reader.tail(path, lines)
        if found is None:
            return LogTail(str(path), None)
        return LogTail(str(path), found[0], [self._line(line) for line in found[1]])
