"""A healthy domain's failures over days: is it ever taken back by chance?

The whole of a rollout that lasts two days is millions of requests, of which only
the failures matter here. So these alone are drawn, and the judgement of failures
is asked after each one at which its statistic is high enough, and once an hour.
"""

import numpy as np

from gateway.analysis.criteria import BlastRadius, Criteria
from gateway.analysis.judgement import failure_test
from gateway.analysis.judgement.evidence import (
    RpcCounts,
    RpcEvidence,
    StageEvidence,
    VariantEvidence,
)
from gateway.analysis.judgement.judge import judge_failures
from gateway.analysis.judgement.verdict import FAIL
from gateway.analysis.report import SampleRatio

# Percent to domain, and hours that the plan which is shipped stays there at least.
PLAN = ((10, 1), (25, 4), (50, 24), (100, 24))
PER_SECOND = 50
FAILING = 0.002
RPC = "All"

_CRITERIA, _BLAST_RADIUS = Criteria(), BlastRadius()


def aborted(seed: tuple[int, ...]) -> bool:
    """Is a domain that fails as seldom as legacy taken back at any time?"""
    random = np.random.default_rng(seed)
    baseline: tuple[RpcEvidence, ...] = ()
    for weight, hours in PLAN:
        total = PER_SECOND * 3600 * hours * weight // 100
        beside = (100 - weight) / weight
        failures = _positions(random, total)
        of_legacy = _positions(random, int(total * beside)) / beside if beside else np.zeros(0)
        for at, lowest in _moments(failures, total // hours, total):
            evidence = StageEvidence(
                "simulated",
                weight,
                0.0,
                at / PER_SECOND,
                (_counted(at, failures, of_legacy, beside),),
                SampleRatio(float(weight), float(weight), at, alarm=False),
                lowest=() if lowest < 0 else (_counts(lowest, failures, of_legacy, beside),),
                baseline=baseline,
            )
            if judge_failures(evidence, _CRITERIA, _BLAST_RADIUS, "").answer == FAIL:
                return True
        baseline = (_counted(total, failures, of_legacy, beside),)
    return False


def _positions(random: np.random.Generator, total: int) -> np.ndarray:
    """Return which of `total` requests fail, the first being 1."""
    return np.flatnonzero(random.random(total) < FAILING) + 1


def _moments(failures: np.ndarray, hourly: int, total: int) -> list[tuple[int, int]]:
    """Return at which requests of domain to ask, with the request at which it was lowest; -1: none.

    Those are failures after which the statistic rose enough, and the hours.
    """
    added, taken = failure_test.weights(_CRITERIA)
    number = np.arange(1, len(failures) + 1)
    after = number * added - (failures - number) * taken
    # It is lowest just before a failure.
    before = after - added
    lowest = np.minimum.accumulate(np.minimum(before, 0.0))
    holder = np.maximum.accumulate(np.where(before <= lowest, np.arange(len(before)), -1))
    high = np.flatnonzero(after - lowest >= failure_test.UPPER)
    moments = [
        (int(failures[one]), int(failures[holder[one]]) - 1 if lowest[one] < 0 else -1)
        for one in high
    ]
    return sorted(moments + [(at, at) for at in range(hourly, total + 1, hourly)])


def _counts(at: int, failures: np.ndarray, of_legacy: np.ndarray, beside: float) -> RpcCounts:
    return RpcCounts(
        RPC,
        int(at * beside),
        int(np.searchsorted(of_legacy, at, "right")),
        at,
        int(np.searchsorted(failures, at, "right")),
    )


def _counted(at: int, failures: np.ndarray, of_legacy: np.ndarray, beside: float) -> RpcEvidence:
    one = _counts(at, failures, of_legacy, beside)
    return RpcEvidence(
        RPC,
        VariantEvidence(one.legacy, one.legacy_failures),
        VariantEvidence(one.domain, one.domain_failures),
    )
