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
from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement.evidence import RpcEvidence, StageEvidence
from gateway.analysis.judgement.reference import Times, all_times, legacy_side
from gateway.analysis.judgement.remaining import remaining, sooner
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.report import Interval
from gateway.vocabulary.reason import Code, Reason, Value, because

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
        return Finding("latency", UNKNOWN, because(Code.TIMES_NONE), {"n": 0})
    mixed = _compare(together, criteria, PASS_ALPHA)
    values = _values(together, mixed)
    if slow := _too_slow(together, mixed, criteria, FAIL_ALPHA / 2):
        return Finding("latency", FAIL, _certain(slow, criteria), _values(together, slow))
    singles = list(_singles(evidence.rpcs, reference, q))
    doubted = None
    for rpc, times, share in singles:
        seen = _points(times, criteria)
        if not _seems(seen, criteria):
            continue
        # Bonferroni: each RPC gets its part of the error.
        slow = _too_slow(times, seen, criteria, FAIL_ALPHA / 2 / len(singles))
        if slow:
            return Finding("latency", FAIL, _certain(slow, criteria, rpc), values)
        if share >= NEGLIGIBLE and not doubted:
            doubted = _too_slow(times, seen, criteria, PASS_ALPHA)
            if doubted:
                suspect = rpc
    if doubted:
        likely = _seen(Code.TIMES_LIKELY_LONGER, doubted, criteria, rpc=suspect)
        return Finding("latency", UNKNOWN, likely, values)
    if _ruled_out(mixed, criteria):
        return Finding("latency", PASS, _within_limits(mixed, criteria), values)
    return Finding("latency", UNKNOWN, _open(together, mixed, criteria), values)


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


def _within_limits(mixed: _Compared, criteria: Criteria) -> Reason:
    if mixed.change.high < criteria.latency_abort:
        limit = criteria.latency_abort
        return _seen(Code.TIMES_WITHIN_PERCENT, mixed, criteria, limit=limit)
    limit = criteria.latency_difference_ms
    return _seen(Code.TIMES_WITHIN_MS, mixed, criteria, limit=limit)


def _open(times: Times, mixed: _Compared, criteria: Criteria) -> Reason:
    """Say about how many more requests would rule a too long time out."""
    limit = criteria.latency_abort
    if times.domain.n < _TOO_FEW:
        return _seen(Code.TIMES_TOO_FEW, mixed, criteria, limit=limit)
    more = sooner(
        remaining(times.domain.n, mixed.change, limit),
        remaining(times.domain.n, mixed.difference, criteria.latency_difference_ms),
    )
    code = Code.TIMES_NEED_REQUESTS if more.is_enough else Code.TIMES_UNDECIDABLE
    return _seen(code, mixed, criteria, limit=limit, **more.told)


def _certain(found: _Compared, criteria: Criteria, rpc: str | None = None) -> Reason:
    return _seen(Code.TIMES_LONGER, found, criteria, rpc=rpc, low=max(found.change.low, 0))


def _seen(code: Code, found: _Compared, criteria: Criteria, **more: Value | None) -> Reason:
    """Return a reason with both times, of all RPCs together unless `rpc` is given."""
    return because(
        code,
        percentile=criteria.percentile,
        at_least=1 if found.at_least else None,
        domain_ms=found.domain.value,
        legacy_ms=found.legacy.value,
        change=found.change.value,
        **more,
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
