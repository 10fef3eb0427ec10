"""What the controller sees: the metrics of the current stage, and whether to trust them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.analysis import sample_ratio
from gateway.analysis.judgement.evidence import RpcCounts, RpcEvidence, StageEvidence
from gateway.analysis.judgement.from_metrics import rpc_evidence
from gateway.analysis.judgement.replies import replies_evidence
from gateway.rollout.decisions.dwell import Dwell
from gateway.rollout.decisions.state import RolloutState
from gateway.rollout.decisions.store import Stage
from gateway.telemetry.receiver import Receiver
from gateway.telemetry.reconciliation_watch import ReconciliationChecks
from gateway.telemetry.store import TraceStore
from gateway.telemetry.traffic_metrics import TrafficMetrics
from gateway.vocabulary.choices import FORCED, TOOL
from gateway.vocabulary.reason import Code, because
from gateway.vocabulary.split import DOMAIN
from gateway.vocabulary.weight_history import WeightHistory
from servicekit.database.trouble import DatabaseTroubleError

MAX_EXEMPLARS = 6
LATELY_MINUTES = 60
_TELLING = ("failed", "fallback", "left", "difference", "slow")


@dataclass(frozen=True)
class Looking:
    """What a look at a stage needs to know: as in StageEvidence."""

    state: RolloutState
    since: float
    lowest: tuple[RpcCounts, ...]
    baseline: tuple[RpcEvidence, ...]
    now: float


class Observer:
    """Counts stages. Every method may block for some milliseconds; any thread may call it.

    history: reads which weights were in force when, whoever set them.
    """

    def __init__(
        self,
        receiver: Receiver,
        checks: Callable[[], ReconciliationChecks],
        traces: TraceStore,
        history: Callable[[], WeightHistory],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._receiver = receiver
        self._checks = checks
        self._traces = traces
        self._history = history
        self._clock = clock
        self._began = clock()

    def begin(self, context: str, since: float, metrics: TrafficMetrics | None = None) -> None:
        """Count what begins from `since` (Unix time) on, and add it to `metrics`."""
        self._receiver.begin_stage(context, since, metrics)

    def end(self, context: str) -> None:
        """Count it no longer."""
        self._receiver.end_stage(context)

    def kept(
        self, context: str, since: float, lowest: tuple[RpcCounts, ...], dwell: Dwell
    ) -> Stage:
        """Return what is to be written down of a stage."""
        return Stage(since, lowest, self._receiver.stage(context), dwell)

    def look(self, at: Looking) -> StageEvidence:
        """Return the evidence of the stage as it is now, without exemplars."""
        state = at.state
        history = self._history()
        drawn = self._receiver.drawn(state.context, history, at.since)
        stage = self._receiver.stage(state.context)
        return StageEvidence(
            context=state.context,
            weight=state.weight,
            since=at.since,
            until=at.now,
            rpcs=rpc_evidence(stage, state.context, at.baseline),
            ratio=sample_ratio.judge(state.weight, drawn),
            warnings=() if self._checks().sufficient else (because(Code.SPANS_DISAGREE),),
            lowest=at.lowest,
            baseline=at.baseline,
            replies=replies_evidence(stage, state.context),
            forced=stage.count(state.context, FORCED, DOMAIN),
            tools=stage.count(state.context, TOOL, DOMAIN),
        )

    def lately(self, context: str) -> tuple[tuple[RpcEvidence, ...], float]:
        """Return what was counted in the last hour, and the seconds it was counted in.

        Less than an hour when the control process began later.
        """
        now = self._clock()
        up = max(now - self._began, 1.0)
        minutes = min(int(up // 60) + 1, LATELY_MINUTES)
        counted = rpc_evidence(self._receiver.metrics(minutes), context)
        return counted, min(60 * (minutes - 1) + now % 60, up)

    def exemplars(self, context: str, since: float) -> tuple[str, ...]:
        """Return ids of kept traces of domain that show what failed or was slow."""
        try:
            found = self._traces.exemplars(context, since)
        except DatabaseTroubleError:
            return ()  # a decision does not wait for them
        # Where replies differ, domain's is one of the two, whichever was the answer.
        telling = [
            one
            for one in found
            if one.kind == "difference" or (one.assigned == "domain" and one.kind in _TELLING)
        ]
        telling.sort(key=lambda one: (_TELLING.index(one.kind), -one.duration_ms))
        return tuple(one.trace_id for one in telling[:MAX_EXEMPLARS])


def with_legacy(rpcs: Sequence[RpcEvidence]) -> bool:
    """Did legacy answer any of these, so that they can be a baseline?"""
    return any(one.legacy.judged for one in rpcs)
