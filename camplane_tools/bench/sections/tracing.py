"""What tracing costs: the receiver by itself, and a camplane with all of it on against off."""

import asyncio
import contextlib
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from camplane_tools.bench import results
from camplane_tools.bench.deployment import (
    Deployment,
    DeploymentError,
    bench_cameras,
    deployment,
    furnish,
)
from camplane_tools.bench.endpoints import ENDPOINTS, Endpoint
from camplane_tools.bench.loads import rest_load
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Contender, Plan, in_turn
from camplane_tools.bench.sections.stage import Say
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import median_estimate, paired_ratio, percentile

_REPOSITORY = Path(__file__).parents[3]
_MEASURED = ("status", "rule get", "rule update")
_CONNECTIONS = 8
_SPANS, _SPANS_STORED = 20_000.0, 12_000.0
_MIB = 250.0
_RATE_KEPT, _P50_MS = 0.85, 0.3
_READING_SECONDS = 120.0
_COLUMNS = (
    *("Endpoint", "Requests/s, off", "On", "On / off", "95 % interval"),
    *("p50 ms, off", "On", "More ms"),
)


async def measure(plan: Plan, say: Say) -> Findings:
    """Measure the receiver without and with a database, then whole camplanes in turn."""
    found = Findings("tracing")
    await _receiver(plan, found, say)
    await _whole(plan, found, say)
    return found


async def _receiver(plan: Plan, found: Findings, say: Say) -> None:
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-spans-") as folder:
        for name, target in (("without", _SPANS), ("with", _SPANS_STORED)):
            say(f"tracing: the receiver {name} a database")
            rates, mib, traces = [], 0.0, 0
            for number_of_round in range(plan.rounds):
                database = [f"{folder}/{number_of_round}.db"] if name == "with" else []
                read = await _read_spans(database)
                found.data.append({"receiver": name, **read})
                rates.append(read["spans"] / read["cpu_seconds"])
                mib, traces = max(mib, read["mib"]), int(read["traces"])
            rate = median_estimate(rates)
            claim = f"receiver {name} a database, of one core"
            found.claims.append(results.at_least(claim, rate, target, "spans/s"))
            found.claims.append(results.at_most(f"{claim}: memory", mib, _MIB, "MiB"))
            rows.append([f"{name} a database", number(rate.value), number(mib), f"{traces:,}"])
    columns = ("Receiver", "Spans a second of CPU", "Resident MiB", "Traces kept")
    note = (
        "Batches of 512, one request in 20 failed; with a database at most 200 traces a second"
        " are kept, whatever comes. CPU time of all threads; memory holds the batches too."
    )
    found.tables.append(Table("The receiver of spans", columns, rows, note))


async def _read_spans(arguments: list[str]) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "camplane_tools.bench.reading_spans", *arguments),
        stdout=asyncio.subprocess.PIPE,
        cwd=_REPOSITORY,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _READING_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise DeploymentError("the receiver did not read all spans")
    read: dict[str, float] = json.loads(output)
    return read


async def _whole(plan: Plan, found: Findings, say: Say) -> None:
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-film-")))
        deployments: dict[str, Deployment] = {}
        for name in ("off", "on"):
            say(f"tracing: starting camplane with tracing {name}")
            cameras = bench_cameras(folder)
            deployments[name] = await stack.enter_async_context(
                deployment(cameras, tracing=name == "on")
            )
            await furnish(deployments[name])
        rows = []
        for endpoint in ENDPOINTS:
            if endpoint.name in _MEASURED:
                say(f"tracing: {endpoint.name}")
                rows.append(await _row(endpoint, deployments, plan, found))
    note = "Envoy's and the services' spans, the receiver and its database, all on this machine."
    found.tables.append(Table("Tracing on against off", _COLUMNS, rows, note))


async def _row(
    endpoint: Endpoint, deployments: dict[str, Deployment], plan: Plan, found: Findings
) -> list[str]:
    contenders = {
        name: Contender(rest_load(endpoint, one.side.url), one.side.services)
        for name, one in deployments.items()
    }
    bursts = await in_turn(contenders, _CONNECTIONS, plan)
    rates = {name: [one.rate for one in each] for name, each in bursts.items()}
    p50 = {name: [percentile(b.latencies, 50) for b in each] for name, each in bursts.items()}
    kept = paired_ratio(rates["on"], rates["off"])
    more = median_estimate([on - off for on, off in zip(p50["on"], p50["off"], strict=True)])
    found.data.append({"endpoint": endpoint.name, "rates": rates, "p50_ms": p50})
    claim = f"{endpoint.name}, traced against not"
    found.claims.append(results.at_least(f"{claim}: requests/s", kept, _RATE_KEPT, "×"))
    found.claims.append(results.at_most(f"{claim}: p50 more", more, _P50_MS, "ms"))
    return [
        endpoint.name,
        *(number(median(rates[name])) for name in ("off", "on")),
        f"{kept.value:.2f} ×",
        f"{kept.low:.2f} to {kept.high:.2f}",
        *(number(median(p50[name])) for name in ("off", "on")),
        number(more.value),
    ]
