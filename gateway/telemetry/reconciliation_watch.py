"""Holds what the spans say against what Envoy counted, again and again."""

import asyncio
import logging
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.proxy.admin import Admin, AdminError
from gateway.telemetry import reconciliation
from gateway.telemetry.envoy_counts import EnvoyCounts, ask
from gateway.telemetry.reconciliation import CounterKey, Reconciliation
from gateway.telemetry.time_buckets import PARTS_A_SECOND
from gateway.vocabulary.route_table import rpcs
from gateway.vocabulary.split import CONTEXTS

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 5
# Envoy sends spans every 0.2 s; a receiver that is busy reads them some time later.
LAG_SECONDS = 3.0
# So long a look is looked at again, for spans that came later still.
SETTLED_SECONDS = 30
KEPT_SAMPLES = 600 // INTERVAL_SECONDS + 1
# So few are no disagreement: both sides look at their clocks a moment apart.
FEW_REQUESTS = 5
_OF_CONTEXTS = frozenset(rpc.label for rpc in rpcs() if rpc.context in CONTEXTS)


@dataclass(frozen=True)
class ReconciliationChecks:
    """The names are those of the API."""

    completeness: Reconciliation
    agreement: Reconciliation
    sufficient: bool
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sample:
    """Both counts as of one moment, between `since` and `until`, when Envoy's had been read.

    spans: of requests that ended before it. under_way: how many ended within it, so that
    Envoy's counters may have them or not.
    """

    since: float
    until: float
    envoy: EnvoyCounts
    spans: Mapping[CounterKey, int]
    under_way: int


class ReconciliationWatch:
    """Two counts of the same requests, over the last ten minutes."""

    def __init__(
        self, envoy: Admin, ended_until: Callable[[float], Mapping[CounterKey, int]]
    ) -> None:
        self._envoy = envoy
        self._ended_until = ended_until
        self._samples: deque[_Sample] = deque(maxlen=KEPT_SAMPLES)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            # The first two looks are soon: before the second one nothing is certain.
            interval = INTERVAL_SECONDS if len(self._samples) > 1 else 1
            await asyncio.sleep(interval - time.time() % interval)
            since = math.floor(time.time() * PARTS_A_SECOND) / PARTS_A_SECOND
            try:
                counted = await ask(self._envoy)
            except (AdminError, ValueError) as error:
                if round(since) % INTERVAL_SECONDS == 0:  # at the start Envoy is not there yet
                    log.warning("the spans are not held against Envoy's counters: %s", error)
                continue
            until = math.ceil(time.time() * PARTS_A_SECOND) / PARTS_A_SECOND
            await asyncio.sleep(LAG_SECONDS)
            self.add(since, until, counted)

    def add(self, since: float, until: float, counted: EnvoyCounts) -> None:
        """Take what Envoy had counted between two moments, at most a minute ago.

        since, until: whole tenths of a second, so near to each other as Envoy answers: what
        ended between them may be missing by either count.
        """
        if self._samples and not self._follows(self._samples[-1], since, counted):
            self._samples.clear()
        settled = since - SETTLED_SECONDS
        for place, sample in enumerate(self._samples):
            if sample.since > settled:
                self._samples[place] = self._sample(sample.since, sample.until, sample.envoy)
        self._samples.append(self._sample(since, until, counted))

    @staticmethod
    def _follows(last: _Sample, since: float, counted: EnvoyCounts) -> bool:
        """Is it of one count? Not of another Envoy's, nor by a clock that was put back."""
        return last.envoy.answered <= counted.answered and last.since <= since

    def _sample(self, since: float, until: float, counted: EnvoyCounts) -> _Sample:
        spans = _compared(self._ended_until(since))
        # A clock that was put back meanwhile lets nothing be under way.
        ended = sum(_compared(self._ended_until(max(since, until))).values())
        return _Sample(since, until, counted, spans, ended - sum(spans.values()))

    def checks(self) -> ReconciliationChecks:
        """Return what holds now; insufficient until there were two looks."""
        if len(self._samples) < 2:
            nothing = Reconciliation(0, 0, percent=100.0, alarm=False, coded_differences=())
            return ReconciliationChecks(nothing, nothing, sufficient=False)
        return checked(self._samples[0], self._samples[-1])


def checked(first: _Sample, last: _Sample) -> ReconciliationChecks:
    """Compare the counts between two samples. Pure."""
    spans = Counter(last.spans)
    spans.subtract(first.spans)
    answers = Counter(_compared(last.envoy.by_code))
    answers.subtract(_compared(first.envoy.by_code))
    under_way = FEW_REQUESTS + first.under_way + last.under_way
    completeness = reconciliation.completeness(answers, spans, under_way)
    agreement = reconciliation.agreement(answers, spans, under_way)
    sufficient = not (completeness.alarm or agreement.alarm)
    return ReconciliationChecks(completeness, agreement, sufficient, last.envoy.refused)


def _compared(counts: Mapping[CounterKey, int]) -> dict[CounterKey, int]:
    """Return those of requests that a service was asked for; others may have no span.

    Whatever strangers send, and what asks for these metrics, neither makes nor unmakes trust.
    """
    return {key: count for key, count in counts.items() if key[0] and key[1] in _OF_CONTEXTS}
