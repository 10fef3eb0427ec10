"""The rollouts of a camplane that is measured, by its API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from camplane_tools.bench.world import World
from camplane_tools.harness.waiting import until

_REACHED_SECONDS = 60.0
_PAGE = 1000
_SAID = {"author": "bench", "reason": "measuring"}


@dataclass(frozen=True)
class Decided:
    """One decision of the log. at: when it was made, Unix time."""

    number: int
    at: float
    context: str
    action: str
    to_weight: int
    reason: str


@dataclass(frozen=True)
class Leader:
    """What the control process says of itself."""

    leads: bool
    token: int
    decisions: int


class Rollouts:
    """Asks and commands the controller of a camplane; WorldError when it refuses."""

    def __init__(self, camplane: World) -> None:
        self._camplane = camplane

    async def set_weight(self, context: str, weight: int) -> None:
        """Set a weight by hand."""
        body = {"weight": weight, **_SAID}
        await self._camplane.ask("PUT", f"/api/v1/rollouts/{context}/weight", body)

    async def command(self, context: str, verb: str, **fields: Any) -> None:
        """Give an operator's command: start, promote, pause, resume, abort."""
        await self._camplane.ask("POST", f"/api/v1/rollouts/{context}/{verb}", fields | _SAID)

    async def state(self, context: str) -> Mapping[str, Any]:
        """Return the rollout as the API has it."""
        answer = await self._camplane.ask("GET", f"/api/v1/rollouts/{context}")
        found: Mapping[str, Any] = answer["rollout"]
        return found

    async def until_phase(self, context: str, phase: str) -> None:
        """Return when the rollout is in this phase; NotInTimeError when it does not get there."""

        async def reached() -> bool:
            return bool((await self.state(context))["phase"] == phase)

        await until(f"{context} is {phase}", _REACHED_SECONDS, reached)

    async def leader(self) -> Leader | None:
        """Return who leads; None while no control process answers."""
        try:
            answer = await self._camplane.http.get("/api/v1/rollouts")
            if not answer.is_success:
                return None
            said = answer.json()["controller"]
        except httpx.HTTPError:
            return None
        return Leader(said["leads"], said["token"], said["decisions"])

    async def decisions(self, after: int) -> list[Decided]:
        """Return all decisions after this number, in their order."""
        found: list[Decided] = []
        while True:
            last = found[-1].number if found else after
            query = f"after={last}&limit={_PAGE}"
            answer = await self._camplane.ask("GET", f"/api/v1/rollouts/history?{query}")
            if not answer["decisions"]:
                return found
            found += [_decided(one) for one in answer["decisions"]]


def _decided(fields: Mapping[str, Any]) -> Decided:
    at = datetime.fromisoformat(fields["at"]).replace(tzinfo=UTC).timestamp()
    names = ("number", "context", "action", "to_weight", "reason")
    return Decided(at=at, **{name: fields[name] for name in names})
