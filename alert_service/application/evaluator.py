"""Holds rules against events, as they come and as time passes; one process does."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Container

from alert_service.application.alerts import alert_of
from alert_service.application.evaluated import evaluated_rule
from alert_service.application.ports import EvaluationStore, EventStore, Position, Run
from alert_service.evaluation.evaluation import Changes, Evaluation
from servicekit.lease import Tenancy
from servicekit.process import Identity
from servicekit.upkeep import Trouble

log = logging.getLogger(__name__)

# Events that are read at a time.
MAX_READ = 500
# How often events of other processes are looked for, and how long after trouble.
POLL_SECONDS = 0.5
AGAIN_SECONDS = 1.0
# Renewing is a write, so it is seldom done where nothing else is to be stored. Whoever waits for
# a machine that went away waits so long; a process that died here is seen at once.
RENEW_SECONDS, LEASE_SECONDS = 5.0, 15.0
# Where no event comes, so long after a change rules are read at the latest.
MARK_SECONDS = 1.0
# A rule may change and its mark not: a monolith may keep times in seconds.
RULES_SECONDS = 10.0


class Evaluator:
    """Evaluates while it holds the lease; `run` makes its blocking calls.

    clock: Unix time; alive: does the holder of the lease live? channels: names of those
    that can be told; told: called, in the event loop, when there is something to tell them.
    """

    def __init__(
        self,
        store: EvaluationStore,
        events: EventStore,
        run: Run,
        clock: Callable[[], float],
        me: Identity,
        alive: Callable[[Identity], bool],
        channels: Container[str] = (),
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._events = events
        self._run = run
        self._clock = clock
        self._me = me
        self._alive = alive
        self._channels = channels
        self._told = told
        self._has_told = False
        self._woken = asyncio.Event()
        self._stopping = False
        self._trouble = Trouble(log.error, "rules are not evaluated: %s")
        self._position = Position(0, 0, 0.0)
        # None: what is stored has to be read, since somebody else may have written it.
        self._evaluation: Evaluation | None = None
        self._renewed = 0.0
        self._mark: object = None
        self._mark_read = 0.0
        self._rules_read = 0.0
        self._announced = 0.0

    def wake(self) -> None:
        """Look for events now; called in the event loop."""
        self._woken.set()

    def stop(self) -> None:
        """Let `serve` end with the step that it is at; called in the event loop."""
        self._stopping = True
        self._woken.set()

    async def serve(self) -> None:
        """Evaluate until `stop`; what goes wrong is logged, and begun again from what is stored."""
        while not self._stopping:
            try:
                pause = await self._run(self.evaluate)
                self._trouble.is_over()
                self._tell()
            except Exception as error:  # whatever it was, the next time may go well
                self._trouble.is_there(str(error))
                self._evaluation, pause = None, AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause)
            if not self._stopping:
                self._woken.clear()

    @property
    def token(self) -> int:
        """The token of the lease that was ours last; 0 before."""
        return self._position.token

    def _tell(self) -> None:
        if self._has_told:
            self._has_told = False
            self._told()

    def evaluate(self) -> float:
        """Take one step, if the lease is ours; return how many seconds nothing is due for."""
        now = self._clock()
        evaluation = self._evaluation or self._begun(now)
        if evaluation is None:
            return AGAIN_SECONDS
        events = self._events.after(self._position.read_to, MAX_READ)
        # Behind the events: a rule that was there before one of them is held against it.
        changes = Changes()
        if events or not 0 <= now - self._mark_read < MARK_SECONDS:
            changes = self._with_rules(evaluation, now)
        is_behind = len(events) == MAX_READ
        until = max(evaluation.at, min(now, events[-1].event.time)) if is_behind else now
        step = evaluation.step([one.event for one in events], until)
        changes.states |= step.states
        changes.told += step.told
        if events or changes.states or changes.told or now - self._renewed >= RENEW_SECONDS:
            read_to = events[-1].number if events else self._position.read_to
            self._commit(Position(self._position.token, read_to, until), changes, now)
        if not is_behind:
            self._announce(evaluation, now)
        return 0.0 if is_behind else max(0.0, min(POLL_SECONDS, evaluation.next_due - now))

    def _announce(self, evaluation: Evaluation, now: float) -> None:
        """Tell of what fired while its rule was silent, once that is over."""
        if 0 <= now - self._announced < MARK_SECONDS:
            return
        self._announced = now
        if self._store.has_silent():
            told = self._store.announce(self._position.token, evaluation.channels, now)
            self._has_told = self._has_told or bool(told)

    def _begun(self, now: float) -> Evaluation | None:
        """Go on from what is stored, if the lease is ours."""
        me = Tenancy(self._me, self._position.token, now, alive=self._alive, lasts=LEASE_SECONDS)
        position = self._store.take_lease(me)
        if position is None:
            return None
        if position.token != self._position.token:
            log.info("evaluates alert rules, with token %d", position.token)
            self._has_told = True  # whoever held the lease may have left something
        self._position, self._renewed, self._mark = position, now, None
        self._mark_read = 0.0
        self._evaluation = Evaluation(position.evaluated_to or now, self._store.states())
        return self._evaluation

    def _with_rules(self, evaluation: Evaluation, now: float) -> Changes:
        mark, self._mark_read = self._store.rules_mark(), now
        if self._mark == mark and abs(now - self._rules_read) < RULES_SECONDS:
            return Changes()
        rules = self._store.rules()
        self._mark, self._rules_read = mark, now
        return evaluation.take_rules(evaluated_rule(rule, self._channels) for rule in rules)

    def _commit(self, to: Position, changes: Changes, now: float) -> None:
        # What fails may stand or not, and this object knows more than what is stored.
        evaluation, self._evaluation = self._evaluation, None
        alerts = list(map(alert_of, changes.told))
        refused = self._store.commit(to, changes.states, changes.forgotten, alerts, now)
        for alert in refused:
            log.error("the history does not take an alert of rule %d", alert.rule_id)
        self._has_told = self._has_told or bool(changes.told)
        self._position, self._renewed, self._evaluation = to, now, evaluation
