"""Legacy and domain set beside each other, RPC by RPC. Pure.

A request counts for the path it was assigned to, so what fell back is
domain's failure. One whose caller chose the path, or that a tool of camplane's own sent,
tells neither of the split nor of what clients get: it is counted apart. Where
requests for one camera stay on one side, the paths are compared on different cameras,
and a camera that is slow by itself counts for its side.
"""

import math
from collections import defaultdict

from gateway.analysis import abandonment, sequential
from gateway.analysis.comparison import reasons, verdict
from gateway.analysis.comparison.breakdown import breakdown
from gateway.analysis.comparison.context_verdict import conclude
from gateway.analysis.report import (
    BETTER,
    SAME,
    UNKNOWN,
    WORSE,
    Bucket,
    CodeCount,
    ContextComparison,
    FallbackFigures,
    Interval,
    PathFigures,
    Percentiles,
    RpcComparison,
    SampleRatio,
)
from gateway.analysis.variant import Variant, both_variants, cells_by_rpc
from gateway.telemetry.traffic_metrics import SpanCell, TrafficMetrics
from gateway.vocabulary.choices import FORCED, TOOL
from gateway.vocabulary.codes import alike, is_fault
from gateway.vocabulary.split import DOMAIN, LEGACY

_WORST_FIRST = (WORSE, UNKNOWN, BETTER, SAME)
_QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99}


def compare(
    metrics: TrafficMetrics,
    context: str,
    weight: int,
    ratio: SampleRatio,
    sufficient: bool,
) -> ContextComparison:
    """Return the comparison of one context, "camera" or "alert".

    weight: what the rollout asks for, handed on. ratio: `judge`d
    apart, since it counts from the last change of the split. sufficient: may the
    metrics be trusted? If not, every verdict is "unknown".
    """
    requests = cells_by_rpc(metrics, context)
    spans: defaultdict[tuple[str, str], dict[str, SpanCell]] = defaultdict(dict)
    for span, part in metrics.spans.items():
        if span.context == context:
            spans[span.rpc, span.assigned][span.name] = part

    compared = []
    variants = []
    for rpc, cells in requests.items():
        legacy, domain = both_variants(cells)
        variants.append((legacy, domain))
        compared.append(
            _rpc(context, rpc, legacy, domain, spans[rpc, LEGACY], spans[rpc, DOMAIN], sufficient)
        )
    concluded, why = conclude(context, compared, variants, ratio, sufficient)
    compared.sort(key=lambda one: (_WORST_FIRST.index(one.verdict), -_requests(one), one.rpc))
    total = sum(_requests(one) for one in compared)
    by_domain = sum(
        cell.count for cells in requests.values() for key, cell in cells if key.answered == DOMAIN
    )
    return ContextComparison(
        context=context,
        weight=weight,
        answered_by_domain=100 * by_domain / total if total else 0.0,
        requests=total,
        fallbacks=sum(domain.fell_back for _, domain in variants),
        forced=metrics.count(context, FORCED, LEGACY, DOMAIN),
        tools=metrics.count(context, TOOL, LEGACY, DOMAIN),
        sample_ratio=ratio,
        verdict=concluded,
        coded_reasons=why,
        rpcs=tuple(compared),
    )


def _rpc(
    context: str,
    rpc: str,
    legacy: Variant,
    domain: Variant,
    legacy_spans: dict[str, SpanCell],
    domain_spans: dict[str, SpanCell],
    sufficient: bool,
) -> RpcComparison:
    parts = breakdown(legacy, domain, legacy_spans, domain_spans)
    evidence = verdict.weigh(legacy, domain)
    judged = verdict.judge(evidence) if sufficient else UNKNOWN
    if judged == WORSE:
        why = reasons.of_worse(rpc, legacy, domain, evidence, parts)
    elif judged == BETTER:
        why = reasons.of_better(rpc, evidence, parts)
    elif judged == SAME:
        why = reasons.of_same(rpc)
    else:
        needed = verdict.missing(legacy, domain) if sufficient else None
        why = reasons.of_unknown(rpc, legacy, domain, needed, sufficient)
    difference, p95_change = _differences(legacy, domain)
    return RpcComparison(
        context=context,
        rpc=rpc,
        legacy=_path(legacy, legacy_spans),
        domain=_path(domain, domain_spans),
        difference=difference,
        p95_change=p95_change,
        failure_rate_difference=(evidence.failures if legacy.judged and domain.judged else None),
        left_rate_difference=evidence.leaving if legacy.requests and domain.requests else None,
        codes=_codes(legacy, domain),
        fallbacks=tuple(
            FallbackFigures(reason, count, lost_us / count / 1000)
            for reason, (count, lost_us) in sorted(
                domain.fallbacks.items(), key=lambda item: -item[1][0]
            )
        ),
        spans=parts,
        verdict=judged,
        coded_reasons=tuple(why),
    )


