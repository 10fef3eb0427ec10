"""Rollouts as an operator begins and follows them; what is decided is told."""

import asyncio
import contextlib
import time
from collections.abc import Callable

from camplane_tools.harness.api import Api
from camplane_tools.harness.demonstration import NotAsPromisedError, Tell
from camplane_tools.harness.errors import NotAnsweredError, NotInTimeError
from camplane_tools.harness.rollouts import Json, RolloutApi
from camplane_tools.harness.waiting import until

# Of one context, on a machine that does much else; alone it takes a tenth.
_PATIENCE_SECONDS = 300.0
_LOOK_SECONDS = 0.2
_TELL_SECONDS = 10.0


class Rollouts(RolloutApi):
    """check: called at each look; raises when it is no use to wait any longer."""

    def __init__(
        self,
        api: Api,
        check: Callable[[], None],
        tell: Tell,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        super().__init__(api, "demo", "the demo of a rollout")
        self._check = check
        self._tell = tell
        self._patience_seconds = patience_seconds
        self.told = 0

    async def start(self, context: str, plan: str) -> None:
        """Begin a plan, given as YAML."""
        await self.command(context, "start", plan=plan)

    async def now(self, context: str) -> Json:
        """Return where a context's rollout stands; no phase while nobody says."""
        try:
            return await self.state(context)
        except NotAnsweredError:
            return {"phase": "", "weight": 0}

    async def until_completed(self, context: str) -> None:
        """Return when the plan is carried out; NotAsPromisedError when it is aborted."""
        await self.wait(context, f"{context} is completed", _completed)

    async def until_weight(self, context: str, weight: int) -> None:
        """Return when this weight is in force; NotAsPromisedError when the plan is aborted."""

        def reached(rollout: Json) -> bool:
            _not_aborted(rollout)
            return bool(rollout["weight_in_force"] == weight)

        await self.wait(context, f"{context} is at {weight} %", reached)

    async def wait(self, context: str, what: str, reached: Callable[[Json], bool]) -> Json:
        """Return the rollout as soon as it is so; tell meanwhile what is decided."""
        tell_at = time.monotonic() + _TELL_SECONDS

        async def question() -> Json:
            nonlocal tell_at
            self._check()
            await self.tell_decisions()
            rollout = await self.now(context)
            if rollout["phase"] and reached(rollout):
                return rollout
            if time.monotonic() > tell_at:
                tell_at += _TELL_SECONDS
                self._tell(f"  {context} at {rollout['weight']} %, waits for {rollout.get('next')}")
            await asyncio.sleep(_LOOK_SECONDS)
            return None

        try:
            rollout = await until(what, self._patience_seconds, question)
        except NotInTimeError as error:
            raise NotAsPromisedError(f"{error}; {await self.now(context)}") from error
        await self.tell_decisions()
        return rollout

    async def tell_decisions(self) -> None:
        """Tell what was decided since the last call, if somebody says."""
        with contextlib.suppress(NotAnsweredError):
            for one in await self.decisions(self.told):
                self.told += 1
                self._tell(
                    f"{one.context:6} {one.action:8} {one.from_weight:3} % to {one.to_weight:3} %  "
                    f"{one.author}: {one.reason}"
                )


def _completed(rollout: Json) -> bool:
    _not_aborted(rollout)
    return bool(rollout["phase"] == "completed")


def _not_aborted(rollout: Json) -> None:
    if rollout["phase"] == "aborted":
        raise NotAsPromisedError(f"{rollout['context']} was aborted: {rollout['reason']}")
