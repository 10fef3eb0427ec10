"""Loads a gateway from a process of its own, and says what that cost everybody."""

import asyncio
import base64
import json
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from camplane_tools.load.burst import Burst
from camplane_tools.load.client import ANSWER_SECONDS
from camplane_tools.load.processes import cpu_of
from gateway.launcher.children import WITH_PARENT

_SLACK_SECONDS = 30.0


class ProbeError(Exception):
    """It could not be measured; the text says why."""


@dataclass(frozen=True)
class Load:
    """Requests to be repeated, as they are sent.

    url: of the gateway. requests: sent in turn. connections: how many are kept
    open, and, without a rate, in flight. rate: requests a second; None is a
    closed loop.
    """

    url: str
    requests: tuple[bytes, ...]
    connections: int
    rate: float | None = None


async def burst(load: Load, seconds: float, processes: Mapping[str, int]) -> Burst:
    """Load for `seconds`, and measure the CPU of `processes`, pids by name, meanwhile.

    ProbeError when one of them ends, or the load generator fails.
    """
    process = await asyncio.create_subprocess_exec(
        *(*WITH_PARENT, sys.executable, "-m", "camplane_tools.load.generator"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C is for us, and we end it
    )
    try:
        async with asyncio.timeout(seconds + 2 * ANSWER_SECONDS + _SLACK_SECONDS):
            return await _measured(process, load, seconds, processes)
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, ValueError) as error:
        raise ProbeError("the load generator failed, or did not end") from error
    except ProcessLookupError as error:
        raise ProbeError(f"{error}: it ended while it was measured; look at its log") from error
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _measured(
    process: asyncio.subprocess.Process, load: Load, seconds: float, processes: Mapping[str, int]
) -> Burst:
    assert process.stdin is not None
    assert process.stdout is not None
    said = {
        "url": load.url,
        "requests": [base64.b64encode(one).decode() for one in load.requests],
        "connections": load.connections,
        "rate": load.rate,
        "seconds": seconds,
    }
    process.stdin.write(json.dumps(said).encode() + b"\n")
    await process.stdout.readuntil(b"ready\n")
    before = cpu_of(processes)
    process.stdin.write(b"go\n")
    await process.stdout.readuntil(b"done\n")
    cpu = {name: after - before[name] for name, after in cpu_of(processes).items()}
    counted = json.loads(await process.stdout.readline())
    latencies = array("d")
    latencies.frombytes(await process.stdout.readexactly(latencies.itemsize * counted["latencies"]))
    return Burst(
        seconds=counted["seconds"],
        latencies=latencies,
        cpu={**cpu, "load": counted["cpu"]},
        codes=counted["codes"],
        late_ms=counted["late_ms"],
    )
