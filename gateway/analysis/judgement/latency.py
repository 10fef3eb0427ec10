"""What domain's times say of a step, against legacy's on the same mix of RPCs. Pure.

A step fails when domain is certainly slower, by the intervals of
gateway.analysis.sequential at a small error, and seems slower by as much as the
plan aborts at. It passes when that much has been ruled out. Not found is not
ruled out. A request whose client left took at least as long as the client waited
(gateway.analysis.abandonment); where too many left, a percentile is "at least" so long.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.analysis import sequential
from gateway.analysis.abandonment import is_open, within
from gateway.analysis.comparison.reasons import milliseconds
from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement.evidence import RpcEvidence, StageEvidence
from gateway.analysis.judgement.reference import Times, all_times, legacy_side
from gateway.analysis.judgement.remaining import open_until, remaining, sooner
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.report import Interval

# To stop a step, over all RPCs and looks; half of it is for all RPCs together.
FAIL_ALPHA = 0.005
# To let it pass.
PASS_ALPHA = 0.05
# Percent by which domain is certainly longer, however many requests there are.
CHANGED_PERCENT = 5.0
# An RPC with a smaller share of domain's requests cannot hold the others back.
NEGLIGIBLE = 0.05
# Of so many times the p95 has no upper end yet at any of the errors above.
_FEWEST = 10
# With fewer it is chance how many more seem to be needed.
_TOO_FEW = 300


@dataclass(frozen=True, slots=True)
class _Compared:
    """One percentile on both paths, in milliseconds; change: in percent.

    at_least: domain's is longer than anybody waited.
    """

    domain: Interval
    legacy: Interval
    change: Interval
    difference: Interval
    at_least: bool


def judge_latency(evidence: StageEvidence, criteria: Criteria) -> Finding:
    """Return whether domain is certainly too slow, certainly not, or neither yet."""
    reference, _ = legacy_side(evidence)
    q = criteria.percentile / 100
    together = all_times(evidence.rpcs, reference, q)
    if together is None:
        text = "no RPC was timed on both paths: needs requests that both answer"
        return Finding("latency", UNKNOWN, text, {"n": 0})
    name = f"p{criteria.percentile:g}"
    mixed = _compare(together, criteria, PASS_ALPHA)
    values = _values(together, mixed)
    whole = f"{name} of all RPCs"
    if slow := _too_slow(together, mixed, criteria, FAIL_ALPHA / 2):
        return Finding("latency", FAIL, _certain(whole, slow), _values(together, slow))
    singles = list(_singles(evidence.rpcs, reference, q))
    doubted = None
    for rpc, times, share in singles:
        seen = _points(times, criteria)
        if not _seems(seen, criteria):
            continue
        # Bonferroni: each RPC gets its part of the error.
        slow = _too_slow(times, seen, criteria, FAIL_ALPHA / 2 / len(singles))
        if slow:
            return Finding("latency", FAIL, _certain(f"{name} of {rpc}", slow), values)
        if share >= NEGLIGIBLE and not doubted:
            doubted = _too_slow(times, seen, criteria, PASS_ALPHA)
            if doubted:
                suspect = f"{name} of {rpc}"
    if doubted:
        text = f"{_seen(suspect, doubted)}: likely, not certain; needs more requests of domain"
        return Finding("latency", UNKNOWN, text, values)
    if _ruled_out(mixed, criteria):
        text = f"{_seen(whole, mixed)}: certainly less than {criteria.latency_abort:g} % longer"
        if mixed.change.high >= criteria.latency_abort:
            least = milliseconds(criteria.latency_difference_ms)
            text = f"{_seen(whole, mixed)}: certainly less than {least} ms longer"
        return Finding("latency", PASS, text, values)
    return Finding("latency", UNKNOWN, _open(whole, together, mixed, criteria), values)


def _compare(
    times: Times, criteria: Criteria, alpha: float, n: tuple[int, int] | None = None
) -> _Compared:
    """Return the percentiles and intervals; n: as if there were so many times of each path."""
    q = criteria.percentile / 100
    of_domain, of_legacy = n or (times.domain.n, times.legacy.n)
    domain = within(times.domain.least, times.domain.most, q, alpha / 2, of_domain)
    legacy = within(times.legacy.least, times.legacy.most, q, alpha / 2, of_legacy)
    return _compared(domain, legacy, times, q)


def _points(times: Times, criteria: Criteria) -> _Compared:
    """Return the percentiles without intervals, which cost most of the time."""
    q = criteria.percentile / 100
    domain, legacy = (path.least.quantile(q) / 1000 for path in (times.domain, times.legacy))
    return _compared(Interval(domain, domain, domain), Interval(legacy, legacy, legacy), times, q)


def _compared(domain: Interval, legacy: Interval, times: Times, q: float) -> _Compared:
    return _Compared(
        domain,
        legacy,
        sequential.change(domain, legacy),
        sequential.difference(domain, legacy),
        is_open(times.domain.most, q),
    )


def _seems(seen: _Compared, criteria: Criteria) -> bool:
    return (
        seen.change.value >= criteria.latency_abort
        and seen.difference.value >= criteria.latency_difference_ms
    )


def _too_slow(times: Times, seen: _Compared, criteria: Criteria, alpha: float) -> _Compared | None:
    """Return the comparison at that error if domain is slower by it and by the plan's limits."""
    if not _seems(seen, criteria):
        return None
    found = _compare(times, criteria, alpha)
    return found if found.change.low > CHANGED_PERCENT else None


def _ruled_out(found: _Compared, criteria: Criteria) -> bool:
    return (
        found.change.high < criteria.latency_abort
        or found.difference.high < criteria.latency_difference_ms
    )


def _singles(
    domain: tuple[RpcEvidence, ...], legacy: tuple[RpcEvidence, ...], q: float
) -> Iterator[tuple[str, Times, float]]:
    """Yield RPCs that both paths have times of, with their share of domain's requests."""
    total = sum(one.domain.asked for one in domain)
    for one in domain:
        times = all_times([one], legacy, q)
        if times is not None and min(times.domain.n, times.legacy.n) >= _FEWEST:
            yield one.rpc, times, one.domain.asked / total


def _open(whole: str, times: Times, mixed: _Compared, criteria: Criteria) -> str:
    """Say about how many more requests would rule a too long time out."""
    text = f"{_seen(whole, mixed)}: {criteria.latency_abort:g} % longer is not ruled out"
    if times.domain.n < _TOO_FEW:
        return f"{text}: needs more requests of domain, too few yet to say how many"
    more = sooner(
        remaining(times.domain.n, mixed.change, criteria.latency_abort),
        remaining(times.domain.n, mixed.difference, criteria.latency_difference_ms),
    )
    return open_until(text, more)


def _certain(what: str, found: _Compared) -> str:
    return f"{_seen(what, found)}: certainly at least {max(found.change.low, 0):.0f} % longer"


def _seen(what: str, found: _Compared) -> str:
    least = "at least " if found.at_least else ""
    return (
        f"{what} {least}{milliseconds(found.domain.value)} ms against"
        f" {milliseconds(found.legacy.value)} ms ({found.change.value:+,.0f} %)"
    )


def _values(times: Times, found: _Compared) -> dict[str, float]:
    return {
        "n": times.domain.n,
        "legacy_n": times.legacy.n,
        "time": found.domain.value,
        "low": found.domain.low,
        "high": found.domain.high,
        "legacy_time": found.legacy.value,
        "legacy_low": found.legacy.low,
        "legacy_high": found.legacy.high,
        "change": found.change.value,
        "change_low": found.change.low,
        "change_high": found.change.high,
    }
