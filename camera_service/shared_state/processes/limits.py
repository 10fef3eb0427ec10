"""What one worker may use of the machine, set from outside by whoever started it.

All of it is best effort: a limit that this user or kernel does not allow is
left out, and said once.
"""

import contextlib
import logging
import os
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

log = logging.getLogger(__name__)

MIB = 1 << 20
_CPU_PERIOD_MICROSECONDS = 100_000


@dataclass(frozen=True)
class Limits:
    """The limits of each worker.

    memory_mib: of its own data, beyond which it gets no more (RLIMIT_DATA), and of its
        cgroup (memory.max); 0 for no limit.
    files: open files. nice: how far others go before it, 0 to 19.
    oom_score_adj: how readily the kernel kills it where memory ends, 0 to 1000.
    cgroup: a delegated folder of cgroup v2, in which each worker gets one; None for none.
    cpus: of processors, for its cgroup (cpu.max); 0 for no limit.
    """

    memory_mib: int = 0
    files: int = 1024
    nice: int = 5
    oom_score_adj: int = 500
    cgroup: Path | None = None
    cpus: float = 0.0


class Limiter:
    """Sets the limits of workers. Thread-safe."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._said: set[str] = set()

    def apply(self, camera_id: str, pid: int) -> None:
        """Limit the process, which is not at work yet. Raises nothing."""
        for name, limit in (*_own(self._limits, pid), *_cgroup(self._limits, camera_id, pid)):
            try:
                limit()
            except BlockingIOError:
                pass  # the kernel lets only root set more than ten autogroups a second
            except (OSError, ValueError) as error:
                if not Path(f"/proc/{pid}").exists():
                    return  # it has ended
                if name not in self._said:
                    self._said.add(name)
                    log.warning("workers go without a limit, for it cannot be set: %s", error)

    def ended(self, camera_id: str) -> None:
        """Remove the cgroup of a worker that has ended, if it is empty."""
        if self._limits.cgroup:
            with contextlib.suppress(OSError):
                _folder(self._limits.cgroup, camera_id).rmdir()


_Named = tuple[str, Callable[[], object]]


def _own(limits: Limits, pid: int) -> Iterator[_Named]:
    """Yield what sets the limits of the process itself."""
    # A core file would hold the camera's password.
    yield "core", partial(_lower, pid, resource.RLIMIT_CORE, 0)
    yield "files", partial(_lower, pid, resource.RLIMIT_NOFILE, limits.files)
    if limits.memory_mib:
        yield "memory", partial(_lower, pid, resource.RLIMIT_DATA, limits.memory_mib * MIB)
    if limits.nice:
        yield "nice", partial(_be_nice, pid, limits.nice)
        # Where sessions are weighed against each other, niceness counts within each alone.
        if (autogroup := Path(f"/proc/{pid}/autogroup")).exists():
            yield "autogroup", partial(_write, autogroup, limits.nice)
    yield "oom", partial(_go_first, Path(f"/proc/{pid}/oom_score_adj"), limits.oom_score_adj)


def _cgroup(limits: Limits, camera_id: str, pid: int) -> Iterator[_Named]:
    """Yield what puts the process into a cgroup of its own."""
    if limits.cgroup is None:
        return
    folder = _folder(limits.cgroup, camera_id)
    quota = int(limits.cpus * _CPU_PERIOD_MICROSECONDS)
    settings = {"memory": limits.memory_mib * MIB, "cpu": quota}
    wanted = {controller: most for controller, most in settings.items() if most}
    for controller in wanted:
        delegated = limits.cgroup / "cgroup.subtree_control"
        yield f"+{controller}", partial(_write, delegated, f"+{controller}")
    yield "cgroup", partial(folder.mkdir, exist_ok=True)
    for controller, most in wanted.items():
        period = f" {_CPU_PERIOD_MICROSECONDS}" if controller == "cpu" else ""
        limit = partial(_write, folder / f"{controller}.max", f"{most}{period}")
        yield f"{controller}.max", limit
    yield "cgroup.procs", partial(_write, folder / "cgroup.procs", pid)


def _folder(parent: Path, camera_id: str) -> Path:
    # An id may be the name of one of the kernel's own files.
    return parent / f"camera-{camera_id}"


def _lower(pid: int, kind: int, most: int) -> None:
    """Lower a limit, soft and hard; one that is lower already stays."""
    _, hard = resource.prlimit(pid, kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.prlimit(pid, kind, (most, most))


def _be_nice(pid: int, least: int) -> None:
    now = os.getpriority(os.PRIO_PROCESS, pid)
    os.setpriority(os.PRIO_PROCESS, pid, max(least, now))


def _go_first(file: Path, least: int) -> None:
    _write(file, max(least, int(file.read_text())))


def _write(file: Path, value: object) -> None:
    with file.open("w") as opened:
        opened.write(str(value))
