"""Plays the plan before a monolith, harms domain on the way, and tells what came of it."""

import asyncio
import contextlib
import signal
import time
from collections import deque
from pathlib import Path
from typing import Any

from camplane_tools.demos.monolith.deployment import Deployment, running
from camplane_tools.demos.monolith.load import Load
from camplane_tools.demos.monolith.moves import moved_back
from camplane_tools.demos.monolith.readback import read_back
from camplane_tools.demos.monolith.report import Harmed, Played, Truth
from camplane_tools.demos.monolith.script import ORDER, Harm, Script, plan
from camplane_tools.demos.rollouts import Rollouts
from camplane_tools.harness.camplane import lives
from camplane_tools.harness.demonstration import NotAsPromisedError, Tell
from camplane_tools.harness.errors import NotInTimeError
from camplane_tools.harness.waiting import until

# A plan that is taken back so often is not carried out.
_MAX_CLIMBS = 6
# Where a rollout stands when there is nothing more to wait for, or something to be done.
_ENDED = ("completed", "aborted")
# Of a climb. The old server answers nine of ten requests at first, on whatever is left to it.
_PATIENCE_SECONDS = 900.0
_READY_SECONDS = 60.0
_LOAD_SECONDS = 600.0
# Spans are held against Envoy's counters every 5 s, and 3 s late.
_TRUTH_SECONDS = 30.0
_LOOK_SECONDS = 0.5
_TELL_SECONDS = 10.0

Json = Any


async def play(folder: Path, tell: Tell, script: Script) -> Played:
    """Play on an empty folder, which is short of name; NotAsPromisedError, UpError."""
    async with running(folder) as deployment:
        ours = deployment.camplane.url
        tell(f"the monolith is {deployment.old.url}, camplane in front of it {ours}")
        return await _Stage(deployment, script, tell).play()


