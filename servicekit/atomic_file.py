"""Files that are replaced whole: a reader sees the old text or the new one, never a part."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


class Replacement:
    """A file's next version, written and complete beside it; `stat` holds for both places."""

    def __init__(self, path: Path, beside: Path) -> None:
        self._path = path
        self._beside = beside
        self.stat = beside.stat()

    def put(self) -> None:
        """Rename it into place."""
        self._beside.rename(self._path)


@contextlib.contextmanager
def prepared(path: Path, data: bytes, durable: bool = False) -> Iterator[Replacement]:
    """Write `data` beside `path`, with its mode; within the block `put` makes it the file.

    `durable` waits for the disk, so that a power loss cannot empty the file.
    Raises OSError with the old file untouched.
    """
    path = path.resolve()  # a link stays one, its target is replaced
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=_beside(path))
    beside = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            with contextlib.suppress(FileNotFoundError):
                previous = path.stat()
                os.fchmod(file.fileno(), previous.st_mode & 0o7777)
                if os.fstat(file.fileno()).st_mtime_ns <= previous.st_mtime_ns:
                    # Readers tell versions apart by their time stamps, which are
                    # only as fine as the kernel's tick: no two may share one.
                    later = previous.st_mtime_ns + 1
                    os.utime(file.fileno(), ns=(later, later))
            if durable:
                os.fsync(file.fileno())
        yield Replacement(path, beside)
    finally:
        beside.unlink(missing_ok=True)
    if durable:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def replace(path: Path, data: bytes) -> None:
    """Write `data` beside `path` and rename it into place."""
    with prepared(path, data) as replacement:
        replacement.put()


def remove_leftovers(path: Path) -> None:
    """Remove what writers of `path` that were killed left beside it. No writer may be at work."""
    for left in leftovers(path):
        left.unlink(missing_ok=True)


def leftovers(path: Path) -> list[Path]:
    """Return the next versions of `path` that lie beside it: all left over, if nobody writes."""
    path = path.resolve()
    return sorted(left for left in path.parent.iterdir() if left.name.startswith(_beside(path)))


def _beside(path: Path) -> str:
    """Return how the names of next versions begin."""
    return f".{path.name}.new-"
