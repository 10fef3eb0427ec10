"""By what a step is judged: what a plan says of it, and how long it lasts. Pure."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a share of the traffic, or a gate.

    weight: percent to domain, 1 to 100; None for a gate. min_dwell_seconds: a
    step lasts at least that long; for a gate, how long it waits, None: until
    somebody promotes. min_requests: so many requests assigned to domain, at
    least, are looked at before a step passes.
    """

    weight: int | None
    min_dwell_seconds: float | None = 0.0
    min_requests: int = 0

    @property
    def is_gate(self) -> bool:
        """Does the step wait, and change no weight?"""
        return self.weight is None


@dataclass(frozen=True, slots=True)
class Criteria:
    """When a step passes or fails. Rates and increases in percent.

    Server faults and fallbacks are failures: a step passes below
    `failure_target`, and fails when they are certainly more than `tolerated`,
    between the target and `failure_abort`. The further these are apart, the sooner
    both is certain. It fails, too, when fewer than `success_abort` of the
    requests are answered as asked and legacy's are not as few, and when
    domain's `percentile` (such as 95) is certainly longer and seems so by
    `latency_abort` percent and by `latency_difference_ms`. fallback_cap: percent
    of fallbacks at which the circuit opens. shadow_difference: percent of replies to
    mirrored reads that may differ, looked at with `shadow_pairs` of them; None: not asked.
    coverage_share: an RPC with so many percent of legacy's requests, and
    `coverage_requests` of them, must have been judged on domain before a step passes,
    unless it is one of `coverage_except`.
    """

    failure_target: float = 1.0
    failure_abort: float = 5.0
    success_abort: float = 95.0
    percentile: float = 95.0
    latency_abort: float = 50.0
    latency_difference_ms: float = 1.0
    fallback_cap: float = 5.0
    shadow_difference: float | None = None
    shadow_pairs: int = 0
    failure_tolerated: float | None = None
    coverage_share: float = 1.0
    coverage_requests: int = 20
    coverage_except: tuple[str, ...] = ()

    @property
    def tolerated(self) -> float:
        """What the plan says, or halfway between target and abort on a scale of factors."""
        if self.failure_tolerated is not None:
            return self.failure_tolerated
        # A target of nothing at all would tolerate nothing at all.
        least = self.failure_abort / 10
        return max(math.sqrt(self.failure_target * self.failure_abort), least)


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """What a rollout may harm at most.

    max_weight_increase: percentage points a step may add; max_failures: failed
    and fallen-back requests in one step that legacy does not explain.
    """

    max_weight_increase: int = 50
    max_failures: int = 50
