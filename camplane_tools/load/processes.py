"""What the kernel knows of a process: its CPU time and its memory."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MIB = 1024  # in KiB, the unit of smaps_rollup


def cpu_seconds(pid: int) -> float:
    """Return the CPU time a process has used, all threads, ended ones too, in ns resolution.

    /proc/<pid>/stat counts in ticks of 10 ms, too coarse for a burst of a
    second. ProcessLookupError when there is no such process.
    """
    # clock_getcpuclockid(3), which Python does not offer: the process' clock, 2 = scheduled time.
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError as error:
        raise ProcessLookupError(f"no process {pid}") from error


def cpu_of(processes: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds used so far by each process, by name."""
    return {name: cpu_seconds(pid) for name, pid in processes.items()}


@dataclass(frozen=True)
class Memory:
    """A process' memory in MiB.

    resident: all pages it has in RAM, shared ones too. proportional: shared
    pages divided by those who share them. own: what would be free if this
    process alone had never been (private and dirty).
    """

    resident: float
    proportional: float
    own: float


def memory(pid: int) -> Memory:
    """Return the memory of a process; ProcessLookupError when there is none to read."""
    try:
        text = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
    except OSError as error:
        raise ProcessLookupError(f"no process {pid}") from error
    fields = dict(line.split(":", 1) for line in text.splitlines()[1:])
    if "Rss" not in fields:
        raise ProcessLookupError(f"process {pid} has ended")

    def mib(name: str) -> float:
        return int(fields[name].split()[0]) / _MIB

    return Memory(mib("Rss"), mib("Pss"), mib("Private_Dirty"))


def children(pid: int, name: str) -> dict[str, int]:
    """Return the live children of a process, named after it and their own name."""
    found = {}
    for path in (Path("/proc") / str(pid) / "task").glob("*/children"):
        for child in path.read_text().split():
            own_name = (Path("/proc") / child / "comm").read_text().strip()
            found[f"{name}: {own_name} {child}"] = int(child)
    return found
