"""Processes as the kernel tells of them. A pid alone is never trusted: it is reused."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# How long the making of a process may take, at most.
MAKING_SECONDS = 1.0
_PROC = Path("/proc")


def boot_id() -> str:
    """Name this boot of the machine; start times count from it."""
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


BOOT_ID = boot_id()


@dataclass(frozen=True)
class Identity:
    """One process, for ever: its pid and the clock tick, since boot, it was started in."""

    pid: int
    start_time: int
    boot: str = BOOT_ID

    def started_after_boot(self) -> float:
        """Return when it was started, in seconds since boot, to about a tick."""
        return self.start_time / os.sysconf("SC_CLK_TCK")


def identify(pid: int) -> Identity | None:
    """Return who `pid` is now, None when no such process lives (a zombie does not)."""
    state, start_time = _state_and_start_time(pid)
    if state in (b"", b"Z", b"X"):
        return None
    return Identity(pid, start_time)


def identify_child(pid: int) -> Identity:
    """Return who our child `pid` is, also when it has ended; nobody may have waited for it yet."""
    return Identity(pid, _state_and_start_time(pid)[1])


def _state_and_start_time(pid: int) -> tuple[bytes, int]:
    """Return fields 3 and 22 of /proc/<pid>/stat; (b"", 0) when there is no such process."""
    if pid <= 0:
        return b"", 0
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b"", 0
    fields = _fields(stat)
    return fields[0], int(fields[19])


def _fields(stat: bytes) -> list[bytes]:
    """Return fields 3 and on; the name, field 2, is in parentheses and may hold anything."""
    return stat[stat.rindex(b")") + 2 :].split()


def exit_code(process: Identity) -> int | None:
    """Return how `process` ended, negative for a signal, while nobody has waited for it yet.

    None when it lives, or was waited for: only its parent was told then. 0 also
    when the kernel tells no stranger.
    """
    try:
        stat = (_PROC / str(process.pid) / "stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = _fields(stat)
    if fields[0] != b"Z" or Identity(process.pid, int(fields[19])) != process:
        return None
    return os.waitstatus_to_exitcode(int(fields[49]))


def is_alive(process: Identity) -> bool:
    """Does this very process live?"""
    return process.boot == BOOT_ID and identify(process.pid) == process


def seconds_since_boot() -> float:
    """Return the clock that start times are told in; nobody can set it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def started_at(process: Identity) -> float:
    """Return when the process began, Unix seconds, to about a tick."""
    for line in (_PROC / "stat").read_text().splitlines():
        if line.startswith("btime "):
            return int(line.split()[1]) + process.started_after_boot()
    raise OSError("/proc/stat has no btime")


def this_process() -> Identity:
    """Return this very process; OSError where /proc is not mounted."""
    me = identify(os.getpid())
    if me is None:
        raise OSError("/proc does not know this process: see that it is mounted")
    return me


def command_line(pid: int) -> list[str]:
    """Return the arguments of `pid`; empty when it is gone or not ours to read.

    Who starts a process goes on before the kernel has laid its arguments out, which on a
    busy machine takes a while: they are waited for.
    """
    while True:
        with contextlib.suppress(OSError):
            if text := (_PROC / str(pid) / "cmdline").read_bytes():
                return [part.decode(errors="replace") for part in text.split(b"\0")[:-1]]
        process = identify(pid)
        if process is None or seconds_since_boot() - process.started_after_boot() > MAKING_SECONDS:
            return []
        time.sleep(0.001)


def working_directory(pid: int) -> Path | None:
    """Return where `pid` works; None when it is gone or not ours to read."""
    with contextlib.suppress(OSError):
        return (_PROC / str(pid) / "cwd").readlink()
    return None


def holders(path: Path) -> Iterator[Identity]:
    """Yield the processes, other than this one, that have the file at `path` open."""
    try:
        wanted = path.stat()
    except FileNotFoundError:
        return
    for folder in _PROC.iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            for link in (folder / "fd").iterdir():
                with contextlib.suppress(OSError):
                    found = link.stat()
                    if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                        if process := identify(int(folder.name)):
                            yield process
                        break


def lock_holders(path: Path) -> Iterator[Identity]:
    """Yield the processes, other than this one, that hold an open-file-description lock on `path`.

    Who only has the file open, to look at it, holds none.
    """
    for process in holders(path):
        with contextlib.suppress(OSError):
            wanted = path.stat()
            for link in (_PROC / str(process.pid) / "fd").iterdir():
                if _is_locked(link, wanted):
                    yield process
                    break


def _is_locked(link: Path, wanted: os.stat_result) -> bool:
    with contextlib.suppress(OSError):
        if os.path.samestat(link.stat(), wanted):
            told = (link.parent.parent / "fdinfo" / link.name).read_bytes()
            return b"OFDLCK" in told
    return False


def variable(pid: int, name: str) -> str | None:
    """Return a variable that `pid` was started with; None without it, or when not ours to read."""
    begins = f"{name}=".encode()
    with contextlib.suppress(OSError):
        for one in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
            if one.startswith(begins):
                return one[len(begins) :].decode(errors="replace")
    return None


def left_by(gone: Identity, name: str, value: str) -> Iterator[Identity]:
    """Yield what a process that has ended left behind, and what that has started.

    Known by the session that it led, or by a variable that it was started with and no other was.
    """
    for folder in _PROC.iterdir():
        if not folder.name.isdecimal():
            continue
        with contextlib.suppress(OSError):
            fields = _fields((folder / "stat").read_bytes())
            pid, state, session, began = (
                int(folder.name),
                fields[0],
                int(fields[3]),
                int(fields[19]),
            )
            if began < gone.start_time or state in (b"Z", b"X") or pid in (gone.pid, os.getpid()):
                continue
            if session == gone.pid or variable(pid, name) == value:
                yield Identity(pid, began)


def has_open(pid: int, path: Path) -> bool | None:
    """Has `pid` the file at `path` open? None when it is gone or not ours to ask."""
    try:
        wanted = path.stat()
        for link in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                if os.path.samestat(link.stat(), wanted):
                    return True
    except OSError:
        return None
    return False


def end(process: Identity, term_seconds: float, kill_seconds: float = 5.0) -> bool:
    """End `process`: SIGTERM, and SIGKILL when it lives `term_seconds` later.

    Returns whether it is gone. Signals go through a pidfd that is checked
    against the identity first, so they cannot reach a process that took the pid.
    """
    try:
        fd = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    try:
        if not is_alive(process):
            return True
        ended = select.poll()
        ended.register(fd, select.POLLIN)
        for number, seconds in ((signal.SIGTERM, term_seconds), (signal.SIGKILL, kill_seconds)):
            try:
                signal.pidfd_send_signal(fd, number)
            except ProcessLookupError:
                return True
            if ended.poll(seconds * 1000):
                return True
        return False
    finally:
        os.close(fd)
