"""Rotates the worker's own log by its size, without losing a line."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from camera_service.worker.log_files import older, shift

_OUTPUTS = (1, 2)


class OwnLog:
    """The file that standard output and standard error go to."""

    def __init__(self, path: Path, max_bytes: int, keep: int, log: logging.Logger) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._log = log
        self._failed = False

    @classmethod
    def told_by(cls, environment: Mapping[str, str], log: logging.Logger) -> Self | None:
        """Return the log that the environment names; None when none, or output goes elsewhere."""
        try:
            path = Path(environment["CAMPLANE_LOG_FILE"])
            max_bytes = int(environment["CAMPLANE_LOG_MAX_BYTES"])
            keep = int(environment["CAMPLANE_LOG_KEEP"])
        except (KeyError, ValueError):
            return None
        if max_bytes <= 0 or keep < 1 or not _is_output(path):
            return None
        return cls(path, max_bytes, keep, log)

    def rotate_if_due(self) -> None:
        """Begin a new file when this one is large enough, or is no longer in its place.

        A disk that refuses it is logged once; the old file goes on meanwhile.
        """
        try:
            moved = not _is_output(self._path)
            if moved or os.fstat(_OUTPUTS[0]).st_size >= self._max_bytes:
                self._rotate(moved)
            self._failed = False
        except OSError as error:
            if not self._failed:
                self._log.warning("cannot rotate the log: %s", error)
            self._failed = True

    def _rotate(self, moved: bool) -> None:
        if not moved:
            shift(self._path, self._keep)
            self._path.replace(older(self._path, 1))
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        file = os.open(self._path, flags, 0o666)
        try:
            # A line is one write, so it goes to the old file or to the new one.
            for output in _OUTPUTS:
                os.dup2(file, output)
        finally:
            os.close(file)


def _is_output(path: Path) -> bool:
    """Is this file what standard output goes to?"""
    now = os.fstat(_OUTPUTS[0])
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (now.st_dev, now.st_ino)