def _path(variant: Variant, spans: dict[str, SpanCell]) -> PathFigures:
    rate = sequential.proportion(variant.failures, variant.judged, verdict.ALPHA)
    return PathFigures(
        requests=variant.requests,
        answered_elsewhere=variant.answered_elsewhere,
        failures=variant.failures,
        failure_rate=(
            Interval(100 * rate.value, 100 * rate.low, 100 * rate.high) if variant.judged else None
        ),
        time=_percentiles(variant),
        mean_ms=variant.total.mean() / 1000,
        gateway_p50_ms=variant.gateway.quantile(0.5) / 1000,
        attempt_p50_ms=variant.attempt.quantile(0.5) / 1000,
        service_p50_ms=spans[""].time.quantile(0.5) / 1000 if "" in spans else 0.0,
        distribution=tuple(Bucket(up_to_us / 1000, count) for up_to_us, count in variant.total),
        left=variant.left,
    )


def _percentiles(variant: Variant) -> Percentiles | None:
    if not variant.timed:
        return None
    longest = _longest(variant) / 1000
    return Percentiles(
        **{
            name: _within(_quantile(variant, q, verdict.ALPHA), -math.inf, longest)
            for name, q in _QUANTILES.items()
        }
    )


def _quantile(variant: Variant, q: float, alpha: float) -> Interval:
    return abandonment.quantile(variant.total, variant.left_after, q, alpha)


def _longest(variant: Variant) -> float:
    """Return the longest time, in microseconds, that anybody waited."""
    return max(times.at_rank(times.count) for times in (variant.total, variant.left_after))


def _shortest(variant: Variant) -> float:
    return min(times.at_rank(1) for times in (variant.total, variant.left_after) if times.counts)


def _differences(legacy: Variant, domain: Variant) -> tuple[Percentiles | None, Interval | None]:
    """Return the differences in milliseconds, and p95's in percent.

    An end that nothing bounds yet is drawn at what the longest time seen gives.
    """
    if not legacy.timed or not domain.timed:
        return None, None
    least, most = -_longest(legacy) / 1000, _longest(domain) / 1000
    found = {}
    for name, q in _QUANTILES.items():
        of_legacy, of_domain = (
            _quantile(variant, q, verdict.ALPHA / 2) for variant in (legacy, domain)
        )
        found[name] = _within(sequential.difference(of_domain, of_legacy), least, most)
        if name == "p95":
            change = sequential.change(of_domain, of_legacy)
            shortest = max(_shortest(legacy) / 1000, 1e-3)
            p95_change = _within(change, -100.0, max((most / shortest - 1) * 100, change.value))
    return Percentiles(**found), p95_change


def _within(interval: Interval, least: float, most: float) -> Interval:
    """Return the interval with ends that a number can say."""
    return Interval(
        interval.value,
        min(max(interval.low, least), interval.value),
        max(min(interval.high, most), interval.value),
    )


def _codes(legacy: Variant, domain: Variant) -> tuple[CodeCount, ...]:
    """Return every code, the most frequent first; codes that say the same are in both."""
    found = []
    for code, _ in (legacy.codes + domain.codes).most_common():
        on_legacy = bool(alike(code, legacy.codes))
        on_domain = bool(alike(code, domain.codes))
        found.append(
            CodeCount(
                code=code,
                legacy=legacy.codes[code],
                domain=domain.codes[code],
                where=(
                    "both"
                    if on_legacy and on_domain
                    else "only_legacy"
                    if on_legacy
                    else "only_domain"
                ),
                is_fault=is_fault(code),
            )
        )
    return tuple(found)


def _requests(compared: RpcComparison) -> int:
    return compared.legacy.requests + compared.domain.requests
