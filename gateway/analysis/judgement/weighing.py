"""How certain is it that domain does worse than the plan tolerates and legacy explains? Pure.

Asked of what fails and of what clients leave alike, since the step began and since
domain turned bad.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import RpcCounts, RpcEvidence, StageEvidence
from gateway.analysis.judgement.predicted import explain
from gateway.analysis.judgement.reference import legacy_side

ALPHA = 0.01
LIKELY = math.log(1 / ALPHA)

Counts = tuple[RpcCounts, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A stretch of domain's requests, and what speaks against it.

    evidence: log of the e-value against whatever explains it best; above: against the
    tolerated rate alone; needed: what makes either certain: the later the stretch
    began, the more, since there were more moments at which it could have seemed to
    begin. excess: failures that nothing explains; known only when `above` is likely.
    """

    failed: int
    asked: int
    above: float
    evidence: float
    needed: float
    excess: float

    def is_certain(self, percent: float) -> bool:
        """Is it certain, and does nothing explain so many percent of the requests?"""
        return self.evidence >= self.needed and self.excess >= percent / 100 * self.asked

    @property
    def is_likely(self) -> bool:
        """Would it be certain if the stretch were all there is?"""
        return self.evidence >= LIKELY and self.excess > 0


def weigh(
    evidence: StageEvidence,
    count: Callable[[Sequence[RpcEvidence]], Counts],
    criteria: Criteria,
    effect: float = 1.0,
) -> tuple[Weighed, Weighed]:
    """Weigh the stretch since domain turned bad, and the whole step; count: what fails.

    effect: how many requests of domain say as much as one that depends on no other.
    """
    whole = count(evidence.rpcs)
    stretch = failure_test.since(evidence.lowest, whole, criteria)
    _, requests = failure_test.of_domain(whole)
    reference, concurrent = legacy_side(evidence)

    def weighed(part: Counts) -> Weighed:
        failed, asked = failure_test.of_domain(part)
        above = failure_test.above(failed / effect, asked / effect, criteria)
        needed = math.log((1 + (requests - asked) / effect) / ALPHA)
        if above < LIKELY:  # what legacy says can only make it less
            return Weighed(failed, asked, above, above, needed, 0.0)
        sides = [count(reference)]
        if concurrent:
            sides += [part, count(evidence.baseline)]
        explained = explain(part, sides, criteria, effect)
        excess = failed - explained.failures
        return Weighed(failed, asked, above, explained.against, needed, excess)

    return weighed(stretch), weighed(whole)
