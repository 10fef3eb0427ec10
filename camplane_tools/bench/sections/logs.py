"""The last 100 lines of a log of 1 GB."""

import asyncio
import os
import time
from collections.abc import Awaitable
from pathlib import Path
from statistics import median

from camplane_tools.bench import results
from camplane_tools.bench.deployment import deployment
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections.stage import Say
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import percentile

_BYTES = 1_000_000_000
_BLOCK_LINES = 100_000
_LIMIT_MS = 20.0
_PATH = "/cameras/bench-log/logs?lines=100"


async def measure(plan: Plan, say: Say) -> Findings:
    """Ask for the end of a large log that grows by a line before each request."""
    found = Findings("logs")
    camera = {"id": "bench-log", "name": "A large log", "source": "none.mp4"}
    async with deployment([camera]) as camplane:
        path = Path((await camplane.ask("GET", "/cameras/bench-log/status"))["log"])
        say("logs: writing 1 GB")
        lines = await asyncio.to_thread(_write, path)
        say("logs: reading its end")
        first = await _timed(camplane.ask("GET", _PATH))
        taken = []
        for index in range(20 if plan.quick else 200):
            _append(path, _line(lines + index))
            taken.append(await _timed(camplane.ask("GET", _PATH)))
        answer = await camplane.ask("GET", _PATH)
        assert answer["lines"][-1] == _line(lines + len(taken) - 1).rstrip("\n")
        assert answer["total_lines"] == lines + len(taken)
    middle = median(taken)
    found.claims.append(
        results.at_most("lines=100 of a 1 GB log (median)", middle, _LIMIT_MS, "ms")
    )
    found.data.append({"lines": lines, "first_ms": first, "milliseconds": taken})
    columns = ("Request", "Median ms", "p99 ms", "Max ms")
    rows = [
        ["the first", number(first), "", ""],
        ["after it", number(middle), number(percentile(taken, 99)), number(max(taken))],
    ]
    note = "The log grows by a line before each. The first counts the lines that nobody counted."
    found.tables.append(Table(f"lines=100 of 1 GB, {lines:,} lines", columns, rows, note))
    return found


def _append(path: Path, line: str) -> None:
    with path.open("a") as log:
        log.write(line)


async def _timed(asking: Awaitable[object]) -> float:
    began = time.perf_counter()
    await asking
    return (time.perf_counter() - began) * 1000


def _line(number: int) -> str:
    return f"2026-01-01T00:00:00Z INFO frames {number:10d}, 10.0 a second, motion 0.0123\n"


def _write(path: Path) -> int:
    """Write the log; return how many lines it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = lines = 0
    with path.open("wb") as log:
        while written < _BYTES:
            block = "".join(map(_line, range(lines, lines + _BLOCK_LINES))).encode()
            written += log.write(block)
            lines += _BLOCK_LINES
        os.fsync(log.fileno())
    return lines
