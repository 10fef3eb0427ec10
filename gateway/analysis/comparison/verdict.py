"""Is domain better, worse or the same as legacy, for one RPC? Pure.

Worse and better need a difference that is both certain, its interval lies
beyond what chance and habit explain, and large enough to matter. The same means
that a difference that matters has been ruled out, not that none was found;
until then the verdict is unknown.
"""

from dataclasses import dataclass

from gateway.analysis import abandonment, sequential
from gateway.analysis.report import BETTER, SAME, UNKNOWN, WORSE, Interval
from gateway.analysis.variant import Variant
from gateway.vocabulary.codes import CANCELLED, alike, is_fault, is_success

ALPHA = 0.05
# Percent by which a percentile is certain to have changed, and by how much in
# milliseconds it seems to: below one, nobody notices.
CHANGED_PERCENT = 5.0
CHANGED_MS = 1.0
# Percentage points by which failures differ, or clients leave one path.
CHANGED_POINTS = 0.5
# What must be ruled out before the paths are called the same.
RULED_OUT_PERCENT = {"p50": 25.0, "p95": 50.0}
RULED_OUT_POINTS = 2.0
# Failures on domain that need no comparison: the documented limit, in percent.
BORNE_PERCENT = 5.0

_QUANTILES = {"p50": 0.5, "p95": 0.95}
# Evidence is predicted for these numbers of requests a path.
_PREDICTED = tuple(round(10 * 1.25**step) for step in range(53))


