"""The judgement of rounds, and the table that a chaos test ends with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from camplane_tools.chaos.ledger import Finding
from camplane_tools.chaos.promises import Allowed, Promise


@dataclass(frozen=True)
class Round:
    """What was seen of one round.

    requests, failed: how many from the fault until the repair, by kind of
        request; failed is an error of 500 or above, or no answer.
    repeated: how often writes that failed were sent again with their key.
    seconds: to the repair; None when there was none in time.
    skipped: why the fault could not be brought about here; empty when it was.
    """

    fault: str
    requests: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    seconds: float | None = None
    findings: Sequence[Finding] = ()
    skipped: str = ""
    repeated: int = 0


def breaches(promise: Promise, clients: int, seen: Round) -> list[str]:
    """Return what was not as promised, in words."""
    if seen.skipped:
        return []
    found = [f"{finding.kind}: {finding.text}" for finding in seen.findings]
    if seen.seconds is None or seen.seconds > promise.repair_seconds:
        found.append(f"not repaired within {promise.repair_seconds:g} s")
    under_way = 0
    for kind, count in sorted(seen.failed.items()):
        allowed = promise.allows(kind)
        if allowed is Allowed.UNDER_WAY:
            under_way += count
        elif allowed is Allowed.NONE and count:
            found.append(f"{count} of {seen.requests.get(kind, 0)} failed: {kind}")
    if under_way > clients:
        found.append(f"{under_way} failed, though at most {clients} were under way")
    return found


@dataclass(frozen=True)
class Line:
    """All rounds of one fault."""

    fault: str
    rounds: int
    requests: int
    failed: int
    repeated: int
    lost: int
    doubles: int
    seconds: tuple[float, ...]
    breaches: tuple[str, ...]
    skipped: str = ""


def line(fault: str, promise: Promise, clients: int, rounds: Iterable[Round]) -> Line:
    """Sum up the rounds of one fault."""
    all_rounds = [seen for seen in rounds if seen.fault == fault]
    done = [seen for seen in all_rounds if not seen.skipped]
    kinds = [finding.kind for seen in done for finding in seen.findings]
    return Line(
        fault=fault,
        rounds=len(done),
        requests=sum(sum(seen.requests.values()) for seen in done),
        failed=sum(sum(seen.failed.values()) for seen in done),
        repeated=sum(seen.repeated for seen in done),
        lost=kinds.count("lost"),
        doubles=kinds.count("double"),
        seconds=tuple(seen.seconds for seen in done if seen.seconds is not None),
        breaches=tuple(text for seen in done for text in breaches(promise, clients, seen)),
        skipped=next((seen.skipped for seen in all_rounds if seen.skipped), ""),
    )


_HEAD = (
    *("Fault", "Rounds", "Requests", "Failed", "Sent again", "Lost", "Doubles"),
    *("Repair: median", "p95", "max", "As promised"),
)


def table(lines: Sequence[Line]) -> str:
    """Return the table in Markdown, the last row summing up; times in seconds."""
    rows = [_HEAD, *(_cells(one) for one in lines), _cells(_total(lines))]
    rows.insert(1, ("---", *("---:",) * 9, "---"))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _total(lines: Sequence[Line]) -> Line:
    return Line(
        fault="all",
        rounds=sum(one.rounds for one in lines),
        requests=sum(one.requests for one in lines),
        failed=sum(one.failed for one in lines),
        repeated=sum(one.repeated for one in lines),
        lost=sum(one.lost for one in lines),
        doubles=sum(one.doubles for one in lines),
        seconds=tuple(seconds for one in lines for seconds in one.seconds),
        breaches=tuple(text for one in lines for text in one.breaches),
    )


def _cells(one: Line) -> tuple[str, ...]:
    if not one.rounds:
        return (one.fault, "0", *("",) * 8, f"not done: {one.skipped}")
    times = (
        (median(one.seconds), percentile95(one.seconds), max(one.seconds)) if one.seconds else ()
    )
    verdict = "no" if one.breaches else "yes"
    if one.skipped:
        verdict += f"; others not done: {one.skipped}"
    return (
        one.fault,
        *(f"{number:,}" for number in (one.rounds, one.requests, one.failed)),
        *(f"{number:,}" for number in (one.repeated, one.lost, one.doubles)),
        *(f"{seconds:.2f}" for seconds in times),
        *("",) * (3 - len(times)),
        verdict,
    )


def percentile95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return values[0] if len(values) == 1 else quantiles(values, n=20, method="inclusive")[-1]
