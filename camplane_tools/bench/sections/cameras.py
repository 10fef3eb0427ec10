"""Many cameras on this machine at once, and what they leave of the API's answer times."""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from camplane_tools.bench import footage, results
from camplane_tools.bench.deployment import Deployment, deployment
from camplane_tools.bench.endpoints import RULE
from camplane_tools.bench.footage import CCTV
from camplane_tools.bench.open_loop import latencies
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections.stage import Say, until_streaming
from camplane_tools.harness.operations import BATCH_STATUS, RULES, camera_address, rule_address
from camplane_tools.load.client import http_request
from camplane_tools.load.loops import lasting
from camplane_tools.load.processes import cpu_seconds, memory
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import percentile

_LIMIT_MS = 50.0
_RATE = 100.0
_SETTLE_SECONDS = 5.0
_COLUMNS = (
    *("Cameras", "Frames looked at", "CPU cores", "CPU a camera", "Own MiB a camera"),
    *("API p50 ms", "API p99 ms", "API max ms"),
)


async def measure(plan: Plan, say: Say) -> Findings:
    """Run 50 cameras decoded in full, then 150 by their key frames."""
    found = Findings("cameras")
    rows = []
    seconds = 5.0 if plan.quick else 20.0
    with tempfile.TemporaryDirectory(prefix="bench-film-") as folder:
        film = str(footage.make(CCTV, Path(folder) / "cctv.mp4"))
        for count, name, extra, looked_at in (
            (50, "all frames", {}, CCTV.frames_per_second),
            (150, "key frames", {"profile": "fast"}, CCTV.frames_per_second / CCTV.gop),
        ):
            count = count // 10 if plan.quick else count
            ids = [f"bench-{index:03d}" for index in range(1, count + 1)]
            entries = [{"id": one, "name": one, "source": film, **extra} for one in ids]
            async with deployment(entries) as camplane:
                say(f"cameras: starting {count}, {name}")
                title = f"{count}, {name}"
                rows.append(await _row(camplane, ids, title, looked_at, seconds, found, say))
    note = (
        f"640x360 at {CCTV.frames_per_second} frames a second, H.264, a key frame every "
        f"{CCTV.gop} frames, from files played at their own speed. The API: status, batch-status, "
        f"a rule and the rules, {_RATE:.0f} requests a second at a fixed rate."
    )
    found.tables.append(Table("Many cameras at once", _COLUMNS, rows, note))
    return found


async def _row(
    camplane: Deployment,
    ids: list[str],
    title: str,
    looked_at: float,
    seconds: float,
    found: Findings,
    say: Say,
) -> list[str]:
    await camplane.ask("POST", "/alerts/rules", RULE)
    pids = [(await camplane.ask("POST", f"/cameras/{i}/start"))["pid"] for i in ids]
    await until_streaming(camplane, ids)
    await asyncio.sleep(_SETTLE_SECONDS)
    say(f"cameras: measuring {title}")
    frames_before, began = await _frames(camplane, ids), time.perf_counter()
    cpu_before = sum(map(cpu_seconds, pids))
    taken = await latencies(camplane.side.url, _api(ids), _RATE, lasting(seconds))
    cores = (sum(map(cpu_seconds, pids)) - cpu_before) / (time.perf_counter() - began)
    frames = await _frames(camplane, ids) - frames_before
    passed = time.perf_counter() - began
    share = frames / (looked_at * passed * len(ids))
    own = median(memory(pid).own for pid in pids)
    p99 = percentile(taken, 99)
    found.claims.append(results.at_most(f"API p99 beside {title}", p99, _LIMIT_MS, "ms"))
    claim = f"frames looked at, of those due, {title}"
    found.claims.append(results.at_least(claim, share, 0.95))
    found.data.append({"cameras": title, "milliseconds": taken, "cores": cores, "share": share})
    return [
        *(title, f"{share:.0%}", f"{cores:.2f}", f"{cores / len(ids):.2%}", number(own)),
        *(number(percentile(taken, 50)), number(p99), number(max(taken))),
    ]


async def _frames(camplane: Deployment, ids: list[str]) -> int:
    """Return how many frames all workers have looked at so far."""
    answers = [await camplane.ask("GET", f"/cameras/{one}/stats") for one in ids]
    return sum(answer["stats"]["processed_frames"] for answer in answers)


def _api(ids: list[str]) -> list[bytes]:
    """Return what a page that shows cameras and rules asks."""
    status = [http_request("GET", camera_address(one, "status")) for one in ids[:7]]
    return [
        *status,
        http_request("POST", BATCH_STATUS),
        http_request("GET", rule_address(1)),
        http_request("GET", RULES),
    ]
