"""What came of loading something for a while. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Of a core: beyond it the load generator, not what it loads, may be what is measured.
_BUSY = 0.9


@dataclass(frozen=True)
class Burst:
    """What came of loading for a while.

    latencies: milliseconds, one a request that succeeded. cpu: seconds used, by
    process; those of the load generator itself are under "load". codes: of all
    requests, how many got which status, or what came instead. late_ms: by how
    much the latest request left after its time.
    """

    seconds: float
    latencies: Sequence[float]
    cpu: Mapping[str, float] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    late_ms: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second that succeeded."""
        return len(self.latencies) / self.seconds

    @property
    def failed(self) -> Mapping[str, int]:
        """How many requests did not succeed, by what came instead."""
        return {code: count for code, count in self.codes.items() if not is_success(code)}

    @property
    def services(self) -> list[str]:
        """The processes measured, without the load generator."""
        return [name for name in self.cpu if name != "load"]

    @property
    def is_bound_by_load(self) -> bool:
        """Was the load generator, which has one thread, about as busy as it can be?"""
        return self.cpu.get("load", 0.0) / self.seconds >= _BUSY

    def cpu_micros(self, *names: str) -> float:
        """Return the CPU microseconds that these processes used for each request."""
        return sum(self.cpu[name] for name in names) / len(self.latencies) * 1e6


class Tally:
    """Counts answers while they come; latencies in milliseconds, of successes alone."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.codes: Counter[str] = Counter()
        self.late_ms = 0.0

    def count(self, code: str, milliseconds: float) -> None:
        """Count one request."""
        self.codes[code] += 1
        if is_success(code):
            self.latencies.append(milliseconds)


def is_success(code: str) -> bool:
    """Is this the code of a request that was answered as it should be, 2xx or 3xx?"""
    return len(code) == 3 and code[0] in "23"
