"""Advisory file locks: one that is waited for, and one that a worker inherits.

The worker's is an open-file-description lock (F_OFD_SETLK): it belongs to the
open file, so a child that inherits the descriptor goes on holding it when the
starter has gone, and whether it is held can be asked without taking it.

A lock that is waited for may be removed by whoever holds it: those who waited
find that its file is not there any more, and take the new one.
"""

import contextlib
import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path

_WHOLE_FILE = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock at `path` within the block; wait for it as long as it takes."""
    fd = take(path)
    try:
        yield
    finally:
        os.close(fd)


@contextlib.contextmanager
def if_free(path: Path) -> Iterator[bool]:
    """Hold the lock at `path` within the block, if nobody else does; give whether it is held."""
    fd = take_if_free(path)
    try:
        yield fd is not None
    finally:
        if fd is not None:
            os.close(fd)


def take(path: Path) -> int:
    """Take the lock at `path`, however long it takes; it is held until the descriptor is closed."""
    while True:
        if (fd := _flocked(path, fcntl.LOCK_EX)) is not None:
            return fd


def take_if_free(path: Path) -> int | None:
    """The same without waiting; None when another holds it."""
    return _flocked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _flocked(path: Path, how: int) -> int | None:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, how)
        if _is_at(path, fd):
            return fd
    except BlockingIOError:
        pass
    except BaseException:
        os.close(fd)
        raise
    os.close(fd)
    return None


def _is_at(path: Path, fd: int) -> bool:
    """Is the open file the one at `path`, or was that removed meanwhile?"""
    try:
        now = os.stat(path)  # noqa: PTH116 - at every lock
    except FileNotFoundError:
        return False
    return os.path.samestat(now, os.fstat(fd))


def take_inheritable(path: Path) -> int | None:
    """Take the lock at `path` and return its descriptor, None when another holds it.

    Whoever holds the descriptor, or a copy of it in a child, holds the lock.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _WHOLE_FILE)
    except OSError as error:
        os.close(fd)
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return None
        raise
    return fd


def is_held(path: Path) -> bool:
    """Does anyone hold the inheritable lock at `path`? Asks without taking it."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        answer = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, _WHOLE_FILE)
        return struct.unpack_from("h", answer)[0] != fcntl.F_UNLCK
    finally:
        os.close(fd)
