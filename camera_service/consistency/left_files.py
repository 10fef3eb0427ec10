"""Files beside cameras.yaml, workers and logs that nobody needs any more."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from camera_service.domain.findings import Finding, Kind, Remedy, Side
from camera_service.shared_state.files.layout import Layout
from camera_service.worker.log_files import older
from servicekit import atomic_file

# Whoever is at work on such a file writes it in a moment, or all the time.
QUIET_SECONDS = 60.0
_LOG = re.compile(r"detect_(?P<id>.+)\.log(?:\.\d{1,3})?")
_INDEX = re.compile(r"\.(?P<log>detect_.+\.log)\.lines")
_UNFINISHED = re.compile(r"\..+\.new-[^.]+|.+\.report\.new|\.detect_.+\.log\.(cut|lines-\d+)")


def logs_left(
    layout: Layout, configured: Collection[str], is_known: Callable[[str], bool]
) -> Iterator[Finding]:
    """Tell of logs of cameras that are neither configured nor known to have a worker."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(_files(layout.root / "logs")):
        match = _LOG.fullmatch(path.name)
        if match and match["id"] not in configured:
            found[match["id"]].append(f"logs/{path.name}")
    for camera_id, files in found.items():
        if is_known(camera_id):
            continue
        index = f"logs/.detect_{camera_id}.log.lines"
        if (layout.root / index).exists():
            files.append(index)
        size = sum(_size(layout.root / file) for file in files)
        yield Finding(
            *(Kind.LOG_LEFT, camera_id, "", files[0]),
            sides=(
                Side("logs", f"{len(files)} file{'s' * (len(files) != 1)} of {size} bytes"),
                Side("cameras.yaml", "no such camera"),
            ),
            cause="the log of a camera stays when it is deleted",
            repair="move them into the backup",
            remedy=Remedy.REMOVE,
            files=tuple(files),
        )


def indexes_left(layout: Layout) -> Iterator[Finding]:
    """Tell of counts of lines whose log is gone or has shrunk, but not by a rotation."""
    folder = layout.root / "logs"
    for path in sorted(_files(folder)):
        match = _INDEX.fullmatch(path.name)
        if match is None:
            continue
        log = folder / match["log"]
        says = _outlived(path, log)
        if says:
            camera_id = match["log"].removeprefix("detect_").removesuffix(".log")
            yield Finding(
                *(Kind.LOG_INDEX_LEFT, camera_id, "", f"logs/{path.name}"),
                sides=(Side("log", says), Side("count of its lines", "that of another one")),
                cause="the log was removed or cut by hand; the count is not believed, and made "
                "anew when the log is large again",
                repair="remove it",
                remedy=Remedy.REMOVE,
                files=(f"logs/{path.name}",),
            )


def writers_left(layout: Layout) -> Iterator[Finding]:
    """Tell of what killed writers left; those of cameras.yaml are told by `beside_cameras`."""
    for name in ("workers", "logs", "logs/pids"):
        for path in sorted(_files(layout.root / name)):
            if _UNFINISHED.fullmatch(path.name) and _is_quiet(path):
                yield _writer_left(f"{name}/{path.name}")


def beside_cameras(layout: Layout, cameras_file: Path) -> Iterator[Finding]:
    """Tell of what killed writers left beside cameras.yaml. The caller holds the writers' lock."""
    for path in atomic_file.leftovers(cameras_file):
        yield _writer_left(relative(layout, path))


def relative(layout: Layout, path: Path) -> str:
    """Return how findings name a path: within the data directory, or absolute outside of it."""
    return str(path.relative_to(layout.root) if path.is_relative_to(layout.root) else path)


def _writer_left(path: str) -> Finding:
    return Finding(
        Kind.WRITER_LEFT,
        path=path,
        sides=(Side("folder", "an unfinished file"),),
        cause="a writer was killed before it could rename it into place",
        repair="remove it; one of cameras.yaml holds passwords",
        remedy=Remedy.REMOVE,
        files=(path,),
    )


def _outlived(index: Path, log: Path) -> str:
    """Say what became of the log that `index` counts; empty when all is as it should be."""
    try:
        counted = json.loads(index.read_bytes())
        position, inode, written = counted["position"], counted["inode"], index.stat().st_mtime
        stat = log.stat()
    except FileNotFoundError:
        return "been removed" if not older(log, 1).exists() and index.exists() else ""
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ""  # a cache that says nothing is written over
    if inode == stat.st_ino and position > stat.st_size:
        try:
            return "" if older(log, 1).stat().st_mtime >= written else "shrunk"
        except FileNotFoundError:
            return "shrunk"
    return ""


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    except FileNotFoundError:
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_quiet(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime >= QUIET_SECONDS
    except FileNotFoundError:
        return False
