"""What Envoy itself counted, to hold the spans against. Pure but for the asking."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.comparison.truth import TruthKey
from gateway.envoy.admin import Admin
from gateway.envoy.route_table import rpcs
from gateway.monitoring import answers
from gateway.traces.requests import counted_as

_TOTAL, _ACTIVE = "http.gateway.downstream_rq_total", "http.gateway.downstream_rq_active"
_FILTER = rf"^({_TOTAL}|{_ACTIVE})$"


@dataclass(frozen=True)
class EnvoyCounts:
    """Since Envoy's start.

    ended: requests that are over, whatever became of them.
    by_code: answers of operations, by cluster, RPC and status.
    """

    ended: int
    by_code: Mapping[TruthKey, int]


async def ask(envoy: Admin) -> EnvoyCounts:
    """Read the counters; raises AdminError, and ValueError when they are none of ours."""
    gauges, counters = await asyncio.gather(envoy.stats(_FILTER), envoy.prometheus(answers.STAT))
    contexts = {rpc.label: rpc.context for rpc in rpcs()}
    return EnvoyCounts(ended(gauges), by_code(counters, contexts))


def ended(stats: Iterable[Mapping[str, Any]]) -> int:
    """Return how many requests are over by Envoy's JSON of statistics."""
    gauges = {entry.get("name"): entry.get("value", 0) for entry in stats}
    return int(gauges.get(_TOTAL, 0) - gauges.get(_ACTIVE, 0))


def by_code(counters: str, contexts: Mapping[str, str]) -> Mapping[TruthKey, int]:
    """Return the answers of operations by what the access log counted, traced or not."""
    found: Counter[TruthKey] = Counter()
    for labels, count in answers.labelled(counters):
        key = counted_as(labels, contexts)
        if key is not None:
            found[key] += count
    return found
