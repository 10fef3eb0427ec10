"""What a probe found, for a terminal and as JSON. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from camplane_tools.load.burst import Burst
from camplane_tools.load.processes import Memory
from camplane_tools.probe.numbers import number
from camplane_tools.probe.probe import Measured
from camplane_tools.probe.statistics import Estimate
from camplane_tools.probe.summary import Figures, Ratios, Summary, summary
from camplane_tools.probe.targets import Contender, Plan

FIGURES = (
    *("endpoint", "who", "requests/s", "p50 ms", "p95 ms", "p99 ms", "max ms"),
    *("CPU ms", "failed"),
)
RATIOS = ("endpoint", "ratio [95 %]", "requests/s", "p50", "p95", "p99", "CPU")
PROCESSES = ("process", "RSS MiB", "own MiB")
# How late requests may leave, against the median latency, before the figures are its.
_LATE_SHARE = 0.5


@dataclass(frozen=True)
class Probed:
    """One probe: what was asked for, and what was found. ceiling: of the load generator."""

    plan: Plan
    contenders: Sequence[Contender]
    measured: Sequence[Measured]
    memories: Mapping[str, Memory]
    ceiling: Burst

    @property
    def summaries(self) -> list[Summary]:
        """The figures of each endpoint."""
        return [summary(one) for one in self.measured]


def title(plan: Plan) -> str:
    """Say how it was loaded."""
    how = f"{plan.connections} connections, closed loop"
    if plan.rate is not None:
        how = f"{number(plan.rate)} requests/s, open loop, from the intended time"
    return f"{how}; {plan.rounds} rounds of {plan.seconds:g} s each, in turn"


def figure_rows(summaries: Iterable[Summary]) -> list[list[str]]:
    """Return a row under FIGURES for each contender; CPU is that of all processes, a request."""
    return [_figure_row(one.endpoint, each) for one in summaries for each in one.figures]


def ratio_rows(summaries: Iterable[Summary]) -> list[list[str]]:
    """Return a row under RATIOS for each contender against the first."""
    return [_ratio_row(one.endpoint, each) for one in summaries for each in one.ratios]


def process_columns(probed: Probed) -> tuple[str, ...]:
    """Return the headings of `process_rows`."""
    return (*PROCESSES, *(f"CPU ms, {one.name}" for one in _measured_ones(probed)))


def process_rows(probed: Probed) -> list[list[str]]:
    """Return a row for each process: its memory, and its CPU for each contender.

    Over all endpoints; the load generator, whose memory is nobody's, comes last.
    """
    names = {name: None for one in probed.contenders for name in one.processes}
    rows = []
    for process in (*names, "load") if names else ():
        used = probed.memories.get(process)
        memory = [number(used.resident), number(used.own)] if used else ["", ""]
        cpu = [_cpu_ms(probed, one.name, process) for one in _measured_ones(probed)]
        label = "(load generator)" if process == "load" else process
        rows.append([label, *memory, *map(number, cpu)])
    return rows


def notes(probed: Probed) -> list[str]:
    """Return what a reader must know to believe the figures."""
    top = probed.ceiling
    each = 1000 * top.cpu["load"] / max(len(top.latencies), 1)
    found = [
        f"The load generator itself reached {number(top.rate)} requests/s of a server that does"
        f" nothing, {number(each)} ms of CPU each."
    ]
    for one in probed.summaries:
        for figures in one.figures:
            what = f"{one.endpoint}, {figures.name}"
            if figures.is_bound_by_load:
                found.append(
                    f"{what}: the load generator was the bottleneck; its rate is the least"
                )
            if figures.p50 and figures.late_ms > max(figures.p50 * _LATE_SHARE, 1.0):
                found.append(
                    f"{what}: a request left {number(figures.late_ms)} ms after its time;"
                    " the longest times may be the load generator's"
                )
            for code, count in sorted(figures.codes.items()):
                found.append(f"{what}: {count:,} of {figures.requests:,} failed: {code}")
    return found


def as_json(probed: Probed) -> dict[str, Any]:
    """Return everything but the single latencies."""
    return {
        "mode": probed.plan.mode,
        **asdict(probed.plan),
        "contenders": [{"name": one.name, "url": one.url} for one in probed.contenders],
        "endpoints": [asdict(one) for one in probed.summaries],
        "rounds": [
            {
                "endpoint": one.endpoint.name,
                "contender": name,
                "seconds": [burst.seconds for burst in bursts],
                "rate": [burst.rate for burst in bursts],
                "cpu_seconds": [dict(burst.cpu) for burst in bursts],
                "codes": [dict(burst.codes) for burst in bursts],
            }
            for one in probed.measured
            for name, bursts in one.bursts.items()
        ],
        "memory_mib": {name: asdict(used) for name, used in probed.memories.items()},
        "load_generator": {
            "requests_per_second_at_most": probed.ceiling.rate,
            "cpu_seconds": probed.ceiling.cpu["load"],
        },
        "notes": notes(probed),
    }


def _figure_row(endpoint: str, one: Figures) -> list[str]:
    times = (one.p50, one.p95, one.p99, one.longest)
    services = [ms for name, ms in one.cpu_ms.items() if name != "load"]
    return [
        endpoint,
        one.name,
        number(one.rate),
        *("" if each is None else number(each) for each in times),
        number(sum(services)) if services else "",
        f"{one.error_rate:.2%}" if one.error_rate else "0",
    ]


def _ratio_row(endpoint: str, one: Ratios) -> list[str]:
    def shown(ratio: Estimate | None) -> str:
        return f"{ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]" if ratio else ""

    cells = [shown(each) for each in (one.rate, one.p50, one.p95, one.p99, one.cpu)]
    return [endpoint, f"{one.name} / {one.against}", *cells]


def _measured_ones(probed: Probed) -> list[Contender]:
    return [one for one in probed.contenders if one.processes]


def _cpu_ms(probed: Probed, contender: str, process: str) -> float:
    bursts = [burst for one in probed.measured for burst in one.bursts[contender]]
    answered = sum(len(burst.latencies) for burst in bursts)
    return sum(burst.cpu[process] for burst in bursts) / max(answered, 1) * 1000
