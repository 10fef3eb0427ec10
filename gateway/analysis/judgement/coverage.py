"""Was each operation that legacy serves judged on domain? Pure.

Rates are of what was answered; an operation that is answered no more has none.
"""

from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement.evidence import StageEvidence
from gateway.analysis.judgement.reference import legacy_side
from gateway.analysis.judgement.verdict import PASS, UNKNOWN, Finding
from gateway.vocabulary.reason import Code, because

CRITERION = "coverage"
# Of so many resources, such as cameras: fewer may all be on legacy's side, by chance.
FEWEST_RESOURCES = 3
# So many requests of domain that ended, of each: one that fails half of its requests
# is among them with 97 %.
FEWEST = 5
_MAX_NAMED = 5


def judge_coverage(evidence: StageEvidence, criteria: Criteria) -> Finding:
    """Return whether what legacy serves in more than a trace was judged on domain, too.

    A request that its client left is no judgement. What legacy serves for few of its
    resources alone need not come to domain: each stays on its path.
    """
    reference, _ = legacy_side(evidence)
    served = {one.rpc: max(one.legacy.judged, 0) for one in reference}
    least = max(criteria.coverage_requests, sum(served.values()) * criteria.coverage_share / 100)
    judged = {one.rpc: max(one.domain.judged, 0) for one in evidence.rpcs}
    resources = {one.rpc: one.legacy.resources for one in reference}
    enough = min(FEWEST_RESOURCES, max(resources.values(), default=0))
    asked = [
        rpc
        for rpc, n in served.items()
        if n >= least and rpc not in criteria.coverage_except and not 0 < resources[rpc] < enough
    ]
    missing = {rpc: FEWEST - judged.get(rpc, 0) for rpc in asked if judged.get(rpc, 0) < FEWEST}
    values = {"operations": len(asked), "missing": len(missing)}
    if not missing:
        judged_all = because(Code.OPERATIONS_JUDGED, operations=len(asked))
        return Finding(CRITERION, PASS, judged_all, values)
    named = [because(Code.OPERATION_MISSING, rpc=rpc, more=more) for rpc, more in missing.items()]
    others = len(named) - _MAX_NAMED
    needs = because(
        Code.OPERATIONS_MISSING,
        missing=tuple(named[:_MAX_NAMED]),
        others=others if others > 0 else None,
    )
    return Finding(CRITERION, UNKNOWN, needs, values)
