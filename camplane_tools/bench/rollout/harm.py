"""A domain that fails: how soon a rollout takes the requests back from it."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from camplane_tools.bench.deployment import Deployment, DeploymentError
from camplane_tools.bench.rollout.cameras import change_of
from camplane_tools.chaos.faults.schema import changes_refused
from camplane_tools.harness.rollouts import Decided
from camplane_tools.harness.waiting import until
from camplane_tools.load.client import Client, NoAnswerError
from gateway.proxy.targets import PATH

CONTEXT = "camera"
RATE = 50.0
WEIGHT = 10
_PLAN = f"""
apiVersion: camplane/v1
kind: Rollout
metadata: {{name: bench}}
spec:
  context: {CONTEXT}
  steps:
    - {{setWeight: {WEIGHT}, minDwell: 1h, minRequests: 500}}
    - {{setWeight: 50, minDwell: 1h, minRequests: 500}}
  # Failures alone are measured: it must not be taken back for its times before.
  analysis:
    latency: {{maxIncrease: 1000, minDifference: 10s}}
"""
# Requests under way when the routes change have ended then.
_AFTER_SECONDS = 1.5
_ABORTED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer: when it came, Unix time, its status (0: there was none), and who gave it."""

    at: float
    status: int
    path: str


@dataclass(frozen=True)
class RolledBack:
    """One rollout that was taken back.

    good: how many requests domain had answered before it turned bad. failed:
    how many it failed. decided: seconds from the second of them, as its client
    saw it, to the decision, negative when the decision was sooner. last: from
    that failure, after_decision: from the decision, to the last answer by domain,
    0 when that was sooner.
    """

    good: int
    failed: int
    decided: float
    last: float
    after_decision: float


async def roll_back(camplane: Deployment, cameras: Sequence[str], good: int) -> RolledBack:
    """Roll cameras out to a domain that fails all after `good` requests; see it taken back.

    At 10 % and 50 requests a second, each a change of a camera. DeploymentError,
    NotInTimeError when that does not happen.
    """
    rollouts = camplane.rollouts
    await rollouts.set_weight(CONTEXT, 0)
    async with contextlib.AsyncExitStack() as stack:
        seen = await stack.enter_async_context(_changing(camplane, cameras))
        # The last ones at the weight before are answered: what is domain's now is the plan's.
        await asyncio.sleep(_AFTER_SECONDS)
        seen.clear()
        if not good:
            await stack.enter_async_context(changes_refused(camplane.camplane.place.data))
        leader = await rollouts.leader()
        await rollouts.command(CONTEXT, "start", plan=_PLAN)
        if good:
            await until(f"{good} requests", _ABORTED_SECONDS, lambda: _reached(seen, good))
            await stack.enter_async_context(changes_refused(camplane.camplane.place.data))
        await rollouts.until_phase(CONTEXT, "aborted")
        await asyncio.sleep(_AFTER_SECONDS)
    decisions = await rollouts.decisions(leader.decisions if leader else 0)
    return _rolled_back(seen, decisions)


async def _reached(seen: Sequence[Seen], good: int) -> bool:
    return sum(one.path == "domain" for one in seen) >= good


def _rolled_back(seen: Sequence[Seen], decisions: Sequence[Decided]) -> RolledBack:
    aborted = next((one for one in decisions if one.action == "abort"), None)
    of_domain = [one for one in seen if one.path == "domain"]
    failures = [one.at for one in of_domain if one.status >= 500]
    if any(one.path != "domain" and one.status != 200 for one in seen):
        raise DeploymentError("legacy failed, too: this measures nothing")
    if aborted is None or len(failures) < 2:
        raise DeploymentError(f"not taken back for domain's failures, {len(failures)} of them")
    second, last = sorted(failures)[1], max(one.at for one in of_domain)
    return RolledBack(
        good=len(of_domain) - len(failures),
        failed=len(failures),
        decided=aborted.at - second,
        last=last - second,
        after_decision=max(last - aborted.at, 0.0),
    )


@contextlib.asynccontextmanager
async def _changing(camplane: Deployment, cameras: Sequence[str]) -> AsyncIterator[list[Seen]]:
    """Change the cameras in turn, at a fixed rate, while it is entered; give what is seen."""
    client = Client(camplane.side.url)
    seen: list[Seen] = []

    async def ask(request: bytes) -> None:
        try:
            answer = await client.ask(request)
        except NoAnswerError:
            seen.append(Seen(time.time(), 0, ""))
            return
        seen.append(Seen(time.time(), answer.status, answer.headers.get(PATH, "")))

    async def run() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as asked:
            for number in itertools.count():
                await asyncio.sleep(max(began + number / RATE - loop.time(), 0))
                asked.create_task(ask(change_of(cameras[number % len(cameras)], number)))

    running = asyncio.create_task(run())
    try:
        yield seen
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        client.close()
