"""The requests of one RPC that were assigned to one path, summed up. Pure."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from gateway.analysis import abandonment
from gateway.telemetry.histogram import Histogram
from gateway.telemetry.traffic_metrics import RequestCell, RequestKey, TrafficMetrics
from gateway.vocabulary.split import DOMAIN, LEGACY


@dataclass(slots=True)
class Variant:
    """One side of the comparison.

    Requests whose client left (`left`) are counted, but neither succeeded nor
    failed: rates of failure are of `judged`. That clients leave one path more
    often is looked at by itself. A stream that began ends by its client leaving, and
    was answered; it has no times.

    refused: neither failed nor answered as asked: NOT_FOUND and the like, and streams that
    their server ended.
    total: whole requests, of those judged; left_after: until their client left.
    codes: of all requests, as the client saw them. own_codes: of those that the
    assigned path did not fall back in. fallbacks: reason to (count, microseconds
    lost before the other path was asked).
    """

    requests: int = 0
    left: int = 0
    failures: int = 0
    refused: int = 0
    answered_elsewhere: int = 0
    total: Histogram = field(default_factory=Histogram)
    left_after: Histogram = field(default_factory=Histogram)
    attempt: Histogram = field(default_factory=Histogram)
    gateway: Histogram = field(default_factory=Histogram)
    codes: Counter[str] = field(default_factory=Counter)
    own_codes: Counter[str] = field(default_factory=Counter)
    fault_codes: Counter[str] = field(default_factory=Counter)
    fallbacks: dict[str, tuple[int, float]] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """How many requests ended while the client was there."""
        return self.requests - self.left

    @property
    def timed(self) -> int:
        """Of how many it is known how long they took, at least."""
        return self.total.count + self.left_after.count

    @property
    def fell_back(self) -> int:
        """How many requests the other path had to answer."""
        return sum(count for count, _ in self.fallbacks.values())

    def left_of(self, of_legacy: Histogram) -> tuple[int, int]:
        """Return how many clients left after longer than legacy mostly takes, and of how many."""
        left = abandonment.telling(self.left_after, of_legacy)
        return left, self.judged + left

    def add(self, key: RequestKey, cell: RequestCell) -> None:
        """Count the requests of one key."""
        self.requests += cell.count
        self.codes[key.code] += cell.count
        self.attempt.merge(cell.attempt)
        self.gateway.merge(cell.gateway)
        if key.answered != key.assigned:
            self.answered_elsewhere += cell.count
        if key.fallback:
            count, lost_us = self.fallbacks.get(key.fallback, (0, 0.0))
            self.fallbacks[key.fallback] = (count + cell.count, lost_us + cell.added_us)
        else:
            self.own_codes[key.code] += cell.count
        if key.left:
            self.left += cell.count
            self.left_after.merge(cell.total)
        else:
            self.failures += cell.count if key.failed else 0
            self.refused += cell.count if key.refused else 0
        if key.is_timed:
            self.total.merge(cell.total)
        if key.fault:
            self.fault_codes[key.code] += cell.count

    def absorb(self, other: "Variant") -> None:
        """Count the requests of another variant too, but not their times: these are one RPC's."""
        self.requests += other.requests
        self.left += other.left
        self.failures += other.failures
        self.refused += other.refused
        self.codes += other.codes
        self.own_codes += other.own_codes
        self.fault_codes += other.fault_codes
        for reason, (count, lost_us) in other.fallbacks.items():
            counted, lost = self.fallbacks.get(reason, (0, 0.0))
            self.fallbacks[reason] = (counted + count, lost + lost_us)


Cells = list[tuple[RequestKey, RequestCell]]


def cells_by_rpc(metrics: TrafficMetrics, context: str) -> dict[str, Cells]:
    """Return what was counted of each RPC of a context that tells of its two paths."""
    found: defaultdict[str, Cells] = defaultdict(list)
    for key, cell in metrics.requests.items():
        split = key.assigned in (LEGACY, DOMAIN) and not key.is_apart
        if key.context == context and key.rpc and split:
            found[key.rpc].append((key, cell))
    return found


def both_variants(cells: Cells) -> tuple[Variant, Variant]:
    """Return legacy's variant and domain's of one RPC."""
    legacy, domain = Variant(), Variant()
    for key, cell in cells:
        (legacy if key.assigned == LEGACY else domain).add(key, cell)
    return legacy, domain
