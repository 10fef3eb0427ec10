"""Takes in the spans of every request and answers what they say."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.telemetry import attempts
from gateway.telemetry.drawn import Drawn
from gateway.telemetry.intake import EXPLAINED_SECONDS, Intake
from gateway.telemetry.packed import unpacked
from gateway.telemetry.reconciliation import CounterKey
from gateway.telemetry.time_buckets import KEPT_MINUTES, SKEW_SECONDS, TimeBuckets
from gateway.telemetry.traffic_metrics import TrafficMetrics
from gateway.telemetry.writer import Writer
from gateway.vocabulary.weight_history import WeightHistory

log = logging.getLogger(__name__)

M = TypeVar("M", bound=Message)

QUEUE_BYTES = 16 << 20
LOOK_SECONDS = 0.2
# Kept traces that wait for a disk.
MAX_WAITING = 5_000
WRITE_SECONDS = 1.0


@dataclass(frozen=True)
class ReceiverCounts:
    """The names are those of the API."""

    spans: int
    dropped: Mapping[str, int]
    out_of_time: int
    queue_bytes: int
    traces_kept: int
    traces_pinned: int
    forwarded: int = 0
    forward_failed: int = 0


class Receiver:
    """Counts requests, joins and keeps traces. Thread-safe; one thread reads what comes.

    contexts: the context of each RPC, by its label in the route table. writer:
    keeps statistics and traces over a restart; None keeps nothing. notes_tokens: see
    gateway.telemetry.intake.
    """

    def __init__(
        self,
        contexts: Mapping[str, str],
        writer: Writer | None = None,
        clock: Callable[[], float] = time.time,
        queue_bytes: int = QUEUE_BYTES,
        notes_tokens: bool = False,
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._most_bytes = queue_bytes
        self._queue: deque[tuple[ExportTraceServiceRequest, int]] = deque()
        self._queue_bytes = 0
        self._arrived = threading.Condition()
        self._closing = False
        # Held while a batch is counted, or counts are read.
        self._lock = threading.Lock()
        self._buckets = TimeBuckets()
        self._intake = Intake(
            contexts, self._buckets, keeps=writer is not None, notes_tokens=notes_tokens
        )
        self._thread = threading.Thread(target=self._run, name="spans", daemon=True)

    def start(self) -> None:
        """Take back the statistics of the last day and begin to read. Blocks for a moment."""
        if self._writer:
            first = int(self._clock()) // 60 - KEPT_MINUTES
            for minute, part in self._writer.load(first):
                self._buckets.load(minute, part)
            self._writer.start(self._not_written)
        self._thread.start()

    def close(self) -> None:
        """Read what has come, write all down, and end. Blocks."""
        with self._arrived:
            self._closing = True
            self._arrived.notify()
        self._thread.join()
        if self._writer:
            self._writer.close()

    def take(self, data: bytes) -> int:
        """Take an ExportTraceServiceRequest; return how many of its spans there is no room for.

        All or none. ValueError when it is none. Never waits.
        """
        return self._enqueue(self._parsed(ExportTraceServiceRequest, data), len(data))

    def take_attempts(self, data: bytes) -> ExportTraceServiceRequest:
        """Take an ExportLogsServiceRequest, Envoy's records of attempts that failed.

        Returns them as spans. What there is no room for is counted as dropped.
        ValueError when it is none. Never waits.
        """
        batch = attempts.as_spans(self._parsed(ExportLogsServiceRequest, data))
        self._enqueue(batch, len(data))
        return batch

    def metrics(self, minutes: int) -> TrafficMetrics:
        """Return a copy of the last minutes' metrics, the present one's included.

        May take some 100 ms for a day: call it in a thread.
        """
        with self._lock:
            still_open, closed = self._buckets.metrics(minutes, self._clock())
        whole = unpacked(closed)
        whole.merge(still_open)
        return whole

    def recent(self, seconds: int) -> TrafficMetrics:
        """Return the metrics of the last whole seconds, at most 60."""
        with self._lock:
            return self._buckets.recent(seconds, self._clock())

    def since_start(self) -> TrafficMetrics:
        """Return all requests counted since the start, with their whole times and nothing more.

        Only ever grows. May take some 10 ms.
        """
        with self._lock:
            return self._buckets.since_start()

    def drawn(self, context: str, history: WeightHistory, since: float) -> list[Drawn]:
        """Return what was drawn since a moment, by the weight that was in force.

        Seconds count whole; beyond ten minutes back it is minutes, a day at most.
        """
        until = self._clock() + SKEW_SECONDS
        with self._lock:
            return [
                Drawn(one.weight, *self._buckets.drawn(context, one.since, one.until))
                for one in history.stretches(context, since, until)
            ]

    def begin_stage(
        self, context: str, since: float, metrics: TrafficMetrics | None = None
    ) -> None:
        """Count a context's requests that begin from `since` (Unix time) on.

        metrics: what an earlier process counted of them; it is added to.
        """
        with self._lock:
            self._buckets.begin_stage(context, since, metrics or TrafficMetrics())

    def end_stage(self, context: str) -> None:
        """Count them no longer. Idempotent."""
        with self._lock:
            self._buckets.end_stage(context)

    def stage(self, context: str) -> TrafficMetrics:
        """Return what was counted since the stage began, with whole times and nothing more."""
        with self._lock:
            return self._buckets.stage(context)

    def ended_until(self, moment: float) -> Mapping[CounterKey, int]:
        """Return all requests counted since the start that ended before a moment.

        moment: a whole tenth of a second of the last minute.
        """
        with self._lock:
            return self._buckets.ended_until(moment)

    def counts(self) -> ReceiverCounts:
        """Return what was taken in, and what was not."""
        kept, pinned = self._writer.counts() if self._writer else (0, 0)
        with self._lock:
            return ReceiverCounts(
                spans=self._intake.spans,
                dropped=dict(self._intake.dropped),
                out_of_time=self._buckets.out_of_time,
                queue_bytes=self._queue_bytes,
                traces_kept=kept,
                traces_pinned=pinned,
            )

    def take_uses(self) -> Mapping[str, float]:
        """Return when tokens were seen since this was asked last, by their ids."""
        with self._lock:
            used, self._intake.used = self._intake.used, {}
            return used

    def _parsed(self, kind: type[M], data: bytes) -> M:
        try:
            return kind.FromString(data)
        except DecodeError as error:
            with self._lock:
                self._intake.dropped["malformed"] += 1
            raise ValueError(f"no OTLP request: {error}") from error

    def _enqueue(self, batch: ExportTraceServiceRequest, size: int) -> int:
        """Have a batch read soon; return how many spans there is no room for."""
        with self._arrived:
            if self._queue_bytes + size <= self._most_bytes and not self._closing:
                self._queue.append((batch, size))
                self._queue_bytes += size
                self._arrived.notify()
                return 0
        count = _size(batch)
        with self._lock:
            self._intake.dropped["queue_full"] += count
        return count

    def _run(self) -> None:
        written_at = time.monotonic()
        while True:
            with self._arrived:
                if not self._queue and not self._closing:
                    waiting = self._intake.is_waiting
                    self._arrived.wait(EXPLAINED_SECONDS / 4 if waiting else LOOK_SECONDS)
                batch, size = self._queue.popleft() if self._queue else (None, 0)
                self._queue_bytes -= size
                ends = self._closing and batch is None
            try:
                now = self._clock()
                with self._lock:
                    if batch is not None:
                        self._intake.read(batch, now)
                    self._intake.settle(now, all_of_them=ends)
                    if time.monotonic() - written_at >= WRITE_SECONDS or ends:
                        written_at = time.monotonic()
                        self._hand_over(now)
            except Exception:  # spans may say anything; what is wrong with one must not end all
                log.exception("spans could not be read")
                self._intake.dropped["malformed"] += 1
            if ends:
                return

    def _hand_over(self, now: float) -> None:
        """Give the writer what is new, and forget what is old."""
        if self._writer and self._writer.is_free():
            self._writer.write(self._intake.kept, self._buckets.changed())
            self._intake.kept = []
        elif len(self._intake.kept) > MAX_WAITING or not self._writer:
            self._intake.kept = []
        self._buckets.tidy(now)

    def _not_written(self, minutes: list[int]) -> None:
        with self._lock:
            self._buckets.not_written(minutes)


def _size(batch: ExportTraceServiceRequest) -> int:
    """Return how many spans a batch has."""
    return sum(
        len(scope.spans) for resource in batch.resource_spans for scope in resource.scope_spans
    )
