"""What Envoy itself counted, to hold the spans against. Pure but for the asking."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.proxy.admin import Admin
from gateway.telemetry import answers
from gateway.telemetry.reconciliation import CounterKey
from gateway.telemetry.requests import counted_as, refused_as
from gateway.vocabulary.route_table import rpcs


@dataclass(frozen=True)
class EnvoyCounts:
    """Since Envoy's start.

    answered: requests that are over, whatever became of them. by_code: those for an operation,
    by cluster, RPC and status. refused: those that the gateway refused by itself, by status:
    most never had a route, so there is nothing to hold them against.
    """

    answered: int
    by_code: Mapping[CounterKey, int]
    refused: Mapping[str, int]


async def ask(envoy: Admin) -> EnvoyCounts:
    """Read the counters; raises AdminError, and ValueError when they are none of ours."""
    text = await envoy.prometheus(answers.STAT)
    return read(text, {rpc.label: rpc.context for rpc in rpcs()})


def read(counters: str, contexts: Mapping[str, str]) -> EnvoyCounts:
    """Return what the access log counted, traced or not."""
    by_code: Counter[CounterKey] = Counter()
    refused: Counter[str] = Counter()
    answered = 0
    for labels, count in answers.labelled(counters):
        answered += count
        key = counted_as(labels, contexts)
        if key is not None:
            by_code[key] += count
        if code := refused_as(labels):
            refused[code] += count
    return EnvoyCounts(answered, by_code, refused)