class _Stage:
    def __init__(self, deployment: Deployment, script: Script, tell: Tell) -> None:
        self._deployment = deployment
        self._script = script
        self._tell = tell
        self._load = Load(deployment, script)
        self._rollouts = Rollouts(self._load.api, self._load.check, tell, _PATIENCE_SECONDS)
        self._harmed: list[Harmed] = []

    async def play(self) -> Played:
        began = time.monotonic()
        async with self._load.at_work():
            self._tell("clients of all kinds are at work; alert rules first, then cameras")
            for context in ORDER:
                await self._to_the_end(context)
            await self._until_enough()
            self._tell("enough; the clients end what they have begun")
            await self._load.finish()
            seconds = time.monotonic() - began
            return await self._played(seconds)

    # The plan

    async def _to_the_end(self, context: str) -> None:
        """Carry out a context's plan, again if it is taken back, with all the harm that is due."""
        self._load.focus = context
        due = deque(self._script.harms.get(context, ()))
        text = await asyncio.to_thread(plan, context, self._script)
        for _ in range(_MAX_CLIMBS):
            await self._ready(context)
            await self._rollouts.start(context, text)
            while await self._follow(context, due) != "aborted":
                if not due:
                    return
                await self._harm(context, *due.popleft())
            self._tell(f"{context} was taken back; once more")
        raise NotAsPromisedError(f"{context} was taken back {_MAX_CLIMBS} times")

    async def _follow(self, context: str, due: "deque[tuple[int, Harm]]") -> str:
        """Return the phase when it has ended, or when harm is due."""
        weight = due[0][0] if due else None

        def told(rollout: Json) -> bool:
            return rollout["phase"] in _ENDED or rollout["weight_in_force"] == weight

        what = f"{context} is at {weight} %" if due else f"{context} is completed"
        return str((await self._rollouts.wait(context, what, told))["phase"])

    async def _ready(self, context: str) -> None:
        """Return when domain answers as usual."""

        async def answers() -> bool:
            path = "/cameras" if context == "camera" else "/alerts/rules"
            answer = await self._load.api.ask("domain", "GET", path)
            return answer.status == 200 and answer.path == "domain"

        try:
            await until(f"{context}/domain answers", _READY_SECONDS, answers)
        except NotInTimeError as error:
            raise NotAsPromisedError(str(error)) from error

    # The harm

    async def _harm(self, context: str, weight: int, harm: Harm) -> None:
        name, camplane = f"{context}/domain", self._deployment.camplane
        async with self._load.turns.one_by_one():
            self._tell(f"{name} is {harm.value} at {weight} %")
            began = time.time()
            if harm is Harm.KILLED:
                killed = camplane.signal(name, signal.SIGKILL)
                await until(
                    f"{name} is another process",
                    _READY_SECONDS,
                    lambda: self._is_another(name, killed),
                )
            else:
                camplane.signal(name, signal.SIGSTOP)
                await asyncio.sleep(self._script.hang_seconds)
                camplane.signal(name, signal.SIGCONT)
            await self._ready(context)
        self._harmed.append(Harmed(began, context, weight, harm.value, time.time() - began))
        self._tell(f"{name} answers again after {time.time() - began:.1f} s")

    async def _is_another(self, name: str, killed: int) -> bool:
        pid = self._deployment.camplane.pid(name)
        return pid != killed and lives(pid)

    # The end

    async def _until_enough(self) -> None:
        self._load.focus = ""
        tell_at = time.monotonic() + _TELL_SECONDS

        async def enough() -> bool:
            nonlocal tell_at
            self._load.check()
            if time.monotonic() > tell_at:
                tell_at += _TELL_SECONDS
                self._tell(f"  {self._load.counts.requests.total():,} requests so far")
            await asyncio.sleep(_LOOK_SECONDS)
            return self._load.counts.requests.total() >= self._script.requests

        await until(f"{self._script.requests:,} requests are answered", _LOAD_SECONDS, enough)

    async def _played(self, seconds: float) -> Played:
        self._tell("reading back, on both sides")
        counts = self._load.counts
        at_the_end = await read_back(self._deployment, self._load.api, self._load.ledger)
        truth = await self._truth()
        health = await self._load.api.ask("", "GET", "/monitoring/consistency")
        decisions = await self._rollouts.decisions(0)
        downs = [one.at for one in decisions if one.to_weight < one.from_weight]
        return Played(
            decisions=tuple(one for one in decisions if one.action != "verdict"),
            harmed=tuple(self._harmed),
            seconds=seconds,
            requests=dict(counts.requests),
            refused=dict(counts.refused),
            unknown=dict(counts.unknown),
            longest=dict(counts.longest),
            findings=(*counts.findings, *(("at the end", one) for one in at_the_end)),
            torn=counts.torn,
            moved_back=tuple(moved_back(counts.sightings, downs)),
            completeness=truth.completeness,
            agreement=truth.agreement,
            issues=_issues(health.json),
        )

    async def _truth(self) -> Truth:
        """Return how far spans and Envoy's counters agree, when all of the load is in both."""
        truth = Truth(0.0, 0.0)

        async def agrees() -> bool:
            nonlocal truth
            answer = await self._load.api.ask("", "GET", "/monitoring/comparison")
            if answer.status == 200:
                told = answer.json["truth"]
                truth = Truth(told["completeness"]["percent"], told["agreement"]["percent"])
            await asyncio.sleep(_LOOK_SECONDS)
            return truth.is_enough

        with contextlib.suppress(NotInTimeError):  # the report says so
            await until("spans and counters agree", _TRUTH_SECONDS, agrees)
        return truth


def _issues(json: Json) -> tuple[str, ...]:
    """Return what the check of the data finds wrong."""
    if not isinstance(json, dict) or "issues" not in json:
        return (f"the check of the data did not answer: {json}",)
    return tuple(
        f"{one['kind']} {one['camera_id']}: {one['description']}" for one in json["issues"]
    )
