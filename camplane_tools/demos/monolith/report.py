"""What came of the demo: numbers, tables, and where they are not as promised. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from camplane_tools.chaos.ledger import Finding
from camplane_tools.demos.monolith.counts import FAILED, LOST, WRONG
from camplane_tools.demos.monolith.script import ORDER, WEIGHTS, Script
from camplane_tools.harness.rollouts import Decided

MIN_TRUTH = 99.9
# What a rollout may give as its reason for being taken back: what really happened.
_TRUE_REASON = re.compile(r"[1-9][\d.,]*( %)? of [\w ,]+ requests of domain (failed|fell back)")
# What a change of weight that the system made itself once looked like.
_FALSE_REASON = "were assigned to domain"


@dataclass(frozen=True)
class Truth:
    """Percent: spans against Envoy's counters."""

    completeness: float
    agreement: float

    @property
    def is_enough(self) -> bool:
        return min(self.completeness, self.agreement) >= MIN_TRUTH


@dataclass(frozen=True)
class Harmed:
    """What was done to a context's domain when, and after how many seconds it answered again."""

    at: float
    context: str
    weight: int
    how: str
    seconds: float


@dataclass(frozen=True)
class Played:
    """Counts are by kind of request; `findings` too. See Counts."""

    decisions: Sequence[Decided]
    harmed: Sequence[Harmed]
    seconds: float
    requests: Mapping[str, int]
    refused: Mapping[str, int]
    unknown: Mapping[str, int]
    longest: Mapping[str, float]
    findings: Sequence[tuple[str, Finding]]
    torn: int
    moved_back: Sequence[str]
    completeness: float
    agreement: float
    issues: Sequence[str]

    @property
    def rollbacks(self) -> list[Decided]:
        return [one for one in self.decisions if one.action == "abort"]


def breaches(played: Played, script: Script) -> list[str]:
    """Return what is not as promised, in words."""
    return list(_breaches(played, script))


def _breaches(played: Played, script: Script) -> Iterator[str]:
    if sum(played.requests.values()) < script.requests:
        yield f"fewer than {script.requests:,} requests"
    yield from (f"{kind}: {one.kind}: {one.text}" for kind, one in played.findings)
    if played.moved_back:
        yield f"moved back though no weight went down: {', '.join(played.moved_back)}"
    if not Truth(played.completeness, played.agreement).is_enough:
        yield (
            f"spans against Envoy's counters: completeness {played.completeness:.2f} %,"
            f" agreement {played.agreement:.2f} %"
        )
    yield from (f"the data is not consistent: {one}" for one in played.issues)
    yield from _of_the_plan(played)


def _of_the_plan(played: Played) -> Iterator[str]:
    if not played.rollbacks:
        yield "domain was harmed, and nothing was taken back"
    for one in played.rollbacks:
        if _FALSE_REASON in one.reason or not _TRUE_REASON.search(one.reason):
            yield f"{one.context} was taken back for another reason: {one.reason}"
    for context in ORDER:
        own = [one for one in played.decisions if one.context == context]
        if not own or (own[-1].action, own[-1].to_weight) != ("complete", WEIGHTS[-1]):
            yield f"{context} was not carried out to its end"
    yield from (
        f"{one.context} was promoted" for one in played.decisions if one.action == "promote"
    )


def tables(played: Played) -> str:
    """Return what happened to the requests, and to the plan, as text."""
    total = sum(played.requests.values())
    lines = [
        *_requests(played),
        "",
        *_steps(played.decisions),
        "",
        *(
            f"  {one.context}/domain was {one.how} at {one.weight} %, and answered again after"
            f" {one.seconds:.1f} s"
            for one in played.harmed
        ),
        f"  {total:,} requests in {played.seconds:.0f} s; {len(played.moved_back)} cameras moved"
        " back though no weight went down",
        f"  spans against Envoy's counters: completeness {played.completeness:.2f} %, agreement"
        f" {played.agreement:.2f} %",
        f"  {len(played.issues)} inconsistencies of cameras.yaml, database, pid files and"
        " processes at the end",
    ]
    if played.torn:
        lines.append(
            f"  {played.torn} answers came from a file that the old server was writing itself, as"
            " without camplane; asked again, it was right"
        )
    return "\n".join(lines)


def _requests(played: Played) -> Iterator[str]:
    found = Counter((kind, one.kind) for kind, one in played.findings)
    names = ("requests", "lost", "wrong", "failed", "refused", "unknown", "longest")
    yield f"  {'':26}" + "".join(f"{name:>9}" for name in names)
    for kind in sorted({*played.requests, *(kind for kind, _ in played.findings)}):
        numbers = [
            played.requests.get(kind, 0),
            *(found[kind, what] for what in (LOST, WRONG, FAILED)),
            played.refused.get(kind, 0),
            played.unknown.get(kind, 0),
        ]
        cells = "".join(f"{number:>9,}" for number in numbers)
        yield f"  {kind:26}{cells}{played.longest.get(kind, 0.0):>7.1f} s"


def _steps(decisions: Sequence[Decided]) -> Iterator[str]:
    for context in ORDER:
        own = [one for one in decisions if one.context == context]
        for one, after in pairwise([*own, None]):
            assert one is not None
            lasted = f"{after.at - one.at:4.0f} s" if after else ""
            yield (
                f"  {context:6} {one.action:8} {one.from_weight:3} % to {one.to_weight:3} %"
                f" {lasted:>7}  {one.reason if one.action == 'abort' else _evidence(one)}"
            )


def _evidence(one: Decided) -> str:
    return f"on {one.requests:,} requests of domain" if one.requests else ""
