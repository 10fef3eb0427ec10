"""What the comparison says of an act, read from the monitoring API's JSON. Pure.

A finding is read from the API's fields, not from its sentences: these may be
put in other words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Json = Mapping[str, Any]

# By how much domain must be slower to be slow by our doing: without it, it differs by a few.
SLOW_MS = 20.0
# And by how many points more of its requests must be left by their clients.
LEFT_POINTS = 3.0


@dataclass(frozen=True)
class Found:
    """What was named. cause: in words. kind: of the exemplars that show it."""

    rpc: str
    cause: str
    kind: str
    span: str = ""
    sentences: tuple[str, ...] = ()
    trace_id: str = ""


def rpc_of(comparison: Json, rpc: str) -> Json:
    """Return what is said of one RPC; empty when nothing is yet."""
    for context in comparison["contexts"]:
        for one in context["rpcs"]:
            if one["rpc"] == rpc:
                return one
    return {}


def slow(comparison: Json, rpc: str) -> Found | None:
    """Return the part of the request that makes domain slow, if it is called worse for that."""
    said = rpc_of(comparison, rpc)
    if said.get("verdict") != "worse" or not said.get("difference"):
        return None
    percentiles = [said["difference"][name] for name in ("p50", "p95")]
    if not any(one["low"] > 0 and one["value"] >= SLOW_MS for one in percentiles):
        return None
    for span in said["spans"]:
        if span["explains"] and span["difference_ms"] > 0:
            cause = f"{span['difference_ms']:.0f} ms more a request in {span['name']}"
            return _found(said, cause, "slow", span["name"])
    return None


def wrong(comparison: Json, rpc: str) -> Found | None:
    """Return the server fault that only domain answers, if it is called worse and has one."""
    said = rpc_of(comparison, rpc)
    if said.get("verdict") != "worse":
        return None
    for code in said["codes"]:
        if code["is_fault"] and code["where"] == "only_domain":
            return _found(said, f"{code['code']} only on domain", "failed")
    return None


def wrong_among_strangers(comparison: Json, rpc: str) -> Found | None:
    """Return the fault, if what strangers sent is shown apart and is in no figure."""
    refused = comparison["truth"]["refused"] if comparison["contexts"] else {}
    found = wrong(comparison, rpc)
    if not found or not refused or not comparison["truth"]["sufficient"]:
        return None
    heads = ", ".join(f"{status} ({count})" for status, count in sorted(refused.items()))
    return replace(found, cause=f"{found.cause}; apart, refused at the door: {heads}")


def hung(comparison: Json, rpc: str) -> Found | None:
    """Return how many were left unanswered, if domain is called worse and has more of them."""
    said = rpc_of(comparison, rpc)
    if said.get("verdict") != "worse" or not said.get("left_rate_difference"):
        return None
    more = said["left_rate_difference"]
    if more["low"] <= 0 or more["value"] < LEFT_POINTS:
        return None
    left, of = said["domain"]["left"], said["domain"]["requests"]
    return _found(said, f"clients left {left:,} of {of:,} requests of domain unanswered", "left")


def down(comparison: Json, rpc: str) -> Found | None:
    """Return why legacy answers for domain, if it is called worse and does."""
    said = rpc_of(comparison, rpc)
    if said.get("verdict") != "worse" or not said["fallbacks"]:
        return None
    reasons = ", ".join(f"{one['reason']} ({one['count']})" for one in said["fallbacks"])
    return _found(said, f"legacy answers for domain: {reasons}", "fallback")


def trace_ids(said: Json, kind: str) -> Sequence[str]:
    """Return the exemplars of one kind that were assigned to domain."""
    return [
        one["trace_id"]
        for one in said["exemplars"]
        if one["kind"] == kind and one["assigned"] == "domain"
    ]


def slowest_step(trace: Json) -> str:
    """Return the name of domain's step that took the longest by itself; "" without any."""
    steps = _steps(trace)
    return max(steps, key=lambda span: span["self_ms"])["name"] if steps else ""


def last_step(trace: Json) -> str:
    """Return the name of the step that domain's failed call began last; "" without any."""
    steps = _steps(trace)
    return max(steps, key=lambda span: span["start_ms"])["name"] if steps else ""


def stand_in(trace: Json) -> str:
    """Return the name of the attempt that failed at domain, else of legacy's in its place; or "".

    A domain that is known to be down is not asked at all.
    """
    attempts = [span for span in trace["spans"] if span["kind"] == "client"]
    failed = [one for one in attempts if one["implementation"] == "domain" and one["error"]]
    instead = [one for one in attempts if one["implementation"] == "legacy"]
    return next((one["name"] for one in (*failed, *instead)), "")


def unanswered(trace: Json) -> str:
    """Return the name of the attempt at domain that nothing came back from; or ""."""
    attempts = [span for span in trace["spans"] if span["kind"] == "client"]
    asked = [one["name"] for one in attempts if one["implementation"] == "domain"]
    return asked[-1] if asked else ""


def _steps(trace: Json) -> list[Json]:
    return [span for span in trace["spans"] if span["kind"] == "internal"]


def _found(said: Json, cause: str, kind: str, span: str = "") -> Found:
    return Found(said["rpc"], cause, kind, span, tuple(said["reasons"]))
