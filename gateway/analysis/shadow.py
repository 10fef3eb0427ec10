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
from gateway.telemetry.traffic_metrics import ShadowCell, ShadowKey
from gateway.vocabulary.reason import Code, Reason, Reasons, because
from gateway.vocabulary.wording import texts

DIFFERS, ALIKE = "differs", "alike"
ALPHA = 0.05
# Percentage points of difference that must be ruled out before two paths are alike.
RULED_OUT_POINTS = 1.0
CROSS, SELF = "cross", "self"
MAX_FIELDS_NAMED = 5


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
    coded_reasons: Reasons

    @property
    def reasons(self) -> tuple[str, ...]:
        """In words, one sentence each."""
        return texts(self.coded_reasons)


@dataclass(frozen=True, slots=True)
class ContextShadow:
    """All of a context; the names are those of the API."""

    context: str
    verdict: str
    coded_reasons: Reasons
    pairs: int
    rpcs: tuple[RpcShadow, ...] = field(default=())

    @property
    def reasons(self) -> tuple[str, ...]:
        """In words, one sentence each."""
        return texts(self.coded_reasons)


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
        said = [why for one in ordered if one.verdict == found for why in one.coded_reasons]
        if said:
            return ContextShadow(context, found, tuple(said), pairs, ordered)
    nothing = because(Code.SHADOW_NONE, context=context)
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
        verdict = ALIKE
        reasons = [because(Code.SHADOW_ALIKE, rpc=rpc, pairs=cross.pairs, high=excess.high)]
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
        coded_reasons=tuple(reasons),
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
) -> list[Reason]:
    def differs(differing: int, of_noise: int, field: str | None = None) -> Reason:
        return because(
            Code.SHADOW_DIFFERS,
            rpc=rpc,
            field=field,
            rate=100 * differing / cross.pairs,
            noise_rate=100 * of_noise / noise.pairs if noise.pairs else None,
        )

    if not blamed:
        return [differs(cross.differing, noise.differing)]
    named = blamed[:MAX_FIELDS_NAMED]
    return [differs(one.differing, one.noise_differing, one.field) for one in named]


def _unknown(rpc: str, cross: ShadowCell, noise: ShadowCell) -> list[Reason]:
    if not cross.pairs:
        return [because(Code.SHADOW_NOT_COMPARED, rpc=rpc)]
    return [
        because(
            Code.SHADOW_TOO_FEW,
            rpc=rpc,
            differing=cross.differing,
            pairs=cross.pairs,
            noise_differing=noise.differing,
            noise_pairs=noise.pairs,
        )
    ]


def _percent(rate: Interval) -> Interval:
    return Interval(rate.value * 100, rate.low * 100, rate.high * 100)
