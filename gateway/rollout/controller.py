"""The controller: looks, judges, decides, writes down, moves. One holds the lease at a time.

A decision is in the log before it is in the routes. After a crash the log says
where each rollout stands, and the routes are made to say the same; nothing else
moves. While there is no controller the gateway goes on with the last weights.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from gateway.analysis.judgement.evidence import RpcCounts, RpcEvidence, StageEvidence
from gateway.analysis.judgement.failure_test import lowest
from gateway.analysis.judgement.judge import judge, judge_failures
from gateway.analysis.judgement.verdict import FAIL, Verdict
from gateway.rollout.at_start import adopted
from gateway.rollout.decisions.commands import Asked
from gateway.rollout.decisions.decision import Decision, LoggedDecision
from gateway.rollout.decisions.dwell import Dwell
from gateway.rollout.decisions.state import JUDGED, Phase, RolloutState, routing_of
from gateway.rollout.decisions.steps import Hold, Move, Watched, next_step
from gateway.rollout.decisions.store import RolloutStore
from gateway.rollout.observer import Looking, Observer, with_legacy
from gateway.vocabulary.reason import Reason
from gateway.vocabulary.routing import Routing, StaleTokenError
from gateway.vocabulary.split import CONTEXTS
from servicekit.database.trouble import DatabaseTroubleError
from servicekit.lease import Lease, LeaseLostError, Tenancy
from servicekit.process import Identity
from servicekit.threads import Threads

log = logging.getLogger(__name__)

R = TypeVar("R")

# A domain that fails is looked for ten times a second; all else once.
TICK_SECONDS = 0.1
FULL_SECONDS = 1.0
# A verdict that wavers fills no log.
VERDICT_SECONDS = 10.0


class NotLeadingError(Exception):
    """This controller may decide nothing now; the message says why."""


class Router(Protocol):
    """Moves requests; both methods block."""

    def read(self) -> Routing:
        """Return what is in force."""

    def write(self, routing: Routing) -> None:
        """Put it in force; StaleTokenError below the token in force."""


@dataclass(frozen=True)
class View:
    """One rollout as it is seen: its state, what was last judged, and what it waits for.

    lasted: seconds that its step has lasted, as in Watched.
    """

    state: RolloutState
    evidence: StageEvidence | None = None
    verdict: Verdict | None = None
    waits_for: Reason | None = None
    lasted: float = 0.0


@dataclass
class _Stage:
    """What the controller remembers of the current weight of one context.

    since: from when on requests count, by the clock of then. judged: how many requests of
    domain were judged, at the last look; None before the first. grew_at: when that was
    seen to grow, by the steady clock, as logged_at.
    """

    since: float = 0.0
    lowest: tuple[RpcCounts, ...] = ()
    baseline: tuple[RpcEvidence, ...] = ()
    judged: int | None = None
    grew_at: float | None = None
    logged_answer: str = ""
    logged_at: float = float("-inf")


class Controller:
    """Runs the rollouts of all contexts. All methods belong to one event loop.

    trouble_of: says why a context's domain does not serve, None when it does, as it is
    known: it may not wait for anything. clock: what the log tells, Unix time; steady: what
    durations are measured by, which nobody sets.
    """

    def __init__(
        self,
        store: RolloutStore,
        router: Router,
        observer: Observer,
        threads: Threads,
        process: Identity,
        trouble_of: Callable[[str], Reason | None],
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        decided: Callable[[LoggedDecision], None] = lambda logged: None,
    ) -> None:
        self._store = store
        self._router = router
        self._observer = observer
        self._threads = threads
        self._process = process
        self.trouble_of = trouble_of
        self._clock = clock
        self._steady = steady
        self._decided = decided
        self._one = asyncio.Lock()
        self._moved = asyncio.Event()
        self._lease: Lease | None = None
        self._prepared = False
        self._is_routed = True
        self._fully_at = float("-inf")
        self._looked_at = steady()
        self._states = {context: RolloutState(context) for context in CONTEXTS}
        self._views = {context: View(state) for context, state in self._states.items()}
        self._stages = {context: _Stage() for context in CONTEXTS}
        self._dwells = {context: Dwell() for context in CONTEXTS}
        self._unlogged: list[Decision] = []
        self.trouble = "the controller is starting"

    @property
    def leads(self) -> bool:
        """May this controller decide?"""
        return self._lease is not None

    @property
    def token(self) -> int:
        """The lease's token, 0 without one."""
        return self._lease.token if self._lease else 0

    def has_unwritten(self, context: str) -> bool:
        """Was anything decided of it that could not be written down yet?"""
        return any(decision.after.context == context for decision in self._unlogged)

    @property
    def views(self) -> Mapping[str, View]:
        """Every rollout as it was last looked at."""
        return self._views

    async def moved(self, seconds: float) -> None:
        """Return as soon as something was decided, at the latest after `seconds`."""
        try:
            await asyncio.wait_for(self._moved.wait(), seconds)
        except TimeoutError:
            return

    async def run(self) -> None:
        """Control until cancelled."""
        while True:
            async with self._one:
                await self._safely()
            await asyncio.sleep(TICK_SECONDS)

    async def ask(
        self, context: str, command: Callable[[RolloutState, Asked], Move | None], asked: Asked
    ) -> RolloutState:
        """Carry out an operator's command; returns the state after it, written and in force.

        What gives requests back is carried out, too, where nothing can be written down
        (has_unwritten). Raises what the command raises, NotLeadingError, and
        DatabaseTroubleError when anything else could not be written down.
        """
        async with self._one:
            if self._lease is None:
                raise NotLeadingError(self.trouble)
            state = self._states[context]
            move = command(state, asked)
            if move is None:
                return state
            try:
                evidence = await self._evidence(state) if state.phase in JUDGED else None
                verdict = self._judge(state, evidence) if evidence is not None else None
                await self._carry_out(move, evidence, verdict)
            except (LeaseLostError, StaleTokenError) as error:
                self._step_down(str(error))
                raise NotLeadingError(str(error)) from error
            self._fully_at = float("-inf")  # what follows from it is looked at with the next tick
            return self._states[context]

    async def _safely(self) -> None:
        try:
            if self._lease is None:
                await self._take_over()
            if self._lease is None:
                return
            now = self._steady()
            full = now - self._fully_at >= FULL_SECONDS
            if full:
                self._fully_at = now
                # First: the log may be out of reach, and routes know by the token who leads.
                if not self._is_routed:
                    await self._route(self.token)
                self._lease = await self._renewed()
                if self._lease is None:
                    return
            await self._look(full)
            if full:
                await self._write_down()
            self.trouble = ""
        except (LeaseLostError, StaleTokenError) as error:
            self._step_down(str(error))
        except (DatabaseTroubleError, OSError, ValueError, KeyError) as error:
            self._say(f"cannot go on, trying again: {error}")

    async def _take_over(self) -> None:
        """Take the lease if it is free, and stand where the log says."""
        if not self._prepared:
            await self._threads(self._store.prepare)
            self._prepared = True
        routing = await self._threads(self._router.read)
        lease = await self._renewed(floor=routing.token)
        if lease is None:
            return
        states = await self._threads(self._store.states)
        for context in CONTEXTS:
            state = states.get(context, RolloutState(context))
            now = self._clock()
            after = adopted(state, routing.split.domain(context), now)
            if after is not state:
                await self._append(Decision("set", now, lease.token, state, after))
                state = after
            self._states[context] = state
            self._views[context] = View(state)
            self._stages[context] = _Stage()
            if state.phase in JUDGED:
                await self._resume(state)
        await self._route(lease.token)
        self._lease = lease
        log.info("this controller leads, with token %d", lease.token)

    async def _resume(self, state: RolloutState) -> None:
        """Go on counting where the process before this one ended."""
        stage = self._stages[state.context]
        kept = await self._threads(self._store.stage, state.context)
        metrics = None
        if kept is not None:
            self._dwells[state.context] = kept.dwell
        if kept is not None and kept.since == state.weight_since:
            stage.lowest, metrics = kept.lowest, kept.metrics
        stage.since = min(state.weight_since, self._clock())
        self._observer.begin(state.context, stage.since, metrics)
        stage.baseline = await self._threads(self._baseline, state)

    def _baseline(self, state: RolloutState) -> tuple[RpcEvidence, ...]:
        """Return legacy's side of the last step of this plan that had one."""
        for logged in reversed(self._store.log(state.context, limit=200)):
            fields = logged.fields
            if fields["action"] == "start":
                break
            if fields["evidence"] and fields["at"] <= state.weight_since:
                evidence = StageEvidence.from_json(fields["evidence"])
                if with_legacy(evidence.rpcs):
                    return evidence.rpcs
        return ()

    async def _renewed(self, floor: int = 0) -> Lease | None:
        """Return the lease, taken or renewed; None when it is another's, or was for a while."""
        me = Tenancy(self._process, self.token, self._clock(), floor)
        taken = await self._threads(self._store.take_lease, me)
        if taken is None:
            self._step_down("another controller leads")
        elif self._lease is not None and taken.token != self._lease.token:
            self._step_down("the lease was lost for a while")
            return None
        return taken

    def _step_down(self, why: str) -> None:
        if self._lease is not None or self.trouble != why:
            log.warning("this controller does not lead: %s", why)
        self._lease, self.trouble = None, why
        for context in CONTEXTS:
            self._observer.end(context)

    def _say(self, trouble: str) -> None:
        if self.trouble != trouble:
            log.error("rollouts: %s", trouble)
        self.trouble = trouble

    async def _look(self, full: bool) -> None:
        """Look at every rollout and do what is due; in between only at what fails."""
        self._let_time_pass()
        for context in CONTEXTS:
            state = self._states[context]
            evidence = verdict = None
            if state.phase in JUDGED:
                evidence = await self._evidence(state)
                verdict = self._judge(state, evidence) if full else self._failing(state, evidence)
                if not full and verdict is None:
                    continue
            watched = self._watched(context)
            decision = next_step(state, verdict, self._clock(), self._states, watched)
            if isinstance(decision, Move):
                await self._carry_out(decision, evidence, verdict)
                continue
            if full:
                waits_for = decision.waits_for
                self._views[context] = View(state, evidence, verdict, waits_for, watched.lasted)
                if evidence is not None and verdict is not None:
                    await self._note_verdict(state, evidence, verdict)
            elif self._views[context].state is not state:
                self._views[context] = View(state, waits_for=decision.waits_for)

    def _let_time_pass(self) -> None:
        """Let every step last longer by what passed since the last look, if it counts."""
        now = self._steady()
        passed, self._looked_at = now - self._looked_at, now
        for context, state in self._states.items():
            counts = state.phase not in JUDGED or not self.trouble_of(context)
            dwell = self._dwells[context]
            self._dwells[context] = dwell.after(state.step_since, passed, counts)

    def _watched(self, context: str) -> Watched:
        grew_at = self._stages[context].grew_at
        newest = None if grew_at is None else self._steady() - grew_at
        dwell = self._dwells[context].after(self._states[context].step_since, 0.0, True)
        return Watched(self.trouble_of(context), dwell.seconds, newest)

    async def _evidence(self, state: RolloutState) -> StageEvidence:
        stage = self._stages[state.context]
        looking = Looking(
            state=state,
            since=stage.since,
            lowest=stage.lowest,
            baseline=stage.baseline,
            now=self._clock(),
        )
        evidence = await self._threads(self._observer.look, looking)
        assert state.plan is not None
        stage.lowest = lowest(stage.lowest, evidence.rpcs, state.plan.criteria)
        if stage.judged is not None and evidence.judged > stage.judged:
            stage.grew_at = self._steady()
        stage.judged = evidence.judged
        return replace(evidence, lowest=stage.lowest)

    def _judge(self, state: RolloutState, evidence: StageEvidence) -> Verdict | None:
        step, plan = state.judged_step, state.plan
        if step is None or plan is None:
            return None
        if state.phase is Phase.COMPLETED:
            return judge_failures(evidence, plan.criteria, plan.blast_radius, plan.version)
        return judge(evidence, step, plan.criteria, plan.blast_radius, plan.version)

    def _failing(self, state: RolloutState, evidence: StageEvidence) -> Verdict | None:
        """Return the verdict if domain fails, None while it does not."""
        plan = state.plan
        assert plan is not None
        quick = judge_failures(evidence, plan.criteria, plan.blast_radius, plan.version)
        return quick if quick.answer == FAIL else None

    async def _carry_out(
        self, move: Move, evidence: StageEvidence | None, verdict: Verdict | None
    ) -> None:
        """Write the decision down, then make it so."""
        context = move.state.context
        before, after = self._states[context], move.state.in_order(self._states.values())
        if evidence is not None:
            shown = await self._threads(self._observer.exemplars, context, evidence.since)
            evidence = replace(evidence, exemplars=shown)
            verdict = None if verdict is None else replace(verdict, exemplars=shown)
        decision = Decision(
            move.action, after.changed_at, self.token, before, after, evidence, verdict
        )
        try:
            await self._log(decision)
        except DatabaseTroubleError as error:
            if after.weight >= before.weight:
                raise
            # Requests are saved first, and the log is told when it listens again.
            self._unlogged.append(decision)
            self._say(f"decided, and not written down yet: {error}")
        self._states[context] = after
        if after.routed != before.routed:
            await self._route(self.token)
        if after.weight_since != before.weight_since or after.phase not in JUDGED:
            self._begin_stage(before, after, evidence)
        watched = self._watched(context)
        following = next_step(after, None, self._clock(), self._states, watched)
        waits_for = following.waits_for if isinstance(following, Hold) else None
        self._views[context] = View(after, waits_for=waits_for)
        log.info(
            "%s: %s, %d %% to %d %%, by %s: %s",
            *(context, move.action, before.weight, after.weight),
            *(after.author, after.reason),
        )
        self._moved.set()
        self._moved = asyncio.Event()

    def _begin_stage(
        self, before: RolloutState, after: RolloutState, evidence: StageEvidence | None
    ) -> None:
        old = self._stages[after.context]
        baseline: tuple[RpcEvidence, ...] = ()
        if before.plan == after.plan:
            known = evidence is not None and with_legacy(evidence.rpcs)
            baseline = evidence.rpcs if known and evidence is not None else old.baseline
        since = min(after.weight_since, self._clock())
        self._stages[after.context] = _Stage(since, baseline=baseline, judged=0)
        if after.phase in JUDGED:
            self._observer.begin(after.context, since)
        else:
            self._observer.end(after.context)

    async def _note_verdict(
        self, state: RolloutState, evidence: StageEvidence, verdict: Verdict
    ) -> None:
        """Put a change of the answer into the log, also when nothing moves by it."""
        stage, now = self._stages[state.context], self._steady()
        if verdict.answer == stage.logged_answer or now - stage.logged_at < VERDICT_SECONDS:
            return
        if stage.logged_answer:
            noted = Decision("verdict", self._clock(), self.token, state, state, evidence, verdict)
            await self._log(noted)
        stage.logged_answer, stage.logged_at = verdict.answer, now

    async def _log(self, decision: Decision) -> None:
        await self._log_rest()
        await self._append(decision)

    async def _log_rest(self) -> None:
        """Write down what could not be, in order."""
        while self._unlogged:
            await self._append(replace(self._unlogged[0], token=self.token))
            self._unlogged.pop(0)

    async def _append(self, decision: Decision) -> None:
        self._decided(await self._threads(self._store.append, decision))

    async def _route(self, token: int) -> None:
        """Make the routes say what the states say."""
        self._is_routed = False  # until it is so: a disk may be full, a lock kept
        await self._threads(self._router.write, routing_of(self._states, token))
        self._is_routed = True

    async def _write_down(self) -> None:
        """Keep what was counted, for the process after this one, and what is still unlogged."""
        await self._log_rest()
        for context, state in self._states.items():
            if state.phase in JUDGED:
                await self._threads(self._keep, context, state)

    def _keep(self, context: str, state: RolloutState) -> None:
        lowest = self._stages[context].lowest
        dwell = self._dwells[context]
        kept = self._observer.kept(context, state.weight_since, lowest, dwell)
        self._store.keep_stage(context, kept)
