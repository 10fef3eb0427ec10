"""Do both paths answer the same reads alike? A plan may ask for it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.shadow import CROSS, SELF, judge
from gateway.telemetry.traffic_metrics import ShadowCell, ShadowKey, TrafficMetrics
from gateway.vocabulary.reason import Code, because

CRITERION = "shadow"
# To fail, an interval needs 99 %, as for the other criteria; here for all RPCs and
# fields together.
ALPHA = 0.01


@dataclass(frozen=True, slots=True)
class RepliesEvidence:
    """Replies to mirrored reads of one RPC: of both paths (cross), of one twice (noise)."""

    rpc: str
    cross: ShadowCell
    noise: ShadowCell

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"rpc": self.rpc, "cross": _to_json(self.cross), "noise": _to_json(self.noise)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        cross, noise = _from_json(document["cross"]), _from_json(document["noise"])
        return cls(str(document["rpc"]), cross, noise)


def replies_evidence(metrics: TrafficMetrics, context: str) -> tuple[RepliesEvidence, ...]:
    """Return what was counted of a context's replies."""
    shadows = metrics.shadows
    return tuple(
        RepliesEvidence(
            rpc,
            shadows.get(ShadowKey(context, rpc, CROSS), ShadowCell()),
            shadows.get(ShadowKey(context, rpc, SELF), ShadowCell()),
        )
        for rpc in sorted({key.rpc for key in shadows if key.context == context})
    )


def judge_replies(
    context: str, replies: tuple[RepliesEvidence, ...], criteria: Criteria
) -> Finding | None:
    """Return whether replies differ by more than the plan bears; None when it does not ask.

    Fails when that is certain of an RPC or of a field. Passes with enough pairs,
    when nothing is known to differ by so much; an RPC of which it only seems so must
    have as many by itself.
    """
    most = criteria.shadow_difference
    if most is None:
        return None
    cells = {ShadowKey(context, one.rpc, CROSS): one.cross for one in replies}
    cells |= {ShadowKey(context, one.rpc, SELF): one.noise for one in replies}
    found = judge(context, cells, ALPHA)
    values = {"n": found.pairs, "needed": criteria.shadow_pairs, "most": most}
    # (certainly, seemingly) more often than by themselves, in percentage points.
    excess = [(one.excess, one.rpc, "", one.pairs) for one in found.rpcs]
    excess += [
        (field.excess, one.rpc, field.field, one.pairs)
        for one in found.rpcs
        for field in one.fields
    ]
    certain = [one for one in excess if one[0].low > 0]
    if certain:
        rate, rpc, field, _ = max(certain, key=lambda one: (one[0].low, _named(one[1], one[2])))
        values |= {"difference": rate.value, "low": rate.low}
        differ = because(
            Code.REPLIES_DIFFER,
            rpc=rpc,
            field=field or None,
            rate=rate.value,
            low=rate.low,
            limit=most,
        )
        if rate.low > most:
            return Finding(CRITERION, FAIL, differ, values)
        if rate.value > most:
            return Finding(CRITERION, UNKNOWN, differ, values)
    if found.pairs < criteria.shadow_pairs:
        few = because(
            Code.REPLIES_TOO_FEW, pairs=found.pairs, more=criteria.shadow_pairs - found.pairs
        )
        return Finding(CRITERION, UNKNOWN, few, values)
    # Others have had their pairs, and may hide one of which too little is known to tell.
    hidden = [one for one in excess if one[0].value > most and one[3] < criteria.shadow_pairs]
    if hidden:
        rate, rpc, field, pairs = max(
            hidden, key=lambda one: (one[0].value, _named(one[1], one[2]))
        )
        seem = because(
            Code.REPLIES_SEEM_TO_DIFFER,
            rpc=rpc,
            field=field or None,
            rate=rate.value,
            pairs=pairs,
            more=criteria.shadow_pairs - pairs,
        )
        return Finding(CRITERION, UNKNOWN, seem, values)
    alike = because(Code.REPLIES_ALIKE, limit=most, pairs=found.pairs)
    return Finding(CRITERION, PASS, alike, values)


def _named(rpc: str, field: str) -> int:
    """Return how long the name is: of two that differ alike the longer one says more."""
    return len(f"{rpc}: {field}" if field else rpc)


def _to_json(cell: ShadowCell) -> dict[str, Any]:
    return {
        "pairs": cell.pairs,
        "differing": cell.differing,
        "uncompared": cell.uncompared,
        "fields": dict(sorted(cell.fields.items())),
    }


def _from_json(document: Mapping[str, Any]) -> ShadowCell:
    cell = ShadowCell(
        int(document["pairs"]), int(document["differing"]), int(document["uncompared"])
    )
    cell.fields.update({str(name): int(count) for name, count in document["fields"].items()})
    return cell
