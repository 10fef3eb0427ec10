"""Why domain is better, worse or the same, for one RPC or for a context. Pure."""

from collections.abc import Iterable, Sequence

from gateway.analysis.comparison.verdict import RULED_OUT_PERCENT, RULED_OUT_POINTS, Evidence, Times
from gateway.analysis.report import SampleRatio, SpanDifference
from gateway.analysis.variant import Variant
from gateway.vocabulary.codes import alike
from gateway.vocabulary.reason import Code, Reason, because

# What domain's failures are told by.
OF_FAILURES = frozenset(
    {
        Code.RPC_RESCUED,
        Code.RPC_FAILS_ALONE,
        Code.RPC_FAILS_ON_BOTH,
        Code.RPC_FAILS_ONLY_ON_DOMAIN,
    }
)


def of_worse(
    rpc: str, legacy: Variant, domain: Variant, evidence: Evidence, spans: Sequence[SpanDifference]
) -> list[Reason]:
    """Return why domain is worse, the weightiest first."""
    found = []
    if evidence.fails_more:
        found += [_fallback(rpc, domain, cause) for cause in _by_count(domain)]
        if domain.fault_codes:
            found.append(_fails(rpc, legacy, domain, evidence))
    if evidence.left_more:
        left, beside = (_share(*variant.left_of(legacy.total)) for variant in (domain, legacy))
        found.append(because(Code.RPC_LEFT, rpc=rpc, rate=left, legacy_rate=beside))
    for code in evidence.only_domain:
        share = _share(domain.own_codes[code], domain.judged)
        found.append(because(Code.RPC_CODE_ONLY_ON_DOMAIN, rpc=rpc, rate=share, code=code))
    return found + [_time(rpc, name, evidence.times[name], spans) for name in evidence.slower[-1:]]


def of_better(rpc: str, evidence: Evidence, spans: Sequence[SpanDifference]) -> list[Reason]:
    """Return why domain is better, the weightiest first."""
    found = []
    if evidence.fails_less:
        rate, beside = evidence.domain_failures.value, evidence.legacy_failures.value
        found.append(because(Code.RPC_FAILS_LESS, rpc=rpc, rate=rate, legacy_rate=beside))
    return found + [_time(rpc, name, evidence.times[name], spans) for name in evidence.faster[-1:]]


def of_same(rpc: str) -> list[Reason]:
    """Return why both paths are called the same."""
    return [because(Code.RPC_SAME, rpc=rpc, **RULED_OUT_PERCENT, points=RULED_OUT_POINTS)]


def of_unknown(
    rpc: str, legacy: Variant, domain: Variant, needed: tuple[int, int] | None, sufficient: bool
) -> list[Reason]:
    """Return what is missing for a verdict: requests of legacy and of domain, or trust."""
    if not sufficient:
        return [of_doubt(rpc)]
    if not legacy.judged and not domain.judged:
        return [because(Code.RPC_ALL_LEFT, rpc=rpc)]
    if needed is None:
        return [because(Code.RPC_NEEDS_TOO_MANY, rpc=rpc)]
    of_legacy, of_domain = needed
    wanted = ((Code.RPC_NEEDS_DOMAIN, of_domain), (Code.RPC_NEEDS_LEGACY, of_legacy))
    return [because(code, rpc=rpc, more=_rounded(more)) for code, more in wanted if more]


def of_doubt(name: str) -> Reason:
    """Return why there is no verdict on an RPC or a context whatever was counted."""
    return because(Code.RPC_DOUBTED, rpc=name)


def of_split(context: str, ratio: SampleRatio) -> Reason:
    """Return what is wrong with the split."""
    return because(
        Code.CONTEXT_SPLIT,
        context=context,
        observed=ratio.observed,
        requests=ratio.requests,
        configured=ratio.expected,
    )


def _fails(rpc: str, legacy: Variant, domain: Variant, evidence: Evidence) -> Reason:
    code = domain.fault_codes.most_common(1)[0][0]
    rate, beside = evidence.domain_failures.value, evidence.legacy_failures.value
    if evidence.alone:
        return because(Code.RPC_FAILS_ALONE, rpc=rpc, rate=rate, code=code)
    on_both = alike(code, legacy.codes)
    said = Code.RPC_FAILS_ON_BOTH if on_both else Code.RPC_FAILS_ONLY_ON_DOMAIN
    return because(said, rpc=rpc, rate=rate, legacy_rate=beside, code=code)


def _fallback(rpc: str, domain: Variant, cause: str) -> Reason:
    count, lost_us = domain.fallbacks[cause]
    return because(
        Code.RPC_RESCUED,
        rpc=rpc,
        rescued=count,
        requests=domain.requests,
        cause=cause,
        lost_ms=lost_us / count / 1000,
    )


def _by_count(domain: Variant) -> Iterable[str]:
    return sorted(domain.fallbacks, key=lambda cause: -domain.fallbacks[cause][0])


def _time(rpc: str, name: str, times: Times, spans: Sequence[SpanDifference]) -> Reason:
    most = next((span for span in spans if span.explains), None)
    return because(
        Code.RPC_TIME,
        rpc=rpc,
        quantile=name,
        at_least=1 if times.at_least else None,
        domain_ms=times.domain.value,
        legacy_ms=times.legacy.value,
        change=times.change.value,
        span=most.name if most else None,
        domain_self_ms=most.domain.self_ms if most else None,
        legacy_self_ms=most.legacy.self_ms if most else None,
    )


def _rounded(count: int) -> int:
    """Return a forecast to two digits."""
    grain = 10 ** max(len(str(count)) - 2, 0)
    return -(-count // grain) * grain


def _share(count: int, of: int) -> float:
    return 100 * count / of if of else 0.0
