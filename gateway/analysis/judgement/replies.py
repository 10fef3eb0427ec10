"""Do both paths answer the same reads alike? A plan may ask for it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from gateway.analysis.comparison.reasons import percent
from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement.verdict import FAIL, PASS, UNKNOWN, Finding
from gateway.analysis.shadow import CROSS, SELF, judge
from gateway.telemetry.figures import Figures, ShadowCell, ShadowKey

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


def replies_evidence(figures: Figures, context: str) -> tuple[RepliesEvidence, ...]:
    """Return what was counted of a context's replies."""
    shadows = figures.shadows
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
    excess = [(one.excess, one.rpc, one.pairs) for one in found.rpcs]
    excess += [
        (field.excess, f"{one.rpc}: {field.field}", one.pairs)
        for one in found.rpcs
        for field in one.fields
    ]
    certain = [(rate, name) for rate, name, _ in excess if rate.low > 0]
    if certain:
        rate, name = max(certain, key=lambda one: (one[0].low, len(one[1])))
        values |= {"difference": rate.value, "low": rate.low}
        text = (
            f"{name} differs in {percent(rate.value)} % of replies more often between the paths "
            f"than by itself, certainly in {percent(rate.low)} %; {percent(most)} % are borne"
        )
        if rate.low > most:
            return Finding(CRITERION, FAIL, text, values)
        if rate.value > most:
            return Finding(CRITERION, UNKNOWN, text, values)
    if found.pairs < criteria.shadow_pairs:
        text = (
            f"{found.pairs:,} pairs of replies were compared: needs "
            f"{criteria.shadow_pairs - found.pairs:,} more (`camplane shadow on`)"
        )
        return Finding(CRITERION, UNKNOWN, text, values)
    # Others have had their pairs, and may hide one of which too little is known to tell.
    hidden = [one for one in excess if one[0].value > most and one[2] < criteria.shadow_pairs]
    if hidden:
        rate, name, pairs = max(hidden, key=lambda one: (one[0].value, len(one[1])))
        text = (
            f"{name} seems to differ in {percent(rate.value)} % of replies more often between the"
            f" paths than by itself, in {pairs:,} pairs: needs {criteria.shadow_pairs - pairs:,}"
            " more"
        )
        return Finding(CRITERION, UNKNOWN, text, values)
    text = f"no reply is known to differ by more than {percent(most)} % in {found.pairs:,} pairs"
    return Finding(CRITERION, PASS, text, values)


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
