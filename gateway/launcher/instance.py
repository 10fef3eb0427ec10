"""One running camplane in one data directory: where it listens, and who may be it."""

import contextlib
import fcntl
import json
import os
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from servicekit import atomic_file
from servicekit.process import Identity, is_alive

# A Unix socket's path fits 107 bytes; the longest name we put in the folder takes 24.
_MAX_RUN_PATH = 80
_SHORT_PARENT = "/tmp"  # noqa: S108 (a folder of its own is made in it)


class AlreadyRunningError(Exception):
    """Another camplane runs on this data directory."""


@dataclass(frozen=True)
class Instance:
    """What the launcher writes down for the other commands.

    url is for the machine's own tools, public_url for everybody.
    pid, start_time and boot name the launcher (servicekit.process.Identity);
    processes holds the pids of what it runs, by name, such as "camera/domain".
    """

    pid: int
    start_time: int
    boot: str
    url: str
    run_directory: str
    processes: dict[str, int]
    public_url: str = ""

    def save(self, data: Path) -> None:
        atomic_file.replace(_path(data), json.dumps(asdict(self), indent=1).encode())

    def is_alive(self) -> bool:
        """Does the launcher that wrote this live?"""
        return is_alive(self.launcher)

    @property
    def launcher(self) -> Identity:
        """The process that wrote this."""
        return Identity(self.pid, self.start_time, self.boot)


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


@contextlib.contextmanager
def claimed(data: Path) -> Iterator[None]:
    """Be the only launcher on `data` within the block."""
    run = data / "run"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (run / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _already_running(data, load(data)) from None
        yield


def require_not_running(data: Path) -> None:
    """Raise AlreadyRunningError when a camplane runs there. It may still begin to: see claimed."""
    if running := load(data):
        raise _already_running(data, running)


def command(name: str, data: Path) -> str:
    """Return a command for a data directory, as it can be copied into a shell."""
    return f"`camplane {name} --data {shlex.quote(str(data))}`"


def _already_running(data: Path, running: Instance | None) -> AlreadyRunningError:
    where = f" (process {running.pid}, {running.public_url or running.url})" if running else ""
    return AlreadyRunningError(
        f"a camplane runs on {data} already{where}; stop it with {command('down', data)}, "
        "or choose another folder with --data"
    )


@contextlib.contextmanager
def socket_directory(data: Path) -> Iterator[Path]:
    """Give a folder for sockets, ours alone: under `data`, or a short one if that is too long."""
    run = data / "run"
    if len(os.fsencode(run)) <= _MAX_RUN_PATH:
        for left in run.glob("*.sock"):
            left.unlink(missing_ok=True)
        yield run
        return
    parent = tempfile.gettempdir()
    if len(os.fsencode(parent)) > _MAX_RUN_PATH - len("/camplane-12345678"):
        parent = _SHORT_PARENT  # where TMPDIR points is too long as well
    with tempfile.TemporaryDirectory(prefix="camplane-", dir=parent) as short:
        yield Path(short)


def _path(data: Path) -> Path:
    return data / "run" / "instance.json"
