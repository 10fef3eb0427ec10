"""Holds what the spans say against what Envoy counted, again and again."""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.comparison import truth
from gateway.comparison.truth import Truth, TruthKey
from gateway.envoy.admin import Admin, AdminError
from gateway.monitoring.envoy_counts import EnvoyCounts, ask

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 5
# Envoy sends spans every 0.2 s; a receiver that is busy reads them some time later.
LAG_SECONDS = 3.0
KEPT_SAMPLES = 600 // INTERVAL_SECONDS + 1
# Envoy's counters are read that much later than the second ends, at most.
READING_SECONDS = 0.1
FEW_REQUESTS = 5


@dataclass(frozen=True)
class TruthChecks:
    """The names are those of the API."""

    completeness: Truth
    agreement: Truth
    sufficient: bool


@dataclass(frozen=True)
class _Sample:
    """Both counts at the end of one second."""

    second: int
    envoy: EnvoyCounts
    spans: Mapping[TruthKey, int]


class TruthWatch:
    """Two counts of the same requests, over the last ten minutes."""

    def __init__(self, envoy: Admin, ended_until: Callable[[int], Mapping[TruthKey, int]]) -> None:
        self._envoy = envoy
        self._ended_until = ended_until
        self._samples: deque[_Sample] = deque(maxlen=KEPT_SAMPLES)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            # The first look is soon: before the second one nothing is certain.
            interval = INTERVAL_SECONDS if self._samples else 1
            await asyncio.sleep(interval - time.time() % interval)
            second = round(time.time())  # a timer may go off a moment early
            try:
                counted = await ask(self._envoy)
            except (AdminError, ValueError) as error:
                if second % INTERVAL_SECONDS == 0:  # at the start Envoy is not there yet
                    log.warning("the spans are not held against Envoy's counters: %s", error)
                continue
            await asyncio.sleep(LAG_SECONDS)
            self._add(_Sample(second, counted, dict(self._ended_until(second))))

    def checks(self) -> TruthChecks:
        """Return what holds now; insufficient until there were two looks."""
        if len(self._samples) < 2:
            nothing = Truth(expected=0, observed=0, percent=100.0, alarm=False, differences=())
            return TruthChecks(nothing, nothing, sufficient=False)
        return checked(self._samples[0], self._samples[-1])

    def _add(self, sample: _Sample) -> None:
        if self._samples and not follows(self._samples[-1], sample):
            self._samples.clear()
        self._samples.append(sample)


def follows(last: _Sample, sample: _Sample) -> bool:
    """Do they tell of one count? Not of another Envoy's, nor by a clock that was put back. Pure."""
    return last.envoy.ended <= sample.envoy.ended and last.second <= sample.second


def checked(first: _Sample, last: _Sample) -> TruthChecks:
    """Compare the counts between two samples. Pure."""
    spans = Counter(last.spans)
    spans.subtract(first.spans)
    ended = last.envoy.ended - first.envoy.ended
    rate = ended / max(last.second - first.second, 1)
    in_flight = FEW_REQUESTS + int(rate * READING_SECONDS)
    by_code = Counter(last.envoy.by_code)
    by_code.subtract(first.envoy.by_code)
    completeness = truth.completeness({("", "", ""): ended}, spans, in_flight)
    agreement = truth.agreement(_of_operations(by_code), _of_operations(spans), in_flight)
    return TruthChecks(completeness, agreement, not (completeness.alarm or agreement.alarm))


def _of_operations(counts: Mapping[TruthKey, int]) -> dict[TruthKey, int]:
    """Leave out what no RPC was asked for, and what was answered before anybody was asked."""
    return {key: count for key, count in counts.items() if count and key[0] and key[1]}
