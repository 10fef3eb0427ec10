"""Plays the plan twice on a running camplane: to the end, and into a domain that turns bad."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from camplane_tools.chaos.faults.schema import changes_refused
from camplane_tools.demos.rollout.traffic import Traffic
from camplane_tools.demos.rollouts import Rollouts
from camplane_tools.harness.api import Api
from camplane_tools.harness.camplane import Camplane, raised
from camplane_tools.harness.demonstration import Tell
from camplane_tools.harness.rollouts import Decided, Json
from gateway.demo import footage

PLANS = Path(footage.__file__).with_name("plans")
# Alert rules first: the plan of the cameras waits for them.
ORDER = ("alert", "camera")
HARMED_AT = 25


@dataclass(frozen=True)
class Played:
    """What came of one run of the plan.

    failed: requests that failed while nothing was harmed. moved_back: cameras
    that went back to legacy on the way up; None where all were taken back.
    last_by_domain: how many seconds after the decision to abort domain answered
    for the last time; None without one.
    """

    decisions: tuple[Decided, ...]
    seconds: float
    requests: int
    failed: int
    moved_back: int | None
    last_by_domain: float | None = None


async def play(
    folder: Path, tell: Tell, to_the_end: Sequence[str] = ORDER
) -> tuple[Played, Played]:
    """Play both runs on a camplane of their own; return what came of each.

    folder: empty, and short of name; everything lies in it. to_the_end: what is rolled
    out on a healthy domain, alert rules at least. NotAsPromisedError.
    """
    async with _running(folder, tell) as stage:
        tell(f"camplane is up, everything is legacy's: {stage.camplane.url}")
        return await stage.to_the_end(to_the_end, tell), await stage.into_harm(tell)


@contextlib.asynccontextmanager
async def _running(folder: Path, tell: Tell) -> AsyncIterator["_Stage"]:
    async with contextlib.AsyncExitStack() as stack:
        camplane = await stack.enter_async_context(raised(folder / "data", {}))
        api = Api(lambda: camplane.url)
        stack.push_async_callback(api.close)
        traffic = Traffic(api, str(footage.driver()))
        await traffic.prepare()
        running = asyncio.create_task(traffic.run())
        try:
            yield _Stage(camplane, api, traffic, running, tell)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class _Stage:
    def __init__(
        self,
        camplane: Camplane,
        api: Api,
        traffic: Traffic,
        running: asyncio.Task[None],
        tell: Tell,
    ) -> None:
        self.camplane = camplane
        self._traffic = traffic
        self._running = running
        self._rollouts = Rollouts(api, self._check, tell)

    async def to_the_end(self, contexts: Sequence[str], tell: Tell) -> Played:
        """Roll out contexts on a healthy domain."""
        tell(f"a healthy domain: 10, 25, 50, 100 %, one after another: {', '.join(contexts)}")
        run = self._begin()
        for context in contexts:
            await self._rollouts.start(context, await asyncio.to_thread(_plan, context))
        for context in contexts:
            self._traffic.focus = context
            await self._rollouts.until_completed(context)
        return await self._played(run)

    async def into_harm(self, tell: Tell) -> Played:
        """Roll out the cameras, on a domain that turns bad at the second step."""
        self._traffic.focus = "camera"
        await self._rollouts.set_weight("camera", 0)
        run = self._begin()
        await self._rollouts.start("camera", await asyncio.to_thread(_plan, "camera"))
        tell(f"the cameras from 0 %; at {HARMED_AT} % domain will begin to fail changes of cameras")
        await self._rollouts.until_weight("camera", HARMED_AT)
        failed = self._traffic.failed.total()
        async with changes_refused(self.camplane.data):
            tell("a trigger in domain's database refuses every change from now on")
            await self._rollouts.wait("camera", "camera is aborted", _aborted)
            # Requests that were under way when the routes changed end within moments.
            await asyncio.sleep(1)
        return await self._played(run, failed - run.failed)

    def _check(self) -> None:
        """Raise what ended the load, which ends by an error alone."""
        if self._running.done():
            self._running.result()

    def _begin(self) -> "_Run":
        self._traffic.watch_sides()
        failed = self._traffic.failed.total()
        return _Run(time.time(), self._rollouts.told, self._traffic.requests, failed)

    async def _played(self, run: "_Run", failed: int | None = None) -> Played:
        found = await self._rollouts.decisions(run.decisions)
        decisions = [one for one in found if one.action != "verdict"]
        aborted = next((one for one in decisions if one.action == "abort"), None)
        last = None
        if aborted is not None:
            last = max(self._traffic.last[aborted.context, "domain"] - aborted.at, 0.0)
        return Played(
            decisions=tuple(decisions),
            seconds=time.time() - run.began,
            requests=self._traffic.requests - run.requests,
            failed=self._traffic.failed.total() - run.failed if failed is None else failed,
            moved_back=None if aborted is not None else len(self._traffic.moved_back),
            last_by_domain=last,
        )


@dataclass(frozen=True)
class _Run:
    """Where a run began."""

    began: float
    decisions: int
    requests: int
    failed: int


def _plan(context: str) -> str:
    return (PLANS / f"{context}.yaml").read_text()


def _aborted(rollout: Json) -> bool:
    return bool(rollout["phase"] == "aborted")
