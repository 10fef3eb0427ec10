"""Does the observed split contradict the configured one? Pure."""

import math
from collections.abc import Sequence

from gateway.analysis.report import SampleRatio
from gateway.analysis.sequential import log_evidence
from gateway.telemetry.drawn import Drawn

# Looked at every second by nobody in particular, an alarm must mean something.
ALPHA = 0.001
FEWEST = 20
# On the side that should get nothing: a change of the split reaches Envoy a
# moment after it was asked for.
STRAYS = 3


def judge(weight: int, drawn: Sequence[Drawn]) -> SampleRatio:
    """Return the sample ratio of requests drawn under weights that were in force in turn.

    weight: the one in force now. Each stretch must be counted from when its weight was
    set. A split that is as configured ever raises an alarm with a chance of at most 0.001,
    however often it is judged: what speaks against it in one stretch depends on no other.
    """
    requests = sum(one.requests for one in drawn)
    evidence = sum(
        log_evidence(one.to_domain, one.requests, one.weight / 100, (1.0, 1.0))
        for one in drawn
        if 0 < one.weight < 100
    )
    split = sum(one.requests for one in drawn if 0 < one.weight < 100)
    contradicted = split >= FEWEST and evidence >= math.log(1 / ALPHA)
    if not requests:
        return SampleRatio(expected=float(weight), observed=0.0, requests=0, alarm=False)
    return SampleRatio(
        expected=sum(one.weight * one.requests for one in drawn) / requests,
        observed=100 * sum(one.to_domain for one in drawn) / requests,
        requests=requests,
        alarm=contradicted or sum(one.strays for one in drawn) > STRAYS,
    )
