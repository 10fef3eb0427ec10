"""Does the observed split contradict the configured one? Pure."""

import math

from gateway.comparison.report import SampleRatio
from gateway.comparison.sequential import log_evidence

# Looked at every second by nobody in particular, an alarm must mean something.
ALPHA = 0.001
FEWEST = 20
# On the side that should get nothing: a change of the split reaches Envoy a
# moment after it was asked for.
STRAYS = 3


def judge(weight: int, to_legacy: int, to_domain: int) -> SampleRatio:
    """Return the sample ratio of drawn requests against `weight` percent to domain.

    Counting must begin when the split is set. A split that is as configured ever
    raises an alarm with a chance of at most 0.001, however often it is judged.
    """
    requests = to_legacy + to_domain
    if weight in (0, 100):
        alarm = (to_domain if weight == 0 else to_legacy) > STRAYS
    else:
        evidence = log_evidence(to_domain, requests, weight / 100, (1.0, 1.0))
        alarm = requests >= FEWEST and evidence >= math.log(1 / ALPHA)
    return SampleRatio(
        expected=float(weight),
        observed=100 * to_domain / requests if requests else 0.0,
        requests=requests,
        alarm=alarm,
    )
