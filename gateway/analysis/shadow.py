"""Do both paths answer the same request alike? From mirrored reads. Pure.

A field that moves by itself differs between two answers of the same path, too.
How often it does is the noise floor: only what the two paths differ beyond it is
a difference of theirs (the idea is Diffy's). Rates have intervals that hold at
every look (gateway.analysis.sequential), in place of fixed limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.analysis.report import UNKNOWN, Interval
from gateway.analysis.sequential import difference, proportion
from gateway.telemetry.figures import ShadowCell, ShadowKey

DIFFERS, ALIKE = "differs", "alike"
ALPHA = 0.05
# Percentage points of difference that must be ruled out before two paths are alike.
RULED_OUT_POINTS = 1.0
CROSS, SELF = "cross", "self"
MOST_FIELDS_NAMED = 5


@dataclass(frozen=True, slots=True)
class FieldShadow:
    """A field; the names are those of the API. Percent, and percentage points of excess."""

    field: str
    differing: int
    noise_differing: int
    excess: Interval


@dataclass(frozen=True, slots=True)
class RpcShadow:
    """One RPC; the names are those of the API."""

    context: str
    rpc: str
    pairs: int
    differing: int
    noise_pairs: int
    noise_differing: int
    uncompared: int
    difference_rate: Interval
    noise_rate: Interval
    excess: Interval
    fields: tuple[FieldShadow, ...]
    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContextShadow:
    """All of a context; the names are those of the API."""

    context: str
    verdict: str
    reasons: tuple[str, ...]
    pairs: int
    rpcs: tuple[RpcShadow, ...] = field(default=())


def judge(
    context: str, shadows: Mapping[ShadowKey, ShadowCell], alpha: float = ALPHA
) -> ContextShadow:
    """Return the verdict on a context: it differs where one RPC does, the worst first.

    It is alike when every RPC is. Without pairs it is unknown. alpha: with which
    all that is said of it may be wrong, ever.
    """
    names = sorted({key.rpc for key in shadows if key.context == context})
    rpcs = [
        judge_rpc(
            context,
            name,
            shadows.get(ShadowKey(context, name, CROSS), ShadowCell()),
            shadows.get(ShadowKey(context, name, SELF), ShadowCell()),
            alpha / len(names),
        )
        for name in names
    ]
    pairs = sum(one.pairs for one in rpcs)
    ordered = tuple(sorted(rpcs, key=lambda one: (-one.excess.low, -one.pairs, one.rpc)))
    for found in (DIFFERS, UNKNOWN, ALIKE):
        said = [text for one in ordered if one.verdict == found for text in one.reasons]
        if said:
            return ContextShadow(context, found, tuple(said), pairs, ordered)
    nothing = f"{context}: no reads were mirrored"
    return ContextShadow(context, UNKNOWN, (nothing,), pairs, ordered)


def judge_rpc(
    context: str, rpc: str, cross: ShadowCell, noise: ShadowCell, alpha: float
) -> RpcShadow:
    """Return the verdict on one RPC, and which of its fields differ beyond the noise.

    alpha: with which all that is said of it may be wrong, ever.
    """
    # Half for the reply as a whole, half for its fields together.
    rate = _percent(proportion(cross.differing, cross.pairs, alpha / 4))
    floor = _percent(proportion(noise.differing, noise.pairs, alpha / 4))
    excess = difference(rate, floor)
    fields = _fields(cross, noise, alpha / 2)
    blamed = [one for one in fields if one.excess.low > 0]
    if excess.low > 0 or blamed:
        verdict, reasons = DIFFERS, _differs(rpc, cross, noise, blamed)
    elif cross.pairs and excess.high < RULED_OUT_POINTS:
        most = f"{excess.high:.2g}"
        verdict = ALIKE
        reasons = [
            f"{rpc}: alike in {cross.pairs:,} pairs; more than {most} % of replies that differ "
            "are ruled out"
        ]
    else:
        verdict, reasons = UNKNOWN, _unknown(rpc, cross, noise)
    return RpcShadow(
        context=context,
        rpc=rpc,
        pairs=cross.pairs,
        differing=cross.differing,
        noise_pairs=noise.pairs,
        noise_differing=noise.differing,
        uncompared=cross.uncompared,
        difference_rate=rate,
        noise_rate=floor,
        excess=excess,
        fields=fields,
        verdict=verdict,
        reasons=tuple(reasons),
    )


def _fields(cross: ShadowCell, noise: ShadowCell, alpha: float) -> tuple[FieldShadow, ...]:
    """Return every field that ever differed, those beyond the noise first."""
    if not cross.fields:
        return ()
    each = alpha / len(cross.fields) / 2
    found = []
    for name, count in cross.fields.items():
        of_noise = noise.fields[name]
        excess = difference(
            _percent(proportion(count, cross.pairs, each)),
            _percent(proportion(of_noise, noise.pairs, each)),
        )
        found.append(FieldShadow(name, count, of_noise, excess))
    return tuple(sorted(found, key=lambda one: (-one.excess.low, -one.differing, one.field)))


def _differs(
    rpc: str, cross: ShadowCell, noise: ShadowCell, blamed: Sequence[FieldShadow]
) -> list[str]:
    if not blamed:
        of_noise = _share(noise.differing, noise.pairs)
        return [
            f"{rpc}: {_share(cross.differing, cross.pairs)} of replies differ, against {of_noise} "
            "between two of the same path"
        ]
    return [
        f"{rpc}: {one.field} differs in {_share(one.differing, cross.pairs)} of replies, against "
        f"{_share(one.noise_differing, noise.pairs)} between two of the same path"
        for one in blamed[:MOST_FIELDS_NAMED]
    ]


def _unknown(rpc: str, cross: ShadowCell, noise: ShadowCell) -> list[str]:
    if not cross.pairs:
        return [f"{rpc}: no pair of replies was compared"]
    seen = f"{cross.differing:,} of {cross.pairs:,} pairs differ, {noise.differing:,} of"
    return [f"{rpc}: {seen} {noise.pairs:,} between two of the same path: too few to tell"]


def _percent(rate: Interval) -> Interval:
    return Interval(rate.value * 100, rate.low * 100, rate.high * 100)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.3g} %" if whole else "none known"
