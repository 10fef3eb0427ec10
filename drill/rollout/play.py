"""Plays the plan twice on a running camplane: to the end, and into a domain that turns bad."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drill.api import Api
from drill.camplane import Camplane
from drill.faults.schema import changes_refused
from drill.rollout.traffic import Traffic
from drill.waiting import NotInTimeError, until
from gateway.demo import footage

PLANS = Path(footage.__file__).with_name("plans")
# Alert rules first: the plan of the cameras waits for them.
ORDER = ("alert", "camera")
HARMED_AT = 25
# Of one context, on a machine that does much else; alone it takes a tenth.
_PATIENCE_SECONDS = 300.0
_LOOK_SECONDS = 0.2
_TELL_SECONDS = 10.0

Tell = Callable[[str], None]
Json = Any


class NotAsPromisedError(Exception):
    """The rollout did something else than the plan says; the text tells what."""


@dataclass(frozen=True)
class Decided:
    """One decision of the log, as the API gives it."""

    at: float
    context: str
    action: str
    author: str
    from_weight: int
    to_weight: int
    requests: int
    reason: str


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


async def play(folder: Path, tell: Tell) -> tuple[Played, Played]:
    """Play both runs on a camplane of their own; return what came of each.

    folder: empty, and short of name; everything lies in it. NotAsPromisedError.
    """
    async with _running(folder) as stage:
        tell(f"camplane is up, everything is legacy's: {stage.camplane.url}")
        return await stage.to_the_end(tell), await stage.into_harm(tell)


@contextlib.asynccontextmanager
async def _running(folder: Path) -> AsyncIterator["_Stage"]:
    async with contextlib.AsyncExitStack() as stack:
        camplane = Camplane(folder / "data", folder / "up.log", {})
        stack.push_async_callback(camplane.down)
        await camplane.up()
        api = Api(lambda: camplane.url)
        stack.push_async_callback(api.close)
        traffic = Traffic(api, str(footage.driver()))
        await traffic.prepare()
        running = asyncio.create_task(traffic.run())
        try:
            yield _Stage(camplane, api, traffic, running)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class _Stage:
    def __init__(
        self, camplane: Camplane, api: Api, traffic: Traffic, running: asyncio.Task[None]
    ) -> None:
        self.camplane = camplane
        self._api = api
        self._traffic = traffic
        self._running = running
        self._told = 0

    async def to_the_end(self, tell: Tell) -> Played:
        """Roll out both contexts on a healthy domain."""
        tell("a healthy domain: alert rules first, then cameras, 10, 25, 50, 100 %")
        run = self._begin()
        for context in ORDER:
            await self._start(context)
        for context in ORDER:
            self._traffic.focus = context
            await self._until(context, "completed", tell)
        return await self._played(run)

    async def into_harm(self, tell: Tell) -> Played:
        """Roll out the cameras again, on a domain that turns bad at the second step."""
        self._traffic.focus = "camera"
        await self._post("camera", "weight", "PUT", weight=0)
        run = self._begin()
        await self._start("camera")
        tell(f"the cameras again; at {HARMED_AT} % domain will begin to fail changes of cameras")
        await self._until_weight("camera", HARMED_AT, tell)
        failed = self._traffic.failed.total()
        async with changes_refused(self.camplane.data):
            tell("a trigger in domain's database refuses every change from now on")
            await self._until("camera", "aborted", tell)
            # Requests that were under way when the routes changed end within moments.
            await asyncio.sleep(1)
        return await self._played(run, failed - run.failed)

    # The plan

    async def _start(self, context: str) -> None:
        plan = await asyncio.to_thread((PLANS / f"{context}.yaml").read_text)
        await self._post(context, "start", plan=plan)

    async def _post(self, context: str, act: str, method: str = "POST", **body: Json) -> None:
        said = {**body, "author": "demo", "reason": "the demo of a rollout"}
        answer = await self._api.ask("", method, f"/rollouts/{context}/{act}", said)
        if answer.status != 200:
            raise NotAsPromisedError(f"{act} {context}: {answer.status} {answer.json}")

    async def _rollout(self, context: str) -> Json:
        answer = await self._api.ask("", "GET", f"/rollouts/{context}")
        return answer.json["rollout"] if answer.status == 200 else {"phase": "", "weight": 0}

    async def _until(self, context: str, phase: str, tell: Tell) -> None:
        async def reached(rollout: Json) -> bool:
            if rollout["phase"] == "aborted" != phase:
                raise NotAsPromisedError(f"{context} was aborted: {rollout['reason']}")
            return bool(rollout["phase"] == phase)

        await self._wait(context, f"{context} is {phase}", reached, tell)

    async def _until_weight(self, context: str, weight: int, tell: Tell) -> None:
        async def reached(rollout: Json) -> bool:
            return bool(rollout["weight_in_force"] == weight)

        await self._wait(context, f"{context} is at {weight} %", reached, tell)

    async def _wait(
        self, context: str, what: str, reached: Callable[[Json], Any], tell: Tell
    ) -> None:
        tell_at = time.monotonic() + _TELL_SECONDS

        async def question() -> bool:
            nonlocal tell_at
            if self._running.done():
                self._running.result()
            await self._tell_decisions(tell)
            rollout = await self._rollout(context)
            if await reached(rollout):
                return True
            if time.monotonic() > tell_at:
                tell_at += _TELL_SECONDS
                tell(f"  {context} at {rollout['weight']} %, waits for {rollout.get('next')}")
            await asyncio.sleep(_LOOK_SECONDS)
            return False

        try:
            await until(what, _PATIENCE_SECONDS, question)
        except NotInTimeError as error:
            raise NotAsPromisedError(f"{error}; {await self._rollout(context)}") from error
        await self._tell_decisions(tell)

    # What came of it

    def _begin(self) -> "_Run":
        self._traffic.watch_sides()
        failed = self._traffic.failed.total()
        return _Run(time.time(), self._told, self._traffic.requests, failed)

    async def _played(self, run: "_Run", failed: int | None = None) -> Played:
        decisions = [one for one in await self._decisions(run.decisions) if one.action != "verdict"]
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

    async def _tell_decisions(self, tell: Tell) -> None:
        for one in await self._decisions(self._told):
            self._told += 1
            tell(
                f"{one.context:6} {one.action:8} {one.from_weight:3} % to {one.to_weight:3} %  "
                f"{one.author}: {one.reason}"
            )

    async def _decisions(self, after: int) -> list[Decided]:
        answer = await self._api.ask("", "GET", "/rollouts/history", after=str(after), limit="1000")
        if answer.status != 200:
            return []
        found = answer.json["decisions"]
        return [_decided(one) for one in found if one["number"] > after]


@dataclass(frozen=True)
class _Run:
    """Where a run began."""

    began: float
    decisions: int
    requests: int
    failed: int


def _decided(fields: Json) -> Decided:
    at = datetime.fromisoformat(fields["at"]).replace(tzinfo=UTC).timestamp()
    named = ("context", "action", "author", "from_weight", "to_weight", "requests", "reason")
    return Decided(at=at, **{name: fields[name] for name in named})