@dataclass(frozen=True, slots=True)
class Times:
    """One percentile on both paths, in milliseconds, and what sets them apart.

    at_least: domain's is longer than anybody waited.
    """

    legacy: Interval
    domain: Interval
    difference: Interval
    change: Interval
    at_least: bool = False

    @property
    def slower(self) -> bool:
        return self.change.low > CHANGED_PERCENT and self.difference.value >= CHANGED_MS

    @property
    def faster(self) -> bool:
        return self.change.high < -CHANGED_PERCENT and self.difference.value <= -CHANGED_MS

    def ruled_out(self, percent: float) -> bool:
        """Is it certain that domain is not so much slower, or by less than can be noticed?"""
        return self.change.high < percent or self.difference.high < CHANGED_MS


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one RPC. Rates and their differences are percent and points.

    leaving: requests whose client left after longer than legacy mostly takes.
    times: by "p50" and "p95"; empty when one path took no time yet. only_domain: codes
    that domain answers and legacy, by all that is known, does not. untimed: both paths
    answered, and there are no times: streams.
    """

    legacy_failures: Interval
    domain_failures: Interval
    failures: Interval
    leaving: Interval
    times: dict[str, Times]
    only_domain: tuple[str, ...] = ()
    alone: bool = False
    untimed: bool = False

    @property
    def fails_more(self) -> bool:
        compared = self.failures.low > 0 and self.failures.value >= CHANGED_POINTS
        return compared or (self.alone and self.domain_failures.low > BORNE_PERCENT)

    @property
    def fails_less(self) -> bool:
        return self.failures.high < 0 and self.failures.value <= -CHANGED_POINTS

    @property
    def left_more(self) -> bool:
        return self.leaving.low > 0 and self.leaving.value >= CHANGED_POINTS

    @property
    def slower(self) -> tuple[str, ...]:
        return tuple(name for name, times in self.times.items() if times.slower)

    @property
    def faster(self) -> tuple[str, ...]:
        return tuple(name for name, times in self.times.items() if times.faster)


def weigh(legacy: Variant, domain: Variant, n: int | None = None) -> Evidence:
    """Return what both variants say; with `n`, as if each had so many requests at least.

    A variant without any is then taken to be like the other one.
    """
    if n is not None:
        legacy, domain = (
            legacy if legacy.requests else domain,
            domain if domain.requests else legacy,
        )
    return Evidence(
        legacy_failures=_rate(legacy.failures, legacy.judged, n),
        domain_failures=_rate(domain.failures, domain.judged, n),
        failures=sequential.difference(
            _rate(domain.failures, domain.judged, n), _rate(legacy.failures, legacy.judged, n)
        ),
        leaving=abandonment.excess(_left(legacy, legacy, n), _left(domain, legacy, n), ALPHA),
        times=_times(legacy, domain, n),
        only_domain=() if n is not None else _only_domain(legacy, domain),
        alone=n is None and not legacy.judged,
        untimed=bool(legacy.judged and domain.judged) and not (legacy.timed or domain.timed),
    )


def judge(evidence: Evidence) -> str:
    """Return "worse", "better", "same" or "unknown"."""
    if evidence.fails_more or evidence.left_more or evidence.slower or evidence.only_domain:
        return WORSE
    if not evidence.times and not evidence.untimed:
        return UNKNOWN  # of two paths one has nothing: nothing was compared
    if max(evidence.failures.high, evidence.leaving.high) >= RULED_OUT_POINTS:
        return UNKNOWN
    if not all(times.ruled_out(RULED_OUT_PERCENT[name]) for name, times in evidence.times.items()):
        return UNKNOWN
    return BETTER if evidence.faster or evidence.fails_less else SAME


def missing(legacy: Variant, domain: Variant) -> tuple[int, int] | None:
    """Return about how many more requests, answered ones, legacy and domain need for a verdict.

    As many as if both paths were like the one with more requests, and when that is not
    enough, as many as would do if each stays as it is: what seems to be between them
    changes fast while there are few. None when even a million on each path, alike these,
    would not do. What comes may differ from what came: this is a forecast, and no evidence.
    """
    alike = max(legacy, domain, key=lambda variant: variant.requests)
    needed = _predicted(alike, alike)
    if needed is None or needed <= min(legacy.judged, domain.judged):
        needed = _predicted(legacy, domain)
    if needed is None:
        return None
    return max(needed - legacy.judged, 0), max(needed - domain.judged, 0)


def _predicted(legacy: Variant, domain: Variant) -> int | None:
    """Return how many requests on each path, alike these, would do for a verdict."""
    low, high = -1, len(_PREDICTED)
    while high - low > 1:
        middle = (low + high) // 2
        if judge(weigh(legacy, domain, _PREDICTED[middle])) == UNKNOWN:
            low = middle
        else:
            high = middle
    return _PREDICTED[high] if high < len(_PREDICTED) else None


def _rate(hits: int, of: int, n: int | None = None) -> Interval:
    """Return a rate in percent, to be compared with one other."""
    grown = 1.0 if n is None or not of else max(n / of, 1.0)
    rate = sequential.proportion(hits * grown, of * grown, ALPHA / 2)
    return Interval(100 * rate.value, 100 * rate.low, 100 * rate.high)


def _left(variant: Variant, legacy: Variant, n: int | None) -> tuple[float, float]:
    left, asked = variant.left_of(legacy.total)
    grown = 1.0 if n is None or not asked else max(n / asked, 1.0)
    return left * grown, asked * grown


def _times(legacy: Variant, domain: Variant, n: int | None) -> dict[str, Times]:
    if not legacy.timed or not domain.timed:
        return {}
    found = {}
    for name, q in _QUANTILES.items():
        of_legacy, of_domain = (
            abandonment.quantile(
                variant.total,
                variant.left_after,
                q,
                ALPHA / 2,
                None if n is None else max(n, variant.timed),
            )
            for variant in (legacy, domain)
        )
        found[name] = Times(
            legacy=of_legacy,
            domain=of_domain,
            difference=sequential.difference(of_domain, of_legacy),
            change=sequential.change(of_domain, of_legacy),
            at_least=abandonment.is_open(
                abandonment.survival(domain.total, domain.left_after, q).most, q
            ),
        )
    return found


def _only_domain(legacy: Variant, domain: Variant) -> tuple[str, ...]:
    """Return codes of refusals that domain alone answers, certainly more often than legacy may.

    Faults are left to the rates of failure, the most frequent comes first.
    """
    found = []
    for code, count in domain.own_codes.most_common():
        if is_success(code) or is_fault(code) or code == CANCELLED:
            continue
        if alike(code, legacy.codes) or not legacy.judged:
            continue
        on_domain = _rate(count, domain.judged)
        if on_domain.low > _rate(0, legacy.judged).high and on_domain.value >= CHANGED_POINTS:
            found.append(code)
    return tuple(found)
