"""How long starting, stopping, restarting and adopting workers takes, and whom it holds up."""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from camplane_tools.bench import footage, results
from camplane_tools.bench.deployment import Deployment, DeploymentError, deployment
from camplane_tools.bench.open_loop import latencies
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections.stage import Say, until_streaming
from camplane_tools.harness.operations import camera_address
from camplane_tools.load.client import http_request
from camplane_tools.load.loops import lasting
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import percentile

_BURST = 100
_IN_FLIGHT = 8
_STATUS_RATE = 100.0
_IDLE_SECONDS = 5.0
_ADOPTED_SECONDS = 60.0
_LIMITS_MS = {"start": 300.0, "restart": 600.0, "stop": 300.0}


async def measure(plan: Plan, say: Say) -> Findings:
    """Measure the life of workers: one after another, and a hundred at once."""
    found = Findings("lifecycle")
    with tempfile.TemporaryDirectory(prefix="bench-film-") as folder:
        film = str(footage.make(footage.TINY, Path(folder) / "tiny.mp4"))
        ids = [f"bench-{index:03d}" for index in range(1, _BURST + 1)]
        async with deployment(
            [{"id": one, "name": one, "source": film} for one in ids]
        ) as camplane:
            few = ids[: 5 if plan.quick else 20]
            await _one_after_another(camplane, few, found, say)
            await _adopted(camplane, few, found, say)
            await _in_flight(ids, lambda one: _act(camplane, one, "stop"))
            await _burst(camplane, ids, found, say)
    return found


async def _one_after_another(
    camplane: Deployment, ids: list[str], found: Findings, say: Say
) -> None:
    rows = []
    for verb, limit in _LIMITS_MS.items():
        say(f"lifecycle: {verb}, {len(ids)} cameras one after another")
        taken = [await _act(camplane, one, verb) for one in ids]
        if verb != "stop":
            await until_streaming(camplane, ids)
        worst = percentile(taken, 95)
        found.claims.append(results.at_most(f"{verb} answered (p95)", worst, limit, "ms"))
        found.data.append({"verb": verb, "milliseconds": taken})
        rows.append([verb, number(median(taken)), number(worst), number(max(taken))])
    columns = ("Operation", "Median ms", "p95 ms", "Max ms")
    found.tables.append(Table("Workers, one after another", columns, rows))


async def _adopted(camplane: Deployment, ids: list[str], found: Findings, say: Say) -> None:
    """Kill the camera service; see how long until its next one answers for the same workers."""
    say(f"lifecycle: adopting {len(ids)} workers after SIGKILL of the service")
    await asyncio.gather(*(_act(camplane, one, "start") for one in ids))
    before = await _pids(camplane, ids)
    os.kill(camplane.side.services["camera/domain"], signal.SIGKILL)
    began = time.perf_counter()
    async with asyncio.timeout(_ADOPTED_SECONDS):
        while True:
            if after := await _pids_from_domain(camplane, ids):
                break
            await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    if after != before:
        raise DeploymentError("after the restart of the service, other workers run than before")
    found.data.append({"adopted": len(ids), "seconds": seconds})
    title = "Workers that outlive their service"
    row = [f"{len(ids)} workers adopted after SIGKILL of camera/domain", f"{seconds:.2f} s"]
    note = "Of it, 0.5 s are the launcher's wait. The same processes ran before and after."
    found.tables.append(Table(title, ("", "Until domain answers for all"), [row], note))


async def _burst(camplane: Deployment, ids: list[str], found: Findings, say: Say) -> None:
    say(f"lifecycle: status while {len(ids)} cameras are started")
    path = camera_address(ids[0], "status")
    request, url = [http_request("GET", path)], camplane.side.url
    idle = await latencies(url, request, _STATUS_RATE, lasting(_IDLE_SECONDS))
    began = time.perf_counter()
    starting = asyncio.create_task(_in_flight(ids, lambda one: _act(camplane, one, "start")))
    during = await latencies(url, request, _STATUS_RATE, lambda passed: not starting.done())
    taken = await starting
    seconds = time.perf_counter() - began
    await until_streaming(camplane, ids)
    stopped = await _in_flight(ids, lambda one: _act(camplane, one, "stop"))
    times = percentile(during, 99) / percentile(idle, 99)
    claim = f"p99 of status during {len(ids)} starts, times idle"
    found.claims.append(results.at_most(claim, times, 2.0, "×"))
    found.data.append({"idle_ms": idle, "during_ms": during, "start_ms": taken, "stop_ms": stopped})
    rows = [
        [name, str(len(each)), *(number(percentile(each, p)) for p in (50, 99)), number(max(each))]
        for name, each in {
            "status, idle": idle,
            "status, during the starts": during,
            "start": taken,
            "stop": stopped,
        }.items()
    ]
    note = f"All {len(ids)} were started within {seconds:.1f} s, {_IN_FLIGHT} at a time."
    columns = ("Request", "Answers", "p50 ms", "p99 ms", "Max ms")
    found.tables.append(Table(f"Starting {len(ids)} cameras", columns, rows, note))


async def _act(camplane: Deployment, camera_id: str, verb: str) -> float:
    """Return how many milliseconds the answer took."""
    began = time.perf_counter()
    await camplane.ask("POST", f"/cameras/{camera_id}/{verb}")
    return (time.perf_counter() - began) * 1000


async def _in_flight(ids: list[str], act: Callable[[str], Awaitable[float]]) -> list[float]:
    """Do it for all cameras, some at a time; return the milliseconds of each."""
    free = asyncio.Semaphore(_IN_FLIGHT)

    async def one(camera_id: str) -> float:
        async with free:
            return await act(camera_id)

    return list(await asyncio.gather(*map(one, ids)))


async def _pids(camplane: Deployment, ids: list[str]) -> dict[str, int]:
    answer = await camplane.ask("POST", "/cameras/batch-status", {"camera_ids": ids})
    return {camera_id: answer[camera_id]["pid"] for camera_id in ids}


async def _pids_from_domain(camplane: Deployment, ids: list[str]) -> dict[str, int]:
    """Return the workers' pids if domain itself answers, {} if not."""
    answer = await camplane.api.ask("", "POST", "/cameras/batch-status", {"camera_ids": ids})
    if answer.status != 200 or answer.path != "domain":
        return {}
    return {camera_id: answer.json[camera_id]["pid"] for camera_id in ids}
