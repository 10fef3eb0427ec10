"""Envoy's counters of answers (gateway.proxy.listener) as metrics. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.proxy.access_logs import (
    ANSWER_TAGS,
    ANSWERS_COUNTER,
    ANSWERS_SCOPE,
    DURATION_HISTOGRAM,
)
from gateway.telemetry.reading import CODES
from gateway.telemetry.requests import client_left
from gateway.vocabulary.codes import http, is_fault

METRIC = f"envoy_{ANSWERS_SCOPE}_{ANSWERS_COUNTER}"
STAT = f"{ANSWERS_SCOPE}.{ANSWERS_COUNTER}"
DURATION = f"{ANSWERS_SCOPE}.{DURATION_HISTOGRAM}"

# What Envoy writes for a value that there is not.
NOTHING = "-"

_LINE = re.compile(METRIC + r"\{(?P<labels>.*)\} (?P<count>\d+)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Answers:
    """How many requests were answered in one way.

    status: HTTP status; path: "domain", "legacy" or "" when no implementation
    answered; assigned_to_domain: the split (or the client) chose domain, and
    a service was asked; fallback: "", "retry" or "unhealthy".
    """

    count: int
    status: int
    path: str
    assigned_to_domain: bool
    fallback: str
    is_fault: bool


def parse(text: str) -> Iterator[Answers]:
    """Read the counters from Envoy's Prometheus text; requests given up by the client are left out.

    Raises ValueError when a counter lacks one of its labels.
    """
    for labels, count in labelled(text):
        if int(labels["status"] or 0) > 0:
            yield _answers(count, labels)


def labelled(text: str) -> Iterator[tuple[dict[str, str], int]]:
    """Read the counters from Envoy's Prometheus text, with all of ANSWER_TAGS as labels.

    Raises ValueError when a counter lacks one of them.
    """
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.strip()):
            found = _LABEL.findall(match["labels"])
            labels = {name: "" if value == NOTHING else value for name, value in found}
            if missing := ANSWER_TAGS.keys() - labels.keys():
                raise ValueError(f"{METRIC} lacks the labels {', '.join(sorted(missing))}")
            yield labels, int(match["count"])


def _answers(count: int, labels: dict[str, str]) -> Answers:
    status, attempts = int(labels["status"]), int(labels["attempts"] or 0)
    native_code = labels["grpc_status"] if not labels["rest_method"] else ""
    fallback = ""
    if labels["fallback"] == "true":
        fallback = "retry" if attempts > 1 else "unhealthy"
    return Answers(
        count=count,
        status=status,
        path=labels["path"] if labels["path"] in ("domain", "legacy") else "",
        assigned_to_domain=labels["cluster"].endswith("_domain") and attempts > 0,
        fallback=fallback,
        is_fault=not client_left(labels)
        and (is_fault(http(status)) or is_fault(CODES.get(native_code, ""))),
    )


@dataclass(frozen=True)
class Tally:
    """Sums over all answers; the names are those of the API."""

    by_status: dict[str, int]
    success: int
    error: int
    by_path: dict[str, int]
    faults_by_path: dict[str, int]
    fallbacks: dict[str, int]
    assigned_to_domain: int

    @property
    def total(self) -> int:
        """Return how many requests were answered."""
        return self.success + self.error


def tally(answers: Iterable[Answers]) -> Tally:
    """Sum up."""
    by_status: Counter[str] = Counter()
    by_path: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    fallbacks: Counter[str] = Counter()
    success = error = assigned = 0
    for one in answers:
        by_status[str(one.status)] += one.count
        success += one.count if one.status < 400 else 0
        error += one.count if one.status >= 400 else 0
        assigned += one.count if one.assigned_to_domain else 0
        if one.path:
            by_path[one.path] += one.count
            faults[one.path] += one.count if one.is_fault else 0
        if one.fallback:
            fallbacks[one.fallback] += one.count
    return Tally(
        by_status=dict(sorted(by_status.items())),
        success=success,
        error=error,
        by_path=dict(by_path),
        faults_by_path=dict(faults),
        fallbacks=dict(fallbacks),
        assigned_to_domain=assigned,
    )


def percent(part: int, whole: int, of_nothing: float = 0.0) -> float:
    """Return how many percent `part` is, to two digits."""
    return round(100 * part / whole, 2) if whole else of_nothing


@dataclass(frozen=True)
class Times:
    """Milliseconds; zeros when there was no request."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0
    mean: float = 0.0


def times(stats: list[dict[str, Any]]) -> Times:
    """Read the duration histogram, in microseconds, from Envoy's detailed JSON."""
    for entry in stats:
        histograms = entry.get("histograms", {})
        for histogram in histograms.get("details", ()):
            buckets = [
                (bucket["lower_bound"] + bucket["width"] / 2, bucket["count"])
                for bucket in histogram["totals"]
            ]
            if not buckets:
                return Times()
            values = (value["cumulative"] for value in histogram["percentiles"])
            at = dict(zip(histograms["supported_percentiles"], values, strict=True))
            total = sum(count for _, count in buckets)
            mean = sum(middle * count for middle, count in buckets) / total
            microseconds = (at[50], at[95], at[99], at[100], mean)
            return Times(*(round(value / 1000, 3) for value in microseconds))
    return Times()
