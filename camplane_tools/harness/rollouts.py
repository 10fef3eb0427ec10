"""Rollouts of a running camplane, as an operator begins, follows and reads them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from camplane_tools.harness.api import Api
from camplane_tools.harness.demonstration import NotAsPromisedError, Tell
from camplane_tools.harness.waiting import NotInTimeError, until

# Of one context, on a machine that does much else; alone it takes a tenth.
_PATIENCE_SECONDS = 300.0
_LOOK_SECONDS = 0.2
_TELL_SECONDS = 10.0

Json = Any


@dataclass(frozen=True)
class Decided:
    """One decision of the log, as the API gives it. at: Unix time."""

    at: float
    context: str
    action: str
    author: str
    from_weight: int
    to_weight: int
    requests: int
    reason: str


class Rollouts:
    """check: called at each look; raises when it is no use to wait any longer."""

    def __init__(
        self,
        api: Api,
        check: Callable[[], None],
        tell: Tell,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._api = api
        self._check = check
        self._tell = tell
        self._patience_seconds = patience_seconds
        self.told = 0

    async def start(self, context: str, plan: str) -> None:
        """Begin a plan, given as YAML."""
        await self._post(context, "start", plan=plan)

    async def set_weight(self, context: str, weight: int) -> None:
        """Set the weight by hand; no plan may be under way."""
        await self._post(context, "weight", "PUT", weight=weight)

    async def now(self, context: str) -> Json:
        """Return where a context's rollout stands, as the API says it."""
        answer = await self._api.ask("", "GET", f"/rollouts/{context}")
        return answer.json["rollout"] if answer.status == 200 else {"phase": "", "weight": 0}

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
        """Tell what was decided since the last call."""
        for one in await self.decisions(self.told):
            self.told += 1
            self._tell(
                f"{one.context:6} {one.action:8} {one.from_weight:3} % to {one.to_weight:3} %  "
                f"{one.author}: {one.reason}"
            )

    async def decisions(self, after: int) -> list[Decided]:
        """Return the decisions of the log beyond the first `after`."""
        answer = await self._api.ask("", "GET", "/rollouts/history", after=str(after), limit="1000")
        if answer.status != 200:
            return []
        found = answer.json["decisions"]
        return [_decided(one) for one in found if one["number"] > after]

    async def _post(self, context: str, act: str, method: str = "POST", **body: Json) -> None:
        said = {**body, "author": "demo", "reason": "the demo of a rollout"}
        answer = await self._api.ask("", method, f"/rollouts/{context}/{act}", said)
        if answer.status != 200:
            raise NotAsPromisedError(f"{act} {context}: {answer.status} {answer.json}")


def _completed(rollout: Json) -> bool:
    _not_aborted(rollout)
    return bool(rollout["phase"] == "completed")


def _not_aborted(rollout: Json) -> None:
    if rollout["phase"] == "aborted":
        raise NotAsPromisedError(f"{rollout['context']} was aborted: {rollout['reason']}")


def _decided(fields: Json) -> Decided:
    at = datetime.fromisoformat(fields["at"]).replace(tzinfo=UTC).timestamp()
    named = ("context", "action", "author", "from_weight", "to_weight", "requests", "reason")
    return Decided(at=at, **{name: fields[name] for name in named})
