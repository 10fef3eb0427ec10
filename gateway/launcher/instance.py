"""One running camplane in one data directory: where it listens, and who may be it."""

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

# A Unix socket's path fits 107 bytes; the longest name we put in the folder takes 24.
_MAX_RUN_PATH = 80


class AlreadyRunningError(Exception):
    """Another camplane runs on this data directory."""


@dataclass(frozen=True)
class Instance:
    """What the launcher writes down for the other commands.

    pid and start_time (clock ticks since boot) name the launcher; processes
    holds the pids of what it runs, by name, such as "camera/domain".
    """

    pid: int
    start_time: int
    url: str
    run_directory: str
    processes: dict[str, int]

    def save(self, data: Path) -> None:
        path = _path(data)
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(self), indent=1))
        beside.rename(path)

    def is_alive(self) -> bool:
        """Does the launcher that wrote this live?"""
        return start_time(self.pid) == self.start_time


def load(data: Path) -> Instance | None:
    """Return the camplane that runs on `data`; None when none does."""
    try:
        instance = Instance(**json.loads(_path(data).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return instance if instance.is_alive() else None


def forget(data: Path) -> None:
    """Remove what `save` wrote."""
    _path(data).unlink(missing_ok=True)


def start_time(pid: int) -> int | None:
    """Return the clock tick `pid` was started in, None when it does not live."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = stat[stat.rindex(b")") + 2 :].split()
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


@contextlib.contextmanager
def claimed(data: Path) -> Iterator[None]:
    """Be the only launcher on `data` within the block."""
    run = data / "run"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (run / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = load(data)
            where = f" (process {running.pid}, {running.url})" if running else ""
            raise AlreadyRunningError(
                f"a camplane runs on {data} already{where}; stop it with "
                f"`camplane down --data {data}`, or choose another folder with --data"
            ) from None
        yield


@contextlib.contextmanager
def socket_directory(data: Path) -> Iterator[Path]:
    """Give a folder for sockets, ours alone: under `data`, or a short one if that is too long."""
    run = data / "run"
    if len(os.fsencode(run)) <= _MAX_RUN_PATH:
        for left in run.glob("*.sock"):
            left.unlink(missing_ok=True)
        yield run
        return
    with tempfile.TemporaryDirectory(prefix="camplane-") as short:
        yield Path(short)


def _path(data: Path) -> Path:
    return data / "run" / "instance.json"
