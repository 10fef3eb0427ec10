"""The sequential tests of failures, and the stretch in which domain turned bad. Pure.

Wald's sequential probability ratio test (1945) between two rates: a domain that
fails as seldom as a plan hopes for, half its target, and one that fails as often
as it aborts at. Each failure adds to the statistic, each other request takes a
little from it. If the good rate is the true one, it ever reaches UPPER with a
chance of at most ALPHA; if the bad one is, it ever reaches LOWER with a chance of
at most BETA / (1 - ALPHA), so that nothing bad passes however often one looks.

A domain that turns bad after an hour of good requests stands far below zero by
then. So what counts is how far the statistic rose above its lowest value (Page's
CUSUM, 1954). `lowest` keeps what was counted at that look, not the value alone:
then the stretch since can be compared with what legacy did in the same stretch.

That a step fails asks for more: the rate is certainly above the one that the plan
tolerates, which lies between what it hopes for and what it aborts at. `above` is
the e-value of that: a mixture of rates, half of it the rate that the plan aborts at
and half any rate at all, against the tolerated one. The first half finds what fails
just so often after two thirds of the requests that the second would take.
"""

import math
from collections.abc import Sequence

from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement.evidence import FAILURES, LEFT, RpcCounts, RpcEvidence
from gateway.analysis.sequential import log_likelihood, log_mixture, lowest_rate

# A good domain called bad; a bad one called good.
ALPHA, BETA = 0.01, 0.005
UPPER = math.log((1 - BETA) / ALPHA)
LOWER = math.log(BETA / (1 - ALPHA))
# So large a share of failures may be put down to repetition.
MAX_AGAIN = 0.5
# Rates are kept away from 0 and 1, whose logarithms are no numbers.
_LEAST = 1e-6
_ANY = (0.5, 0.5)


def rates(criteria: Criteria, excused: float = 0.0) -> tuple[float, float]:
    """Return the good rate and the bad one, 0 to 1.

    excused: a rate that is certainly legacy's too; both are so much higher.
    """
    bad = min(max(criteria.failure_abort / 100 + excused, 2 * _LEAST), 1 - _LEAST)
    good = min(max(criteria.failure_target / 200 + excused, _LEAST), bad / 2 + excused / 2)
    return good, bad


def tolerated(criteria: Criteria) -> float:
    """Return the rate, 0 to 1, above which a step fails; not above the bad one."""
    bad = rates(criteria)[1]
    return min(max(criteria.tolerated / 100, _LEAST), bad)


def above(failures: float, judged: float, criteria: Criteria) -> float:
    """Return the log of the e-value against a rate that is at most the tolerated one."""
    most = tolerated(criteria)
    if failures <= most * judged:
        return 0.0
    return any_rate(failures, judged, criteria) - log_likelihood(failures, judged, most)


def any_rate(failures: float, judged: float, criteria: Criteria) -> float:
    """Return how likely (a log) the mixture makes what was counted."""
    halves = (
        log_likelihood(failures, judged, rates(criteria)[1]),
        log_mixture(failures, judged, _ANY),
    )
    top = max(halves)
    return top + math.log(sum(math.exp(one - top) for one in halves) / 2)


def certain_rate(failures: float, judged: float, needed: float, criteria: Criteria) -> float:
    """Return the highest rate, 0 to 1, against which the e-value's log is `needed`."""
    return lowest_rate(failures, judged, any_rate(failures, judged, criteria) - needed)


def weights(criteria: Criteria, excused: float = 0.0) -> tuple[float, float]:
    """Return what one failure adds to the statistic, and what any other request takes from it."""
    good, bad = rates(criteria, excused)
    return math.log(bad / good), math.log((1 - good) / (1 - bad))


def statistic(failures: float, judged: float, criteria: Criteria, excused: float = 0.0) -> float:
    """Return the log of how much likelier the bad rate made what was counted than the good one."""
    added, taken = weights(criteria, excused)
    return failures * added - (judged - failures) * taken


def counted(rpcs: Sequence[RpcEvidence]) -> tuple[RpcCounts, ...]:
    """Return the counts alone; failures that exceed the requests are moved within."""
    return tuple(
        RpcCounts(
            one.rpc,
            *_within(one.legacy.judged, one.legacy.failures),
            *_within(one.domain.judged, one.domain.failures),
        )
        for one in rpcs
    )


def counted_left(rpcs: Sequence[RpcEvidence]) -> tuple[RpcCounts, ...]:
    """Return the counts of requests whose client left, of all."""
    return tuple(
        RpcCounts(
            one.rpc,
            *_within(one.legacy.asked, one.legacy.left),
            *_within(one.domain.asked, one.domain.left),
            of=LEFT,
        )
        for one in rpcs
    )


def design_effect(rpcs: Sequence[RpcEvidence]) -> float:
    """Return how many of domain's requests say as much as one that depends on no other.

    Clients repeat what failed, and it fails again. If a share p of the failures follow
    another of the same resource, and runs of them are geometric, it is (1 + p) / (1 - p)
    (Kish's design effect of such runs); at most what few repetitions make of it, so that
    what fails whenever it is asked is soon known to.
    """
    again = sum(max(one.domain.failed_again, 0) for one in rpcs)
    failures = sum(max(one.domain.failures, 0) for one in rpcs)
    p = min(again / failures, MAX_AGAIN) if failures else 0.0
    return (1 + p) / (1 - p)


def of_domain(counts: Sequence[RpcCounts]) -> tuple[int, int]:
    """Return domain's failures and requests, of all RPCs together."""
    return sum(one.domain_failures for one in counts), sum(one.domain for one in counts)


def lowest(
    previous: tuple[RpcCounts, ...], rpcs: Sequence[RpcEvidence], criteria: Criteria
) -> tuple[RpcCounts, ...]:
    """Return what to keep as `StageEvidence.lowest` after a look at `rpcs`.

    previous: what was kept before; () when the step began.
    """
    found: list[RpcCounts] = []
    for of, now in ((FAILURES, counted(rpcs)), (LEFT, counted_left(rpcs))):
        before = tuple(one for one in previous if one.of == of)
        is_lower = statistic(*of_domain(now), criteria) < statistic(*of_domain(before), criteria)
        found += now if is_lower else before
    return tuple(found)


def since(
    earlier: Sequence[RpcCounts], now: Sequence[RpcCounts], criteria: Criteria
) -> tuple[RpcCounts, ...]:
    """Return what was counted since the statistic was lowest; nothing if that is now."""
    before = {(one.of, one.rpc): one for one in earlier}
    stretch = tuple(
        _less(one, before[one.of, one.rpc]) if (one.of, one.rpc) in before else one for one in now
    )
    return stretch if statistic(*of_domain(stretch), criteria) > 0 else ()


def _within(judged: int, failures: int) -> tuple[int, int]:
    judged = max(judged, 0)
    return judged, min(max(failures, 0), judged)


def _less(now: RpcCounts, before: RpcCounts) -> RpcCounts:
    return RpcCounts(
        now.rpc,
        *_within(now.legacy - before.legacy, now.legacy_failures - before.legacy_failures),
        *_within(now.domain - before.domain, now.domain_failures - before.domain_failures),
        of=now.of,
    )
