"""What Envoy itself counted, to hold the spans against. Pure but for the asking."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from gateway.comparison.truth import TruthKey
from gateway.envoy.admin import Admin
from gateway.envoy.route_table import rpcs

_ENDED = re.compile(r"http\.gateway\.downstream_rq_(total|active)")
_BY_CODE = re.compile(r"cluster\.(\w+)\.grpc\.(\w+)\.(\w+)\.(\d+)")
_FILTER = rf"^({_ENDED.pattern}|{_BY_CODE.pattern})$"
_CODES = {code.value[0]: code.name for code in grpc.StatusCode}


@dataclass(frozen=True)
class EnvoyCounts:
    """Since Envoy's start.

    ended: requests that are over, whatever became of them.
    by_code: gRPC answers, by cluster, RPC and status.
    """

    ended: int
    by_code: Mapping[TruthKey, int]


async def ask(envoy: Admin) -> EnvoyCounts:
    """Read the counters; raises AdminError."""
    return read(await envoy.stats(_FILTER))


def read(stats: Iterable[Mapping[str, Any]]) -> EnvoyCounts:
    """Return the counts that Envoy's JSON of statistics holds."""
    labels = {(rpc.service.replace(".", "_"), rpc.name): rpc.label for rpc in rpcs()}
    gauges: dict[str, int] = {}
    by_code: Counter[TruthKey] = Counter()
    for entry in stats:
        name, value = entry.get("name", ""), entry.get("value", 0)
        if match := _ENDED.fullmatch(name):
            gauges[match[1]] = value
        elif match := _BY_CODE.fullmatch(name):
            cluster, service, method, code = match.groups()
            if (label := labels.get((service, method))) and int(code) in _CODES:
                by_code[cluster, label, _CODES[int(code)]] += value
    return EnvoyCounts(gauges.get("total", 0) - gauges.get("active", 0), by_code)
