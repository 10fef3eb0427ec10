"""Do the metrics agree with Envoy's own counters? Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.vocabulary.codes import is_fault
from gateway.vocabulary.reason import Code, Reason, Reasons, because
from gateway.vocabulary.wording import texts

# Cluster, RPC and code, as the receiver counts them; "" for what is not told apart.
CounterKey = tuple[str, str, str]

MIN_PERCENT = 99.0
MAX_DIFFERENCES = 10


@dataclass(frozen=True, slots=True)
class Reconciliation:
    expected: int
    observed: int
    percent: float
    alarm: bool
    coded_differences: Reasons

    @property
    def differences(self) -> tuple[str, ...]:
        """In words, one sentence each."""
        return texts(self.coded_differences)


def completeness(
    expected: Mapping[CounterKey, int], observed: Mapping[CounterKey, int], in_flight: int
) -> Reconciliation:
    """Return whether as many spans came as Envoy counted requests, in all.

    in_flight: requests under way or just ended, of which a span may not be here
    yet. Spans too many count as those that miss: they would be counted twice.
    """
    all_expected, all_observed = sum(expected.values()), sum(observed.values())
    off = abs(all_expected - all_observed)
    differences: Reasons = ()
    if off:
        code = Code.SPANS_MISSING if all_observed < all_expected else Code.SPANS_TOO_MANY
        differences = (because(code, expected=all_expected, observed=all_observed, off=off),)
    return _reconciled(all_expected, all_observed, off, in_flight, differences)


def agreement(
    expected: Mapping[CounterKey, int], observed: Mapping[CounterKey, int], in_flight: int
) -> Reconciliation:
    """Return whether requests and faults of each cluster and RPC agree with Envoy's counters."""
    by_envoy, by_spans = _by_rpc(expected), _by_rpc(observed)
    wrong: list[tuple[int, str, str, Reason]] = []
    for key in by_envoy.keys() | by_spans.keys():
        requests, faults = by_envoy.get(key, (0, 0))
        seen, seen_faults = by_spans.get(key, (0, 0))
        off = max(abs(requests - seen), abs(faults - seen_faults))
        if off:
            cluster, rpc = key
            differs = because(
                Code.COUNTS_DIFFER,
                cluster=cluster,
                rpc=rpc,
                expected=requests,
                expected_faults=faults,
                observed=seen,
                observed_faults=seen_faults,
            )
            wrong.append((-off, cluster, rpc, differs))
    wrong.sort(key=lambda one: one[:3])
    return _reconciled(
        sum(requests for requests, _ in by_envoy.values()),
        sum(requests for requests, _ in by_spans.values()),
        -sum(off for off, *_ in wrong),
        in_flight,
        tuple(differs for *_, differs in wrong[:MAX_DIFFERENCES]),
    )


def _by_rpc(counts: Mapping[CounterKey, int]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (requests, faults) by cluster and RPC."""
    found: defaultdict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (cluster, rpc, code), count in counts.items():
        requests, faults = found[cluster, rpc]
        found[cluster, rpc] = (requests + count, faults + (count if is_fault(code) else 0))
    return dict(found)


def _reconciled(
    expected: int, observed: int, off: int, in_flight: int, differences: Reasons
) -> Reconciliation:
    most = max(expected, observed)
    percent = 100 * max(1 - off / most, 0.0) if most else 100.0
    return Reconciliation(
        expected=expected,
        observed=observed,
        percent=percent,
        alarm=percent < MIN_PERCENT and off > in_flight,
        coded_differences=differences,
    )
