"""Do legacy's failures explain domain's, on the same RPCs? Pure.

Two explanations of what domain did are weighed against "any rate" (the mixture
of gateway.analysis.judgement.failure_test): the rate that the plan tolerates, and
what legacy's own requests predict, RPC by RPC. Legacy is taken to be healthy, about
as the plan hopes for, with one chance in a thousand that it is not; its counts
soon outweigh that. With the first requests of a step this makes the difference:
two failures of domain and no request of legacy's yet that failed are enough.

Against what legacy predicts, "any rate" is half one rate of all RPCs, and half a
rate of one RPC's own beside others that do as legacy predicts: a domain on which one
operation never works is not explained by the others, which work.

The e-value against the best of the explanations is one against each of them. If
one is true, it ever exceeds 1 / alpha with a chance of at most alpha.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.analysis.criteria import Criteria
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import RpcCounts
from gateway.analysis.sequential import log_likelihood, log_mixture

_ANY = (0.5, 0.5)
# Failures that a healthy legacy is taken to have had before the first was counted.
_HEALTHY_FAILURES = 0.5
_BROKEN = 0.001


@dataclass(frozen=True, slots=True)
class Explained:
    """How well the best explanation does.

    against: log of the e-value against it. failures: how many of domain's it
    expects.
    """

    against: float
    failures: float


def explain(
    domain: Sequence[RpcCounts],
    legacy: Sequence[Sequence[RpcCounts]],
    criteria: Criteria,
    effect: float = 1.0,
) -> Explained:
    """Return what explains domain's failures best.

    domain: whose domain side is to be explained; legacy: whose legacy sides
    predict, each by itself (of the same stretch, of the whole step). An RPC of which
    legacy had no request on any side has nothing but the tolerated rate. effect: how many
    requests of domain say as much as one that depends on no other.
    """
    failures, requests = (count / effect for count in failure_test.of_domain(domain))
    good = failure_test.rates(criteria)[0]
    best, expected = failure_test.above(failures, requests, criteria), requests * good
    known = {one.rpc for side in legacy for one in side if one.legacy}
    for side in legacy:
        if not any(one.legacy for one in side):
            continue  # who was asked nothing predicts nothing
        asked = [
            (one.rpc, one.domain_failures / effect, one.domain / effect)
            for one in domain
            if one.domain
        ]
        predicted = _predict(asked, side, criteria, known)
        best = min(best, _against(predicted, criteria))
        expected = max(expected, sum(one.expected for one in predicted))
    return Explained(best, expected * effect)


@dataclass(frozen=True, slots=True)
class _Predicted:
    """What legacy says of one RPC of domain's: how likely (a log) it makes what was counted."""

    failures: float
    requests: float
    likelihood: float
    expected: float


def _against(predicted: Sequence[_Predicted], criteria: Criteria) -> float:
    """Return the log of the e-value against what was predicted."""
    failures = sum(one.failures for one in predicted)
    requests = sum(one.requests for one in predicted)
    likelihood = sum(one.likelihood for one in predicted)
    together = failure_test.any_rate(failures, requests, criteria) - likelihood
    apart, others = 0.0, 1 - 1 / max(len(predicted), 1)
    for one in predicted:
        # What does better than predicted speaks for domain, not against it.
        worse = one.failures > one.expected
        likelier = failure_test.any_rate(one.failures, one.requests, criteria) - one.likelihood
        apart += _log_sum(
            math.log(others) if others else -math.inf,
            likelier - math.log(len(predicted)) if worse else -math.inf,
        )
    return _log_sum(together, apart) - math.log(2)


def _predict(
    domain: Sequence[tuple[str, float, float]],
    legacy: Sequence[RpcCounts],
    criteria: Criteria,
    known: set[str],
) -> list[_Predicted]:
    """Return what legacy predicts of each RPC of domain's.

    domain: RPC, failures, requests. known: the RPCs that legacy had at some time, if not
    on this side.
    """
    good, tolerated = failure_test.rates(criteria)[0], failure_test.tolerated(criteria)
    of_legacy = {one.rpc: (one.legacy_failures, one.legacy) for one in legacy}
    # An RPC that legacy was seldom asked is taken to fail like the rest of it.
    prior = max(good, _overall(legacy, good))

    def predict(rpc: str, failures: float, requests: float) -> tuple[float, float]:
        if rpc not in known:
            return log_likelihood(failures, requests, tolerated), requests * good
        failed, asked = of_legacy.get(rpc, (0, 0))
        told = _log_marginal(failed, asked, prior)
        both = _log_marginal(failed + failures, asked + requests, prior)
        next_one = _log_marginal(failed + 1, asked + 1, prior)
        return both - told, requests * math.exp(next_one - told)

    return [
        _Predicted(failures, requests, *predict(rpc, failures, requests))
        for rpc, failures, requests in domain
    ]


def _overall(legacy: Sequence[RpcCounts], good: float) -> float:
    failures = _HEALTHY_FAILURES + sum(one.legacy_failures for one in legacy)
    return failures / (_HEALTHY_FAILURES / good + sum(one.legacy for one in legacy))


def _log_marginal(failures: float, requests: float, usual: float) -> float:
    """Return how likely (a log) so many failures of an RPC are on a legacy.

    usual: the rate it is taken to have until its counts say otherwise.
    """
    usual = min(usual, 0.5)
    healthy = (_HEALTHY_FAILURES, _HEALTHY_FAILURES * (1 - usual) / usual)
    return _log_sum(
        math.log(1 - _BROKEN) + log_mixture(failures, requests, healthy),
        math.log(_BROKEN) + log_mixture(failures, requests, _ANY),
    )


def _log_sum(one: float, other: float) -> float:
    """Return the log of the sum of two numbers of which the logs are given."""
    top = max(one, other)
    return top if math.isinf(top) else top + math.log(math.exp(one - top) + math.exp(other - top))
