"""What a probe found, in figures: of each contender, and of each against the first. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from camplane_tools.load.burst import Burst
from camplane_tools.probe.probe import Measured
from camplane_tools.probe.statistics import Estimate, paired_ratio, percentile

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class Figures:
    """One contender at one endpoint.

    rate: requests a second that succeeded, the median of the rounds. p50 to
    longest: milliseconds, over all rounds. codes: of what failed, how many.
    cpu_ms: of each process, for each request that succeeded. late_ms: by how
    much the latest request left after its time. Without a single success all
    times are None.
    """

    name: str
    requests: int
    rate: float
    p50: float | None
    p95: float | None
    p99: float | None
    longest: float | None
    error_rate: float
    codes: Mapping[str, int]
    cpu_ms: Mapping[str, float]
    late_ms: float
    is_bound_by_load: bool


@dataclass(frozen=True)
class Ratios:
    """One contender against the first, median of the rounds' ratios with its 95 % interval.

    None where a round of either had no success, or no CPU was measured.
    """

    name: str
    against: str
    rate: Estimate | None
    p50: Estimate | None
    p95: Estimate | None
    p99: Estimate | None
    cpu: Estimate | None


@dataclass(frozen=True)
class Summary:
    """One endpoint: the contenders, and all but the first against the first."""

    endpoint: str
    figures: Sequence[Figures]
    ratios: Sequence[Ratios]


def summary(measured: Measured) -> Summary:
    """Return the figures of one endpoint."""
    names = list(measured.bursts)
    first = measured.bursts[names[0]]
    return Summary(
        measured.endpoint.name,
        [_figures(name, bursts) for name, bursts in measured.bursts.items()],
        [_ratios(name, measured.bursts[name], names[0], first) for name in names[1:]],
    )


def _figures(name: str, bursts: Sequence[Burst]) -> Figures:
    latencies = sorted(each for one in bursts for each in one.latencies)
    codes: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for one in bursts:
        codes.update(one.codes)
        failed.update(one.failed)
    p50, p95, p99 = (percentile(latencies, p) if latencies else None for p in PERCENTILES)
    spent = {
        process: sum(one.cpu[process] for one in bursts) / len(latencies) * 1000
        for process in (bursts[0].cpu if latencies else ())
    }
    return Figures(
        name,
        requests=codes.total(),
        rate=median(one.rate for one in bursts),
        p50=p50,
        p95=p95,
        p99=p99,
        longest=latencies[-1] if latencies else None,
        error_rate=failed.total() / codes.total() if codes else 0.0,
        codes=dict(failed),
        cpu_ms=spent,
        late_ms=max(one.late_ms for one in bursts),
        is_bound_by_load=any(one.is_bound_by_load for one in bursts),
    )


def _ratios(name: str, of: Sequence[Burst], against: str, first: Sequence[Burst]) -> Ratios:
    def ratio(figure: Callable[[Burst], float]) -> Estimate | None:
        if not all(one.latencies for one in (*of, *first)):
            return None
        below = [figure(one) for one in first]
        return paired_ratio([figure(one) for one in of], below) if all(below) else None

    def time(percent: int) -> Callable[[Burst], float]:
        return lambda one: percentile(one.latencies, percent)

    has_cpu = all(one.services for one in (*of, *first))
    p50, p95, p99 = (ratio(time(percent)) for percent in PERCENTILES)
    return Ratios(
        name,
        against,
        rate=ratio(lambda one: one.rate),
        p50=p50,
        p95=p95,
        p99=p99,
        cpu=ratio(lambda one: one.cpu_micros(*one.services)) if has_cpu else None,
    )
