"""The ledger of requests: minutes of a day, and the last seconds. Pure but for the clock given."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from gateway.telemetry.histogram import Histogram
from gateway.telemetry.packed import Packed, unpacked
from gateway.telemetry.reconciliation import CounterKey
from gateway.telemetry.requests import Request, Said
from gateway.telemetry.resources import Refusals, StageResources
from gateway.telemetry.shadows import Compared
from gateway.telemetry.traffic_metrics import (
    RequestCell,
    ResourceCell,
    ResourceKey,
    ShadowCell,
    ShadowKey,
    SpanCell,
    SpanKey,
    TrafficMetrics,
    merged,
)
from gateway.vocabulary.choices import REPEATED
from gateway.vocabulary.split import DOMAIN

KEPT_MINUTES = 24 * 60
# A minute takes in what comes late, for so long after its end.
OPEN_SECONDS = 90
LATEST_SECONDS = 150
SKEW_SECONDS = 5
KEPT_SECONDS = 60
# So finely it is known when requests ended.
PARTS_A_SECOND = 10
DRAWN_SECONDS = 600
MAX_OPEN = 10
# Of each RPC; what a service invents beyond is "other".
MAX_SPAN_NAMES = 64


class _Group:
    """Requests that are counted alike; times in microseconds, as in RequestCell."""

    __slots__ = ("added", "attempts", "count", "gateway", "totals")

    def __init__(self) -> None:
        self.count = 0
        self.added = 0.0
        self.totals: list[float] = []
        self.attempts: list[float] = []
        self.gateway: list[float] = []

    def add(self, request: Request) -> None:
        self.count += 1
        said = request.said
        total_us = max(request.end_ns - request.start_ns, 0) / 1000
        self.totals.append(total_us)
        if said.client_left:  # of the parts nobody knows how long they would have taken
            return
        attempt_us = request.attempt_us
        if attempt_us is not None:
            lost = (request.before_us or 0.0) if said.attempts > 1 else 0.0
            self.attempts.append(attempt_us)
            self.gateway.append(total_us - attempt_us - lost)
            self.added += lost

    def cell(self) -> RequestCell:
        times = (Histogram.of(one) for one in (self.totals, self.attempts, self.gateway))
        return RequestCell(self.count, self.added, *times)


class TimeBuckets:
    """Counts requests once; not thread-safe, the receiver holds its lock around it."""

    def __init__(self) -> None:
        self._open: dict[int, TrafficMetrics] = {}
        self._closed: dict[int, Packed] = {}
        self._changed: set[int] = set()
        self._seconds: dict[int, TrafficMetrics] = {}
        self._before = TrafficMetrics()
        # By part of a second.
        self._ended: dict[int, Counter[CounterKey]] = defaultdict(Counter)
        self._ended_before: Counter[CounterKey] = Counter()
        # By second, context and whether to domain; long past ones by minute.
        self._drawn_counts: Counter[tuple[int, str, bool]] = Counter()
        self._drawn_minutes: Counter[tuple[int, str, bool]] = Counter()
        self._names: dict[tuple[str, str], set[str]] = defaultdict(set)
        # Of each context: what began since a moment, in nanoseconds.
        self._stages: dict[str, tuple[int, TrafficMetrics]] = {}
        self._resources: dict[str, dict[ResourceKey, StageResources]] = {}
        self._refusals = Refusals()
        self.out_of_time = 0

    def count(self, requests: Iterable[tuple[Request, str]], now: float) -> None:
        """Count requests, each with why legacy answered it for domain, "" if it did not.

        Many at once cost each of them a third of what one by itself does.
        """
        groups: dict[tuple[Said, str, int, bool, bool], _Group] = {}
        for request, fallback in requests:
            said = request.said
            ended = request.end_ns / 1e9
            stage_ns, stage = self._stages.get(said.key.context, (0, None))
            staged = stage is not None and request.start_ns >= stage_ns
            if not now - LATEST_SECONDS <= ended <= now + SKEW_SECONDS:
                self.out_of_time += 1
                ended, staged = now, False  # nobody knows when it was
            repeated = self._refusals.is_habit(request)
            if staged and request.resource and not (repeated or said.key.is_apart):
                self._count_resource(request)
            place = (said, fallback, int(ended), staged, repeated)
            group = groups.get(place)
            if group is None:
                group = groups[place] = _Group()
            group.add(request)
            self._ended[int(ended * PARTS_A_SECOND)][said.counter] += 1
            if said.key.is_drawn and said.key.assigned:
                started = int(min(request.start_ns / 1e9, now))
                self._drawn_counts[started, said.key.context, said.key.assigned == DOMAIN] += 1
        for (said, fallback, second, staged, repeated), group in groups.items():
            key = said.key._replace(fallback=fallback) if fallback else said.key
            key = key._replace(chosen=REPEATED) if repeated else key
            cell = group.cell()
            self._at(second // 60).of(key).merge(cell)
            whole_times = RequestCell(cell.count, total=cell.total)
            self._seconds.setdefault(second, TrafficMetrics()).of(key).merge(whole_times)
            if staged:
                self._stages[key.context][1].of(key).merge(whole_times)

    def count_span(
        self, minute: int, key: SpanKey, calls: int, self_us: float, times_us: list[float]
    ) -> None:
        """Count the spans of one name in one sampled request."""
        names = self._names[key.rpc, key.assigned]
        if key.name not in names:
            if len(names) >= MAX_SPAN_NAMES:
                key = SpanKey(key.context, key.rpc, key.assigned, "other")
            else:
                names.add(key.name)
        cell = self._at(minute).spans.setdefault(key, SpanCell())
        cell.calls += calls
        cell.self_us += self_us
        for time_us in times_us:
            cell.time.add(time_us)

    def count_compared(self, minute: int, pair: Compared) -> None:
        """Count the replies to a request and to its copy; the stage by when the request began."""
        key = ShadowKey(pair.context, pair.rpc, pair.kind)
        stage_ns, stage = self._stages.get(pair.context, (0, None))
        counted = [self._at(minute)]
        if stage is not None and pair.start_ns >= stage_ns:
            counted.append(stage)
        for metrics in counted:
            metrics.shadows.setdefault(key, ShadowCell()).count(pair.fields)

    def metrics(self, minutes: int, now: float) -> tuple[TrafficMetrics, list[Packed]]:
        """Return copies: of the open minutes their sum, of the closed ones those to be added."""
        first = int(now) // 60 - minutes + 1
        still_open = merged(part for minute, part in self._open.items() if minute >= first)
        return still_open, [part for minute, part in self._closed.items() if minute >= first]

    def recent(self, seconds: int, now: float) -> TrafficMetrics:
        """Return what ended in the last whole seconds."""
        until = int(now)
        parts = (self._seconds.get(second) for second in range(until - seconds, until))
        return merged(part for part in parts if part)

    def since_start(self) -> TrafficMetrics:
        """Return the requests counted since the start, their whole times alone."""
        return merged((self._before, *self._seconds.values()))

    def begin_stage(self, context: str, since: float, metrics: TrafficMetrics) -> None:
        """Count a context's requests that begin from `since` (Unix time) on into `metrics`."""
        self._stages[context] = (round(since * 1e9), metrics)
        self._resources[context] = {}

    def end_stage(self, context: str) -> None:
        """Count them no longer; there need be no stage."""
        self._stages.pop(context, None)
        self._resources.pop(context, None)

    def stage(self, context: str) -> TrafficMetrics:
        """Return a copy of what was counted since the stage began: whole times alone."""
        _, metrics = self._stages.get(context, (0, TrafficMetrics()))
        return merged([metrics])

    def ended_until(self, moment: float) -> Mapping[CounterKey, int]:
        """Return all requests that ended before that moment, a whole tenth of a second."""
        counts, until = Counter(self._ended_before), round(moment * PARTS_A_SECOND)
        for at, part in self._ended.items():
            if at < until:
                counts.update(part)
        return counts

    def drawn(self, context: str, since: float, until: float) -> tuple[int, int]:
        """Return how many drawn requests began between two moments: to legacy, to domain."""
        found = [0, 0]
        for counts, width in ((self._drawn_counts, 1), (self._drawn_minutes, 60)):
            for (second, of, to_domain), count in counts.items():
                if of == context and since <= second and second + width <= until:
                    found[to_domain] += count
        return found[0], found[1]

    def tidy(self, now: float) -> None:
        """Close minutes that are over, and forget what is too old."""
        open_from = int(now - OPEN_SECONDS) // 60
        for minute in [minute for minute in self._open if minute < open_from]:
            # One that cannot be written stays in memory; there is room for few open ones.
            if minute not in self._changed or len(self._open) > MAX_OPEN:
                self._changed.discard(minute)
                self._closed[minute] = Packed.of(self._open.pop(minute))
        oldest = int(now) // 60 - KEPT_MINUTES
        for minute in [minute for minute in self._closed if minute <= oldest]:
            del self._closed[minute]
        kept = range(int(now) - KEPT_SECONDS, int(now) + SKEW_SECONDS + 1)
        for second in [second for second in self._seconds if second not in kept]:
            self._before.merge(self._seconds.pop(second))
        for part in [part for part in self._ended if part // PARTS_A_SECOND not in kept]:
            self._ended_before.update(self._ended.pop(part))
        self._coarsen_drawn(int(now) - DRAWN_SECONDS, oldest * 60)
        self._follow_clock(now + SKEW_SECONDS)

    def changed(self) -> list[tuple[int, Packed]]:
        """Return the minutes that were counted in since the last time, packed."""
        changed = [(minute, Packed.of(self._open[minute])) for minute in self._changed]
        self._changed.clear()
        return changed

    def not_written(self, minutes: list[int]) -> None:
        """Say that what `changed` gave could not be written; it will give it again."""
        self._changed.update(minute for minute in minutes if minute in self._open)

    def load(self, minute: int, part: Packed) -> None:
        """Take back a minute that was written by an earlier process."""
        self._closed[minute] = part

    def _count_resource(self, request: Request) -> None:
        key = request.key
        about = ResourceKey(key.context, key.rpc, key.assigned)
        counted = self._resources[key.context]
        if about not in counted:
            metrics = self._stages[key.context][1]
            counted[about] = StageResources(metrics.resources.setdefault(about, ResourceCell()))
        counted[about].count(request)

    def _at(self, minute: int) -> TrafficMetrics:
        self._changed.add(minute)
        metrics = self._open.get(minute)
        if metrics is None:
            # One of an earlier process, or one that was closed already, goes on.
            closed = self._closed.pop(minute, None)
            metrics = self._open[minute] = unpacked([closed]) if closed else TrafficMetrics()
        return metrics

    def _follow_clock(self, latest: float) -> None:
        """After the clock was put back, let nothing wait for a time that was over already.

        A stage goes on with all that comes; what was drawn is not taken for what will be.
        """
        for context, (since_ns, metrics) in self._stages.items():
            if since_ns > latest * 1e9:
                self._stages[context] = (0, metrics)
        for counts in (self._drawn_counts, self._drawn_minutes):
            for key in [key for key in counts if key[0] > latest]:
                del counts[key]

    def _coarsen_drawn(self, before: int, oldest: int) -> None:
        """Put seconds long past together by minutes, and forget the oldest."""
        for key in [key for key in self._drawn_counts if key[0] < before]:
            second, context, to_domain = key
            minute = second - second % 60
            self._drawn_minutes[minute, context, to_domain] += self._drawn_counts.pop(key)
        for key in [key for key in self._drawn_minutes if key[0] < oldest]:
            del self._drawn_minutes[key]
