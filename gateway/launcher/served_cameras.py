"""Which data directory serves a cameras.yaml: only one may, or a camera would have two workers.

`cameras.file` may name the file of any folder, and so may two data directories. Who serves it
is written beside it. It stays there: workers outlive the camplane that started them.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from gateway.launcher.instance import command


class CamerasServedError(Exception):
    """Another data directory serves this cameras.yaml."""


class ServedCameras:
    """The claim on one cameras.yaml, held.

    before: the data directory that served it last, if that is another one.
    """

    def __init__(self, file: Path, fd: int) -> None:
        self.file = file
        self._fd = fd
        self.before = _read(fd)

    def write(self, data: Path) -> None:
        """Write down who serves it from now on."""
        text = json.dumps({"data": str(data)}).encode()
        os.pwrite(self._fd, text, 0)
        os.ftruncate(self._fd, len(text))


@contextlib.contextmanager
def claimed_cameras(file: Path) -> Iterator[ServedCameras]:
    """Be the only one who serves the file within the block; CamerasServedError, OSError."""
    file = file.resolve()  # two names of one file are one
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.served")
    fd = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = _read(fd)
            raise CamerasServedError(
                f"{file} is served by the camplane of {other} already: a camera would have two "
                f"workers. Stop it with {_down(other)}, or name another file"
            ) from None
        yield ServedCameras(file, fd)
    finally:
        os.close(fd)


def _down(other: Path | None) -> str:
    return command("down", other) if other else "`camplane down`"


def _read(fd: int) -> Path | None:
    try:
        return Path(json.loads(os.pread(fd, 1 << 16, 0))["data"])
    except (ValueError, TypeError, KeyError):
        return None
