"""Verdicts in words: few forms of sentence, each with its numbers. Pure.

The page translates them by their form, so a form that changes here changes in
gateway/web too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.analysis.arm import Arm
from gateway.analysis.comparison.verdict import RULED_OUT_PERCENT, RULED_OUT_POINTS, Evidence, Times
from gateway.analysis.report import SampleRatio, SpanDifference
from gateway.vocabulary.codes import alike

INCOMPLETE = (
    "it is not certain that the spans agree with Envoy's own counters: no verdict until it is"
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, and what it is about.

    kind: "fails", "fallback", "leaves", "code", "time", "less", "same", "needs",
    "incomplete" or "split".
    """

    kind: str
    text: str


def of_worse(
    rpc: str, legacy: Arm, domain: Arm, evidence: Evidence, spans: Sequence[SpanDifference]
) -> list[Reason]:
    """Return why domain is worse, the weightiest first."""
    found = []
    if evidence.fails_more:
        found += [_fallback(rpc, domain, reason) for reason in _by_count(domain)]
        if domain.fault_codes:
            found.append(Reason("fails", _fails(rpc, legacy, domain, evidence)))
    if evidence.left_more:
        left, beside = (percent(_share(*arm.left_of(legacy.total))) for arm in (domain, legacy))
        text = f"{rpc}: clients left {left} % of requests unanswered against {beside} %"
        found.append(Reason("leaves", text))
    for code in evidence.only_domain:
        share = percent(_share(domain.own_codes[code], domain.judged))
        found.append(Reason("code", f"{rpc}: {share} % end with {code}, only on domain"))
    return found + [_time(rpc, name, evidence.times[name], spans) for name in evidence.slower[-1:]]


def of_better(rpc: str, evidence: Evidence, spans: Sequence[SpanDifference]) -> list[Reason]:
    """Return why domain is better, the weightiest first."""
    found = []
    if evidence.fails_less:
        found.append(
            Reason(
                "less",
                f"{rpc} fails {percent(evidence.domain_failures.value)} %"
                f" against {percent(evidence.legacy_failures.value)} %",
            )
        )
    return found + [_time(rpc, name, evidence.times[name], spans) for name in evidence.faster[-1:]]


def of_same(rpc: str) -> list[Reason]:
    """Return why both paths are called the same."""
    return [
        Reason(
            "same",
            f"{rpc}: no difference that matters; domain's p50 is less than"
            f" {RULED_OUT_PERCENT['p50']:.0f} % longer, its p95 less than"
            f" {RULED_OUT_PERCENT['p95']:.0f} %, its failures less than"
            f" {RULED_OUT_POINTS:.0f} points more",
        )
    ]


def of_unknown(
    rpc: str, legacy: Arm, domain: Arm, needed: tuple[int, int] | None, sufficient: bool
) -> list[Reason]:
    """Return what is missing for a verdict: requests of legacy and of domain, or trust."""
    if not sufficient:
        return [Reason("incomplete", f"{rpc}: {INCOMPLETE}")]
    if not legacy.judged and not domain.judged:
        return [Reason("needs", f"{rpc}: every request ended by its client leaving")]
    if needed is None:
        return [Reason("needs", f"{rpc} needs more than a million requests on each path")]
    return [
        Reason("needs", f"{rpc} needs about {_rounded(more)} more requests on {path}")
        for path, more in zip(("domain", "legacy"), reversed(needed), strict=True)
        if more
    ]


def of_split(context: str, ratio: SampleRatio) -> Reason:
    """Return what is wrong with the split."""
    return Reason(
        "split",
        f"{context}: {percent(ratio.observed)} % of {ratio.requests:,} requests were assigned to"
        f" domain, and {percent(ratio.expected)} % should have been",
    )


def _fails(rpc: str, legacy: Arm, domain: Arm, evidence: Evidence) -> str:
    code = domain.fault_codes.most_common(1)[0][0]
    where = "both paths" if alike(code, legacy.codes) else "domain"
    only = "on" if where == "both paths" else "only on"
    rates = f"fails {percent(evidence.domain_failures.value)} %"
    if evidence.alone:
        return f"{rpc} {rates} with nothing to compare: {code}"
    return (
        f"{rpc} {rates} against {percent(evidence.legacy_failures.value)} %: {code} {only} {where}"
    )


def _fallback(rpc: str, domain: Arm, reason: str) -> Reason:
    count, lost_us = domain.fallbacks[reason]
    return Reason(
        "fallback",
        f"{rpc}: {count:,} of {domain.requests:,} requests of domain were answered by legacy:"
        f" {reason}, {milliseconds(lost_us / count / 1000)} ms lost each",
    )


def _by_count(domain: Arm) -> Iterable[str]:
    return sorted(domain.fallbacks, key=lambda reason: -domain.fallbacks[reason][0])


def _time(rpc: str, name: str, times: Times, spans: Sequence[SpanDifference]) -> Reason:
    text = (
        f"{rpc}: {name} {'at least ' if times.at_least else ''}"
        f"{milliseconds(times.domain.value)} ms"
        f" against {milliseconds(times.legacy.value)} ms ({times.change.value:+,.0f} %)"
    )
    for span in spans:
        if span.explains:
            text += (
                f'; most of it in "{span.name}" ({milliseconds(span.domain.self_ms)} ms a request'
                f" against {milliseconds(span.legacy.self_ms)})"
            )
    return Reason("time", text)


def percent(value: float) -> str:
    """Return a percentage with as many digits as mean something."""
    if value in (0, 100):
        return f"{value:.0f}"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def milliseconds(value: float) -> str:
    """Return a time with as many digits as mean something."""
    if value == 0:
        return "0"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _rounded(count: int) -> str:
    """Return a forecast to two digits."""
    grain = 10 ** max(len(str(count)) - 2, 0)
    return f"{-(-count // grain) * grain:,}"


def _share(count: int, of: int) -> float:
    return 100 * count / of if of else 0.0


def apart(forced: int, tools: int) -> str:
    """Say what was asked beside the split; "" for nothing."""
    said = [
        f"{forced:,} forced by force_domain" if forced else "",
        f"{tools:,} of camplane's own tools" if tools else "",
    ]
    return " and ".join(filter(None, said))
