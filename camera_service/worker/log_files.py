"""A log and its older generations: detect_x.log, detect_x.log.1, detect_x.log.2, …

Whoever reads more than one of them must expect that they are renamed meanwhile.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# More are not looked for; nobody keeps so many.
MAX_KEPT = 100


@dataclass(frozen=True)
class LogLimits:
    """How large a worker's log may grow, in bytes (0: without end), and how many older are kept."""

    max_bytes: int = 10_000_000
    keep: int = 3


def older(path: Path, number: int) -> Path:
    """Return the name of a log's `number`-th generation back; 1 is the newest of them."""
    return path.with_name(f"{path.name}.{number}")


def shift(path: Path, keep: int) -> None:
    """Make room for a new first generation: each moves on by one, and those beyond `keep` go.

    OSError when the folder refuses it.
    """
    for number in range(keep, MAX_KEPT + 1):
        try:
            older(path, number).unlink()
        except FileNotFoundError:
            if number > keep:
                break
    for number in range(keep - 1, 0, -1):
        if older(path, number).exists():
            older(path, number).replace(older(path, number + 1))


def open_log(path: Path) -> BinaryIO | None:
    """Open a log to read it; None when there is none, or a pipe, which keeps nothing.

    Raises IsADirectoryError, or another OSError when it cannot be read.
    """
    try:
        # A pipe's open would wait for its writer.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISFIFO(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    return os.fdopen(fd, "rb", buffering=0)


def open_older(path: Path) -> Iterator[BinaryIO]:
    """Open the generations that there are, newest first; each is closed when the next is asked."""
    for number in range(1, MAX_KEPT + 1):
        file = open_log(older(path, number))
        if file is None:
            return
        with file:
            yield file
