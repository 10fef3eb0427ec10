"""A controller on a real decision log, real routes and a real receiver of spans."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.analysis.criteria import Criteria, Step
from gateway.proxy.files import write_configuration
from gateway.proxy.topology import Topology
from gateway.rollout.controller import Controller
from gateway.rollout.decisions import commands
from gateway.rollout.decisions.commands import Asked
from gateway.rollout.decisions.state import Phase, RolloutState
from gateway.rollout.decisions.store import RolloutStore
from gateway.rollout.observer import Observer
from gateway.rollout.plan.model import RolloutPlan
from gateway.rollout.router import FileRouter
from gateway.telemetry.receiver import Receiver
from gateway.telemetry.reconciliation import Reconciliation
from gateway.telemetry.reconciliation_watch import ReconciliationChecks
from gateway.telemetry.store import TraceStore
from gateway.vocabulary.reason import Reason
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split
from gateway.vocabulary.wording import text
from servicekit.process import Identity, identify
from servicekit.threads import Threads
from tests.unit.traces.otlp_batches import CONTEXTS, Batch

SECONDS = 15.0
# So long ago requests began that are told of now.
BEGAN_SECONDS = 0.005
_AGREE = Reconciliation(expected=1, observed=1, percent=100.0, alarm=False, coded_differences=())

PLAN = RolloutPlan(
    name="a test's",
    context="alert",
    steps=(Step(10, 0.0, 50), Step(None, None), Step(50, 0.0, 50), Step(100, 0.0, 50)),
    abort_together=("camera",),
    criteria=Criteria(),
    version="v1",
)


async def until(condition: Callable[[], Any], what: str = "") -> Any:
    """Return what `condition` returns as soon as that is true."""
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, what or condition
        await asyncio.sleep(0.01)
    return found


class Site:
    """What outlives a controller: the folder with routes and database."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        sockets = {
            name: f"unix:{directory}/{name}"
            for name in ("control", "camera_domain", "camera_legacy", "alert_domain")
        }
        self.topology = Topology(
            admin_socket=f"{directory}/admin", alert_legacy=f"unix:{directory}/x", **sockets
        )
        self.sufficient = True
        # Why domain does not serve.
        self.trouble: Reason | None = None
        self._processes = iter(range(1, 100))
        write_configuration(self.topology, Routing(Split(0, 0)), directory)

    @property
    def router(self) -> FileRouter:
        return FileRouter(self.topology, self.directory)

    def weight(self, context: str = "alert") -> int:
        """The weight in the routes."""
        return self.router.read().split.domain(context)

    @contextlib.asynccontextmanager
    async def controlling(
        self,
        process: Identity | None = None,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> AsyncIterator["Control"]:
        """Run a controller in the block; it ends as by kill -9: nothing is written any more."""
        me = identify(os.getpid())
        assert me is not None
        # Each as a process of its own; the ones before are dead.
        process = process or replace(me, pid=4_000_000 + next(self._processes))
        control = Control(self, process, clock, steady)
        running = asyncio.create_task(control.controller.run())
        try:
            yield control
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            control.close()

    def checks(self) -> ReconciliationChecks:
        return ReconciliationChecks(_AGREE, _AGREE, self.sufficient)


class Control:
    """One controller, and the receiver it looks at."""

    def __init__(
        self,
        site: Site,
        process: Identity,
        clock: Callable[[], float],
        steady: Callable[[], float],
    ) -> None:
        self.site = site
        self.store = RolloutStore(site.directory / "rollout.db")
        self.clock = clock
        self.receiver = Receiver(CONTEXTS, clock=clock)
        self.receiver.start()
        traces = TraceStore(site.directory / "gateway.db")
        traces.prepare()
        self._traces = traces
        self._threads = Threads(2, "test")
        self.observer = Observer(self.receiver, site.checks, traces, site.router.history)
        self.controller = Controller(
            store=self.store,
            router=site.router,
            observer=self.observer,
            threads=self._threads,
            process=process,
            trouble_of=lambda context: site.trouble,
            clock=clock,
            steady=steady,
        )

    def close(self) -> None:
        self.receiver.close()
        self._threads.close()
        self.store.close()
        self._traces.close()

    def state(self, context: str = "alert") -> RolloutState:
        return self.controller.views[context].state

    def waits_for(self, context: str = "alert") -> str:
        """Return what a rollout waits for, in words; "" for nothing."""
        waits_for = self.controller.views[context].waits_for
        return text(waits_for) if waits_for is not None else ""

    async def leads(self) -> "Control":
        await until(lambda: self.controller.leads, "it leads")
        return self

    async def do(self, command: Any, context: str = "alert", **arguments: Any) -> RolloutState:
        """Ask for a command as an operator does."""
        asked = Asked("ann", "a test", self.clock())
        return await self.controller.ask(context, partial(command, **arguments), asked)

    async def start(self, plan: RolloutPlan = PLAN) -> None:
        """Start the plan and wait until requests that are told of now began in its first step."""
        await self.leads()
        await self.do(commands.start, plan.context, plan=plan)
        await until(lambda: self.state(plan.context).phase is Phase.RUNNING, "it runs")
        since = self.state(plan.context).weight_since
        await until(lambda: self.clock() - BEGAN_SECONDS > since, "its requests begin")

    def answer(self, domain: int = 0, legacy: int = 0, failed: int = 0, **tags: str) -> None:
        """Send spans of requests that just ended: of each path, and failed ones of domain."""
        batch = Batch()
        now = self.clock() - BEGAN_SECONDS
        of_domain = {"cluster": "alert_domain", "implementation": "domain"}
        fault = {"refusal": "13", "status": "500"}
        for _ in range(legacy):
            batch.request(now, 0.004, **tags)
        for _ in range(domain):
            batch.request(now, 0.004, **of_domain, **tags)
        for _ in range(failed):
            batch.request(now, 0.004, **of_domain, **fault, **tags)
        assert self.receiver.take(batch.data()) == 0

    async def passed(self, phase: Phase, step: int) -> None:
        """Wait until the rollout is there, while good requests go on."""
        deadline = time.monotonic() + SECONDS
        while (self.state().phase, self.state().step) != (phase, step):
            assert time.monotonic() < deadline, self.controller.views["alert"]
            weight = max(self.state().weight, 1)
            self.answer(domain=weight * 4, legacy=400 - weight * 4)
            await asyncio.sleep(0.05)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)
