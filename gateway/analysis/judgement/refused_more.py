"""Which RPCs domain seems to refuse more often than legacy. A doubt, no proof. Pure.

All RPCs together may be answered often enough while every fifth request of one of them is
wrongly refused. Proof that holds at every look comes late, and a step may be over before. So
a step does not pass while this seems so; what comes next either proves it or takes it away.
"""

import math
from collections.abc import Sequence

from gateway.analysis.judgement.evidence import RpcEvidence, VariantEvidence

# Fewer refusals are chance, or one client's.
_FEWEST = 3
# Standard errors of the difference (two-proportion z-test). It withholds, so a wrong one costs
# some requests more and nothing else.
_STANDARD_ERRORS = 2.0


def seem_refused_more(
    domain: Sequence[RpcEvidence], legacy: Sequence[RpcEvidence], borne: float
) -> list[str]:
    """Return RPCs that domain seems to refuse more often by at least `borne` percentage points."""
    of_legacy = {one.rpc: one.legacy for one in legacy}
    return [
        one.rpc
        for one in domain
        if (old := of_legacy.get(one.rpc)) is not None and _seems(old, one.domain, borne)
    ]


def _seems(legacy: VariantEvidence, domain: VariantEvidence, borne: float) -> bool:
    before, now = _refused(legacy), _refused(domain)
    if legacy.judged <= 0 or now < _FEWEST:
        return False
    more = now / domain.judged - before / legacy.judged
    if 100 * more < borne:
        return False
    both = (now + before) / (domain.judged + legacy.judged)
    error = math.sqrt(both * (1 - both) * (1 / domain.judged + 1 / legacy.judged))
    return more >= _STANDARD_ERRORS * error


def _refused(variant: VariantEvidence) -> int:
    """How many were refused; impossible counts are moved within."""
    return min(max(variant.refused, 0), max(variant.judged, 0))
