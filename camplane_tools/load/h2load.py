"""Closed-loop load by h2load: each connection asks again as soon as it is answered."""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from camplane_tools.load.burst import Burst
from camplane_tools.load.processes import cpu_of

_DATA_BYTES = re.compile(r"^traffic: .*\((\d+)\) data$", re.MULTILINE)


class LoadError(Exception):
    """The load could not be made, or was answered with errors; the text says which."""


@dataclass(frozen=True)
class Load:
    """Requests to be repeated.

    urls: asked in turn by each connection. socket: a Unix socket to send them
    to instead. replies: bytes of body that each answer has, where they are
    all that tells an answer from an error (gRPC says 200 to both). multiplexed:
    are all requests in flight on one connection, as a gRPC channel sends them?
    Otherwise each has a connection.
    """

    method: str
    urls: tuple[str, ...]
    body: bytes = b""
    headers: tuple[str, ...] = ()
    multiplexed: bool = False
    socket: str = ""
    replies: int = 0


def require_generator() -> None:
    """Raise LoadError when h2load is not installed."""
    if shutil.which("h2load") is None:
        raise LoadError(
            "h2load, the load generator, is not installed: it is in the package "
            "nghttp2-client of Debian and Ubuntu (apt-get install nghttp2-client), "
            "nghttp2 of Fedora, Arch and Homebrew"
        )


async def burst(load: Load, in_flight: int, seconds: float, processes: Mapping[str, int]) -> Burst:
    """Load for `seconds`, `in_flight` requests at a time.

    processes: those whose CPU is measured meanwhile, pids by name. LoadError
    when a single answer is not a success.
    """
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        log = Path(folder) / "requests.tsv"
        command = _command(load, in_flight, seconds, log, Path(folder) / "body")
        cpu_before, own_before = cpu_of(processes), _children_cpu()
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), seconds * 4 + 30)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        cpu = {name: after - cpu_before[name] for name, after in cpu_of(processes).items()}
        cpu["load"] = _children_cpu() - own_before
        lines = log.read_text().splitlines() if log.exists() else []
    return Burst(seconds, _latencies(load, lines, output.decode(errors="replace")), cpu)


def _command(load: Load, in_flight: int, seconds: float, log: Path, body: Path) -> list[str]:
    clients, streams = (1, in_flight) if load.multiplexed else (in_flight, 1)
    command = ["h2load", "--threads", "1"]
    command += ["--clients", str(clients), "--max-concurrent-streams", str(streams)]
    command += ["--duration", f"{seconds * 1000:.0f}ms", "--log-file", str(log)]
    command += ["--header", f":method: {load.method}"]
    for header in load.headers:
        command += ["--header", header]
    if not load.multiplexed:
        command.append("--h1")
    if load.body:
        body.write_bytes(load.body)
        command += ["--data", str(body)]
    if load.socket:
        command += ["--base-uri", load.socket]
    return [*command, *load.urls]


def _latencies(load: Load, lines: list[str], output: str) -> list[float]:
    """Return each request's milliseconds; LoadError unless all were answered well."""
    statuses, micros = [], []
    for line in lines:
        _, status, taken = line.split("\t")
        statuses.append(status)
        micros.append(int(taken))
    if not statuses:
        raise LoadError(f"{load.urls[0]} answered nothing: {output.strip()[-500:]}")
    bad = {status for status in statuses if not status.startswith("2")}
    if bad:
        raise LoadError(f"{load.urls[0]} answered with {', '.join(sorted(bad))}")
    received = _DATA_BYTES.search(output)
    if load.replies and received and int(received[1]) < len(micros) * load.replies * 0.9:
        raise LoadError(f"{load.urls[0]}: some of its answers were gRPC errors")
    return [taken / 1000 for taken in micros]


def _children_cpu() -> float:
    """Return the CPU seconds of the children that have ended: of h2load, here."""
    times = os.times()
    return times.children_user + times.children_system
