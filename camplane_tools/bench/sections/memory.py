"""Memory of each service when idle; memory and CPU of a worker."""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from camplane_tools.bench import footage, results
from camplane_tools.bench.deployment import Deployment, deployment
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections.stage import Say, until_streaming
from camplane_tools.load.processes import children, cpu_seconds, memory
from camplane_tools.probe.numbers import number
from gateway.demo.streams import DemoStreams

_SERVICE_MIB = 90.0
_WORKER_MIB = 12.0
_SETTLE_SECONDS = 3.0
_OF_EACH = 4
_COLUMNS = ("Process", "Resident MiB", "Proportional MiB", "Own MiB")


async def measure(plan: Plan, say: Say) -> Findings:
    """Measure services before any request, then workers of each kind."""
    found = Findings("memory")
    with tempfile.TemporaryDirectory(prefix="bench-film-") as name:
        film = str(footage.make(footage.CCTV, Path(name) / "cctv.mp4"))
        streams = DemoStreams()
        try:
            rtsp = [str(one["source"]) for one in await streams.start(Path(name))]
            kinds: dict[str, Mapping[str, object]] = {
                "640x360 at 10 fps, all frames": {"source": film},
                "640x360 at 10 fps, key frames": {"source": film, "profile": "fast"},
                "RTSP, 640x272 at 25 fps, all frames": {"source": rtsp[0]},
            }
            cameras = {
                kind: [
                    {"id": f"bench-{index}-{count}", "name": kind, **entry}
                    for count in range(_OF_EACH)
                ]
                for index, (kind, entry) in enumerate(kinds.items())
            }
            async with deployment([one for each in cameras.values() for one in each]) as camplane:
                await _services(camplane, found, say)
                await _workers(camplane, cameras, 3.0 if plan.quick else 15.0, found, say)
        finally:
            await streams.stop()
    return found


async def _services(camplane: Deployment, found: Findings, say: Say) -> None:
    say("memory: services, idle")
    await asyncio.sleep(_SETTLE_SECONDS)
    rows = []
    for name, pid in camplane.side.services.items():
        for process, its_pid in {name: pid, **children(pid, name)}.items():
            used = memory(its_pid)
            rows.append([process, *map(number, (used.resident, used.proportional, used.own))])
            found.data.append({"process": process, **vars(used)})
            if name != "envoy":
                claim = f"{process}, idle: resident memory"
                found.claims.append(results.at_most(claim, used.resident, _SERVICE_MIB, "MiB"))
    found.tables.append(Table("Memory of the services, idle", _COLUMNS, rows))


async def _workers(
    camplane: Deployment,
    cameras: Mapping[str, list[dict[str, object]]],
    seconds: float,
    found: Findings,
    say: Say,
) -> None:
    rows = []
    for kind, each in cameras.items():
        say(f"memory: workers, {kind}")
        ids = [str(one["id"]) for one in each]
        pids = [(await camplane.ask("POST", f"/cameras/{i}/start"))["pid"] for i in ids]
        await until_streaming(camplane, ids)
        await asyncio.sleep(_SETTLE_SECONDS)
        before, began = [cpu_seconds(pid) for pid in pids], time.perf_counter()
        await asyncio.sleep(seconds)
        passed = time.perf_counter() - began
        spent = [cpu_seconds(pid) - b for pid, b in zip(pids, before, strict=True)]
        used = [memory(pid) for pid in pids]
        share = median(spent) / passed
        own = median(one.own for one in used)
        figures = (
            *(median(one.resident for one in used), median(one.proportional for one in used)),
            own,
        )
        rows.append([kind, *map(number, figures), f"{share:.2%}"])
        found.data.append({"worker": kind, "own_mib": own, "cpu_share": share})
        if kind.startswith("640x360"):
            claim = f"worker, {kind}: own memory"
            found.claims.append(results.at_most(claim, own, _WORKER_MIB, "MiB"))
        for camera_id in ids:
            await camplane.ask("POST", f"/cameras/{camera_id}/stop")
    note = f"Medians of {_OF_EACH} workers. Own: private and dirty, what ending it sets free."
    columns = (*_COLUMNS, "CPU of one core")
    found.tables.append(Table("A camera's worker", columns, rows, note))
