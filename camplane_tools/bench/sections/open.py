"""Latency at half of what the slower side can do: requests leave at a fixed rate."""

import contextlib
from statistics import median

from camplane_tools.bench.deployment import Side
from camplane_tools.bench.endpoints import ENDPOINTS, Endpoint
from camplane_tools.bench.loads import rest_load
from camplane_tools.bench.open_loop import latencies
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Plan
from camplane_tools.bench.sections.stage import Say, both_sides
from camplane_tools.load.client import http_request
from camplane_tools.load.h2load import burst
from camplane_tools.load.loops import lasting
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import paired_ratio, percentile

_CONNECTIONS = 8
_MEASURED = ("status", "activate", "batch-status of 50", "rule get", "rule update", "rule create")
_COLUMNS = (
    *("Endpoint", "Requests/s", "p50 ms", "p99 ms", "Max ms"),
    *("No-op p50 ms", "p99 ms", "p99 times the no-op's", "95 % interval"),
)


async def measure(plan: Plan, say: Say) -> Findings:
    """Measure the latency of some endpoints from the time each request was meant to leave."""
    found = Findings("open")
    rows = []
    async with contextlib.AsyncExitStack() as stack:
        camplane, noop = await both_sides(stack, say)
        for endpoint in ENDPOINTS:
            if endpoint.name in _MEASURED:
                say(f"open loop: {endpoint.name}")
                rows.append(await _row(endpoint, camplane, noop, plan, found))
    note = "From the time a request was meant to leave; the rate is half of the closed loop's."
    found.tables = [Table("Latency at a fixed rate", _COLUMNS, rows, note)]
    return found


async def _row(
    endpoint: Endpoint, camplane: Side, noop: Side, plan: Plan, found: Findings
) -> list[str]:
    capacity = [
        (await burst(rest_load(endpoint, side.url), _CONNECTIONS, plan.seconds, {})).rate
        for side in (camplane, noop)
    ]
    rate = min(capacity) / 2
    requests = [http_request(endpoint.method, path, endpoint.body) for path in endpoint.paths]
    taken: dict[str, list[list[float]]] = {"camplane": [], "no-op": []}
    for number_of_round in range(plan.rounds):
        sides = (camplane, noop) if number_of_round % 2 else (noop, camplane)
        for side in sides:
            measured = await latencies(side.url, requests, rate, lasting(plan.seconds))
            taken[side.name].append(measured)
    found.data.append({"endpoint": endpoint.name, "rate": rate, "rounds_ms": taken})
    ours, nothing = taken["camplane"], taken["no-op"]
    worse = paired_ratio(
        [percentile(one, 99) for one in ours], [percentile(one, 99) for one in nothing]
    )
    return [
        endpoint.name,
        number(rate),
        number(median(percentile(one, 50) for one in ours)),
        number(median(percentile(one, 99) for one in ours)),
        number(max(max(one) for one in ours)),
        number(median(percentile(one, 50) for one in nothing)),
        number(median(percentile(one, 99) for one in nothing)),
        f"{worse.value:.2f} ×",
        f"{worse.low:.2f} to {worse.high:.2f}",
    ]
