"""The rollouts of a camplane, by its API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from camplane_tools.harness.api import Api
from camplane_tools.harness.waiting import until

_REACHED_SECONDS = 60.0
_PAGE = 1000

Json = Any


@dataclass(frozen=True)
class Decided:
    """One decision of the log. at: when it was made, Unix time."""

    at: float
    context: str
    action: str
    author: str
    from_weight: int
    to_weight: int
    requests: int
    reason: str
    number: int = 0


@dataclass(frozen=True)
class Leader:
    """What the control process says of itself."""

    leads: bool
    token: int
    decisions: int


class RolloutApi:
    """Asks and commands the controller of a camplane; NotAnsweredError when it refuses.

    author, reason: who commands, and why, for the log.
    """

    def __init__(self, api: Api, author: str, reason: str) -> None:
        self._api = api
        self._said = {"author": author, "reason": reason}

    async def set_weight(self, context: str, weight: int) -> None:
        """Set a weight by hand; no plan may be under way."""
        body = {"weight": weight, **self._said}
        await self._api.must("PUT", f"/rollouts/{context}/weight", body)

    async def command(self, context: str, verb: str, **fields: Json) -> None:
        """Give an operator's command: start, promote, pause, resume, abort."""
        await self._api.must("POST", f"/rollouts/{context}/{verb}", fields | self._said)

    async def state(self, context: str) -> Json:
        """Return where a context's rollout stands, as the API says it."""
        return (await self._api.must("GET", f"/rollouts/{context}"))["rollout"]

    async def until_phase(self, context: str, phase: str) -> None:
        """Return when the rollout is in this phase; NotInTimeError when it does not get there."""

        async def reached() -> bool:
            return bool((await self.state(context))["phase"] == phase)

        await until(f"{context} is {phase}", _REACHED_SECONDS, reached)

    async def leader(self) -> Leader | None:
        """Return who leads; None while no control process answers."""
        answer = await self._api.ask("", "GET", "/rollouts")
        if answer.status != 200:
            return None
        said = answer.json["controller"]
        return Leader(said["leads"], said["token"], said["decisions"])

    async def decisions(self, after: int) -> list[Decided]:
        """Return all decisions after this number, in their order."""
        found: list[Decided] = []
        while True:
            last = found[-1].number if found else after
            path = f"/rollouts/history?after={last}&limit={_PAGE}"
            page = (await self._api.must("GET", path))["decisions"]
            found += map(_decided, page)
            if len(page) < _PAGE:
                return found


def _decided(fields: Mapping[str, Json]) -> Decided:
    at = datetime.fromisoformat(fields["at"]).replace(tzinfo=UTC).timestamp()
    named = Decided.__annotations__.keys() - {"at"}
    return Decided(at=at, **{name: fields[name] for name in named})
