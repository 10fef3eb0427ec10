"""What shadow traffic costs those who are answered: all reads mirrored against none."""

import tempfile
from pathlib import Path
from statistics import median

from camplane_tools.bench import results
from camplane_tools.bench.deployment import Deployment, bench_cameras, deployment, furnish
from camplane_tools.bench.endpoints import ENDPOINTS, Endpoint
from camplane_tools.bench.open_loop import latencies
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections.stage import Say
from camplane_tools.load.client import http_request
from camplane_tools.load.loops import lasting
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import paired_ratio, percentile

_MEASURED = ("status", "batch-status of 50", "rule get")
_P50_TIMES, _PERCENT = 1.05, {"off": 0, "on": 100}
# Requests a second: each is answered twice, and a machine that is busy with
# either would show how many it has, not what a copy costs.
_RATE = 100.0
_SETTLE_SECONDS = 0.3
_COLUMNS = (
    *("Endpoint", "p50 ms, off", "On", "On / off", "95 % interval"),
    *("p99 ms, off", "On"),
)


async def measure(plan: Plan, say: Say) -> Findings:
    """Measure the times of reads at a fixed rate, mirrored and not, in turn."""
    found = Findings("shadow")
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-film-") as folder:
        say("shadow: starting camplane")
        async with deployment(bench_cameras(Path(folder))) as one:
            await furnish(one)
            for endpoint in ENDPOINTS:
                if endpoint.name in _MEASURED:
                    say(f"shadow: {endpoint.name}")
                    rows.append(await _row(endpoint, one, plan, found))
    note = f"Open loop, {_RATE:g} requests a second, all answered by domain; copies go to legacy."
    found.tables.append(Table("All reads mirrored against none", _COLUMNS, rows, note))
    return found


async def _row(endpoint: Endpoint, one: Deployment, plan: Plan, found: Findings) -> list[str]:
    requests = [http_request(endpoint.method, path, endpoint.body) for path in endpoint.paths]
    taken: dict[str, list[list[float]]] = {"off": [], "on": []}
    for number_of_round in range(plan.rounds):
        for name in ("off", "on") if number_of_round % 2 else ("on", "off"):
            body = {"percent": _PERCENT[name], "author": "bench"}
            await one.ask("PUT", f"/rollouts/{endpoint.context}/shadow", body)
            await latencies(one.side.url, requests, _RATE, lasting(_SETTLE_SECONDS))
            measured = await latencies(one.side.url, requests, _RATE, lasting(plan.seconds))
            taken[name].append(measured)
    p50 = {name: [percentile(each, 50) for each in rounds] for name, rounds in taken.items()}
    p99 = {name: [percentile(each, 99) for each in rounds] for name, rounds in taken.items()}
    times = paired_ratio(p50["on"], p50["off"])
    found.data.append({"endpoint": endpoint.name, "rate": _RATE, "rounds_ms": taken})
    claim = f"{endpoint.name}, all mirrored against none: p50"
    found.claims.append(results.at_most(claim, times, _P50_TIMES, "×"))
    return [
        endpoint.name,
        *(number(median(p50[name])) for name in ("off", "on")),
        f"{times.value:.2f} ×",
        f"{times.low:.2f} to {times.high:.2f}",
        *(number(median(p99[name])) for name in ("off", "on")),
    ]
