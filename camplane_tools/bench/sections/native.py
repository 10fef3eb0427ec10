"""Native gRPC, through the gateway and straight to the service, against REST."""

import contextlib
from statistics import median

from camplane_tools.bench import results
from camplane_tools.bench.deployment import Side, record_replies
from camplane_tools.bench.endpoints import ENDPOINTS, Endpoint
from camplane_tools.bench.loads import grpc_load, rest_load
from camplane_tools.bench.results import Findings, Table
from camplane_tools.bench.rounds import Contender, Plan, in_turn
from camplane_tools.bench.sections.stage import Say, furnished_deployment
from camplane_tools.load.burst import Burst
from camplane_tools.probe.numbers import number
from camplane_tools.probe.statistics import paired_ratio, percentile

REST = "REST"
THROUGH = "gRPC through the gateway"
STRAIGHT = "gRPC straight to the service"
TARGET = 1.6
_COLUMNS = (
    *("Endpoint", "Connections", "REST req/s", "Through the gateway", "95 % interval"),
    *("Straight to the service", "95 % interval", "p99 ms: REST", "Through", "Straight"),
    *("CPU µs: REST", "Through", "Straight"),
)


async def measure(plan: Plan, say: Say) -> Findings:
    """Measure what each endpoint's typed twin answers, at each count of calls in flight."""
    found = Findings("native")
    rows = []
    async with contextlib.AsyncExitStack() as stack:
        side = (await furnished_deployment(stack, say)).side
        replies = await record_replies(side, ENDPOINTS)
        for endpoint in ENDPOINTS:
            for connections in plan.connections:
                say(f"native: {endpoint.name}, {connections} connections")
                size = min(len(replies[call.method]) for call in endpoint.native)
                bursts = await in_turn(_contenders(endpoint, side, size), connections, plan)
                rows.append(_row(endpoint, connections, bursts, found))
    found.tables = [Table("Native gRPC against REST", _COLUMNS, rows)]
    return found


def _contenders(endpoint: Endpoint, side: Side, reply_bytes: int) -> dict[str, Contender]:
    socket = side.socket(endpoint.context)
    native = endpoint.native
    return {
        REST: Contender(rest_load(endpoint, side.url), side.services),
        THROUGH: Contender(grpc_load(native, side.url, "", reply_bytes), side.services),
        STRAIGHT: Contender(grpc_load(native, side.url, socket, reply_bytes), side.services),
    }


def _row(
    endpoint: Endpoint, connections: int, bursts: dict[str, list[Burst]], found: Findings
) -> list[str]:
    rates = {name: [one.rate for one in each] for name, each in bursts.items()}
    row = [endpoint.name, str(connections), number(median(rates[REST]))]
    for name in (THROUGH, STRAIGHT):
        times = paired_ratio(rates[name], rates[REST])
        row += [f"{times.value:.2f} ×", f"{times.low:.2f} to {times.high:.2f}"]
        claim = f"{endpoint.name}, {connections} connections: {name}, times REST"
        if endpoint.share is not None:
            found.claims.append(results.at_least(claim, times, TARGET, "×"))
    for name in bursts:
        row.append(number(percentile([ms for one in bursts[name] for ms in one.latencies], 99)))
    for name in bursts:
        row.append(number(median(one.cpu_micros(*one.services) for one in bursts[name])))
        found.data += [
            {
                "endpoint": endpoint.name,
                "connections": connections,
                "by": name,
                "requests_per_second": one.rate,
                "p99_ms": percentile(one.latencies, 99),
                "cpu_micros": {process: one.cpu_micros(process) for process in one.cpu},
            }
            for one in bursts[name]
        ]
    return row
