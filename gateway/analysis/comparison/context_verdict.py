"""The verdict on a context, from those on its RPCs and from all of them together. Pure."""

from collections.abc import Sequence

from gateway.analysis.comparison import reasons, verdict
from gateway.analysis.report import BETTER, SAME, UNKNOWN, WORSE, RpcComparison, SampleRatio
from gateway.analysis.variant import Variant
from gateway.vocabulary.reason import Code, Reasons, because

# An RPC with a smaller share of the requests does not keep the others' verdict back.
NEGLIGIBLE = 0.05


def conclude(
    context: str,
    compared: Sequence[RpcComparison],
    variants: Sequence[tuple[Variant, Variant]],
    ratio: SampleRatio,
    sufficient: bool,
) -> tuple[str, Reasons]:
    """Return the verdict and its reasons, the weightiest first.

    One RPC that is worse makes the context worse, as do failures that only
    show in all of them together. A split that is not as configured puts every
    other verdict in doubt. Else the worst counts, better before the same.
    """
    if not sufficient:
        return UNKNOWN, (reasons.of_doubt(context),)
    split = (reasons.of_split(context, ratio),) if ratio.alarm else ()
    worse = _said(compared, WORSE) or _together(context, variants)
    if worse:
        return WORSE, worse + split
    if ratio.alarm:
        return UNKNOWN, split
    requests = sum(_requests(one) for one in compared)
    weighty = [
        one for one in compared if one.verdict != UNKNOWN or _requests(one) >= NEGLIGIBLE * requests
    ]
    if not any(one.verdict != UNKNOWN for one in weighty):
        return UNKNOWN, _said(compared, UNKNOWN) or (because(Code.CONTEXT_IDLE, context=context),)
    for found in (UNKNOWN, BETTER, SAME):
        if said := _said(weighty, found):
            return found, said
    raise AssertionError("not reached: every RPC has a verdict and a reason")


def _said(compared: Sequence[RpcComparison], found: str) -> Reasons:
    """Return the reasons of all RPCs with that verdict, those with most requests first."""
    ordered = sorted(compared, key=_requests, reverse=True)
    return tuple(why for one in ordered if one.verdict == found for why in one.coded_reasons)


def _together(context: str, variants: Sequence[tuple[Variant, Variant]]) -> Reasons:
    """Return why domain fails more in all RPCs together; nothing when it does not.

    Either path may have more of an RPC that fails more by itself. So domain
    must also fail more than if each of its RPCs failed as often as on legacy.
    """
    shared = [(legacy, domain) for legacy, domain in variants if legacy.judged and domain.judged]
    legacy, domain = Variant(), Variant()
    as_on_legacy = 0.0
    for of_legacy, of_domain in shared:
        legacy.absorb(of_legacy)
        domain.absorb(of_domain)
        as_on_legacy += of_domain.judged * of_legacy.failures / of_legacy.judged
    if not shared:
        return ()
    evidence = verdict.weigh(legacy, domain)
    excess = 100 * (domain.failures - as_on_legacy) / domain.judged
    if not evidence.fails_more or excess < verdict.CHANGED_POINTS:
        return ()
    return tuple(
        why
        for why in reasons.of_worse(context, legacy, domain, evidence, ())
        if why.code in reasons.OF_FAILURES
    )


def _requests(compared: RpcComparison) -> int:
    return compared.legacy.requests + compared.domain.requests
