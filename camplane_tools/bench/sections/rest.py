"""REST through the gateway, against services that do nothing behind the same gateway."""

import contextlib
from statistics import median

from camplane_tools.bench import results
from camplane_tools.bench.deployment import Side
from camplane_tools.bench.endpoints import ENDPOINTS, Endpoint
from camplane_tools.bench.loads import rest_load
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Contender, Plan, in_turn
from camplane_tools.bench.sections.stage import Say, both_sides
from camplane_tools.load.burst import Burst
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import paired_ratio, percentile

_COLUMNS = (
    *("Endpoint", "Connections", "No-op req/s", "camplane req/s", "Share", "95 % interval"),
    *("p50 ms", "p99 ms", "No-op p99 ms"),
)
_CPU_COLUMNS = (
    *("Endpoint", "Connections", "Envoy", "Service", "All", "No-op: Envoy", "Service", "All"),
    *("Share", "Monolith", "Load generator"),
)


async def measure(plan: Plan, say: Say) -> Findings:
    """Measure every endpoint, at each count of connections."""
    found = Findings("rest")
    rates, cpu = [], []
    async with contextlib.AsyncExitStack() as stack:
        camplane, noop = await both_sides(stack, say)
        for endpoint in ENDPOINTS:
            for connections in plan.connections:
                say(f"rest: {endpoint.name}, {connections} connections")
                bursts = await in_turn(
                    {side.name: _contender(endpoint, side) for side in (noop, camplane)},
                    connections,
                    plan,
                )
                ours, nothing = bursts[camplane.name], bursts[noop.name]
                rates.append(_rate_row(endpoint, connections, ours, nothing))
                cpu.append(_cpu_row(endpoint, connections, ours, nothing))
                _claim(found, endpoint, connections, ours, nothing)
                found.data += [
                    _data(endpoint, connections, side, burst)
                    for side, all_of_side in bursts.items()
                    for burst in all_of_side
                ]
    found.tables = [
        Table("REST against a no-op of the same reply", _COLUMNS, rates),
        Table("CPU of a REST request, microseconds", _CPU_COLUMNS, cpu),
    ]
    return found


def _contender(endpoint: Endpoint, side: Side) -> Contender:
    return Contender(rest_load(endpoint, side.url), side.services)


def _claim(
    found: Findings, endpoint: Endpoint, connections: int, ours: list[Burst], nothing: list[Burst]
) -> None:
    name = f"{endpoint.name}, {connections} connections"
    if endpoint.share is not None:
        share = paired_ratio([one.rate for one in ours], [one.rate for one in nothing])
        found.claims.append(
            results.at_least(f"{name}: share of the no-op's requests/s", share, endpoint.share)
        )
    # The monolith's figures were recorded at 64 connections.
    if endpoint.monolith_ms is not None and connections == 64:
        limit = endpoint.monolith_ms * 1000 / endpoint.times_less
        spent = median(one.cpu_micros(*one.services) for one in ours)
        found.claims.append(results.at_most(f"{name}: CPU a request", spent, limit, "µs"))


def _rate_row(
    endpoint: Endpoint, connections: int, ours: list[Burst], nothing: list[Burst]
) -> list[str]:
    share = paired_ratio([one.rate for one in ours], [one.rate for one in nothing])
    latencies = [each for one in ours for each in one.latencies]
    noop_latencies = [each for one in nothing for each in one.latencies]
    return [
        endpoint.name,
        str(connections),
        number(median(one.rate for one in nothing)),
        number(median(one.rate for one in ours)),
        f"{share.value:.0%}",
        f"{share.low:.0%} to {share.high:.0%}",
        number(percentile(latencies, 50)),
        number(percentile(latencies, 99)),
        number(percentile(noop_latencies, 99)),
    ]


def _cpu_row(
    endpoint: Endpoint, connections: int, ours: list[Burst], nothing: list[Burst]
) -> list[str]:
    service = f"{endpoint.context}/domain"
    monolith = endpoint.monolith_ms
    cells = [endpoint.name, str(connections)]
    for bursts in (ours, nothing):
        cells += [
            number(median(one.cpu_micros("envoy") for one in bursts)),
            number(median(one.cpu_micros(service) for one in bursts)),
            number(median(one.cpu_micros(*one.services) for one in bursts)),
        ]
    spent = [median(one.cpu_micros(*one.services) for one in bursts) for bursts in (nothing, ours)]
    cells.append(f"{spent[0] / spent[1]:.0%}")
    cells.append(number(monolith * 1000) if monolith is not None else "")
    cells.append(number(median(one.cpu_micros("load") for one in ours)))
    return cells


def _data(endpoint: Endpoint, connections: int, side: str, burst: Burst) -> dict[str, object]:
    return {
        "endpoint": endpoint.name,
        "connections": connections,
        "side": side,
        "requests_per_second": burst.rate,
        "p50_ms": percentile(burst.latencies, 50),
        "p99_ms": percentile(burst.latencies, 99),
        "cpu_micros": {name: burst.cpu_micros(name) for name in burst.cpu},
    }
