"""Which traces are kept, and which of them longer. Pure."""

import heapq
from collections import Counter, defaultdict

from gateway.telemetry.requests import Request

SLOWEST_EACH_MINUTE = 3
TYPICAL_EACH_MINUTE = 10
DIFFERENCES_EACH_MINUTE = 5
LEFT_EACH_MINUTE = 5
# Fewer say nothing of what is slow.
SLOW_AMONG = 20
# Faults and fallbacks first: others give way to them.
MAX_EACH_SECOND = 200
MAX_OTHERS_EACH_SECOND = 100
PINNED_EACH_HOUR = 3


class TailSampler:
    """Decides on one trace at a time, by what it decided in this second, minute and hour."""

    def __init__(self) -> None:
        self._slowest: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._seen: Counter[tuple[str, str]] = Counter()
        self._typical: Counter[tuple[str, str]] = Counter()
        self._differences: Counter[tuple[str, str]] = Counter()
        self._left: Counter[tuple[str, str]] = Counter()
        self._pinned: Counter[tuple[str, str, str]] = Counter()
        self._kept = 0
        self._second = self._minute = self._hour = -1
        self.passed_over = 0

    def kind(
        self, request: Request, fallback: str, sampled: bool, now: float, differs: bool = False
    ) -> str:
        """Return why the trace of a request is kept; "" when it is not.

        sampled: it has the spans of a service that took it as a fair sample.
        differs: the other path answered a copy of it differently.
        """
        self._turn(int(now))
        key = (request.key.rpc, request.key.assigned)
        self._seen[key] += 1
        kind = "fallback" if fallback else "failed" if request.key.fault else ""
        if not kind and differs and self._differences[key] < DIFFERENCES_EACH_MINUTE:
            self._differences[key] += 1
            kind = "difference"
        if not kind and request.key.rpc:
            if request.said.client_left:
                kind = self._abandoned(key, request.key.left)
            else:
                kind = self._unremarkable(key, request.end_ns - request.start_ns, sampled)
        if not kind:
            return ""
        most = MAX_EACH_SECOND if kind in ("fallback", "failed") else MAX_OTHERS_EACH_SECOND
        if self._kept >= most:
            self.passed_over += 1
            return ""
        self._kept += 1
        return kind

    def is_pinned(self, request: Request, kind: str) -> bool:
        """Is a kept trace to stay longer than the others?"""
        if kind == "typical":
            return False
        key = (request.key.rpc, request.key.assigned, kind)
        self._pinned[key] += 1
        return self._pinned[key] <= PINNED_EACH_HOUR

    def _abandoned(self, key: tuple[str, str], unanswered: bool) -> str:
        # Whoever watches a stream leaves it some day: that tells nothing.
        if not unanswered or self._left[key] >= LEFT_EACH_MINUTE:
            return ""
        self._left[key] += 1
        return "left"

    def _unremarkable(self, key: tuple[str, str], took_ns: int, sampled: bool) -> str:
        slowest = self._slowest[key]
        if len(slowest) < SLOWEST_EACH_MINUTE or took_ns > slowest[0]:
            heapq.heappush(slowest, took_ns)
            if len(slowest) > SLOWEST_EACH_MINUTE:
                heapq.heappop(slowest)
            if self._seen[key] >= SLOW_AMONG:
                return "slow"
        if sampled and self._typical[key] < TYPICAL_EACH_MINUTE:
            self._typical[key] += 1
            return "typical"
        return ""

    def _turn(self, second: int) -> None:
        if second != self._second:
            self._second, self._kept = second, 0
        if second // 60 != self._minute:
            self._minute = second // 60
            self._slowest.clear()
            self._seen.clear()
            self._typical.clear()
            self._differences.clear()
            self._left.clear()
        if second // 3600 != self._hour:
            self._hour = second // 3600
            self._pinned.clear()
