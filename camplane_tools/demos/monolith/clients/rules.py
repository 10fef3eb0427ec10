"""A client of alert rules: lists, history, and changes of rules of its own."""

import time
from random import Random
from typing import Any

from camplane_tools.chaos.client import fields
from camplane_tools.chaos.ledger import Ledger, Value
from camplane_tools.demos.monolith.clients.asking import Asking
from camplane_tools.demos.monolith.counts import LOST
from camplane_tools.demos.monolith.outcomes import Outcome
from camplane_tools.demos.monolith.shapes import is_rule_list

# Of each client.
RULES = 4
_PATH = "/alerts/rules"


class RuleClient:
    """Nobody else changes its rules. rest_seconds: as of CameraClient."""

    def __init__(self, number: int, asking: Asking, ledger: Ledger, rest_seconds: float) -> None:
        self._asking = asking
        self._ledger = ledger
        self._rest_seconds = rest_seconds
        self._random = Random(number)  # noqa: S311
        self._names = [f"rule-{number}-{slot}" for slot in range(RULES)]
        self._ids: dict[str, int] = {}
        self._rests: dict[str, float] = {}
        self._changes = 0

    async def prepare(self) -> None:
        """Make its rules."""
        for name in self._names:
            await self._create(name)

    async def step(self) -> None:
        """Send a request or two."""
        await self._settle_rested()
        dice = self._random.random()
        if dice < 0.25:
            await self._change(self._random.choice(self._names))
        elif dice < 0.4:
            await self._history()
        else:
            await self._own()

    async def _history(self) -> None:
        answer = await self._asking.read("/alerts/history-db")
        if not answer.failed:
            holds = answer.json["count"] == len(answer.json["items"])
            self._expect(holds, f"history: {answer.json} by {answer.path}")

    async def _own(self) -> dict[str, Value]:
        """Return its own rules by name, as a list has them, judged; nothing without an answer."""
        answer = await self._asking.read(_PATH)
        if answer.failed:
            return {}
        if not is_rule_list(answer.json):
            self._expect(False, f"list: {answer.json} by {answer.path}")
            return {}
        own: dict[str, Value]
        rows = {one["name"]: one for one in answer.json["items"]}
        own = {name: fields("rule", rows[name]) if name in rows else None for name in self._names}
        self._ids.update((name, rows[name]["id"]) for name in self._names if name in rows)
        for name, value in own.items():
            for finding in self._ledger.read(("rule", name), value, answer.path):
                self._asking.counts.found(self._asking.reads, LOST, finding.text)
        return own

    async def _create(self, name: str) -> None:
        self._changes += 1
        new = {
            "name": name,
            "rule_type": "violation_threshold",
            "conditions": {"threshold": self._changes},
            "enabled": True,
            "priority": "medium",
        }
        answer = await self._write(name, new, "POST", _PATH, new)
        if answer.status == 200:
            self._ids[name] = answer.json["id"]

    async def _change(self, name: str) -> None:
        key = ("rule", name)
        if not self._ledger.is_certain(key):
            return
        now = self._ledger.value(key)
        if now is None:
            await self._create(name)
            return
        self._changes += 1
        change = {"conditions": {"threshold": self._changes}, "enabled": self._changes % 2 == 0}
        await self._write(name, {**now, **change}, "PUT", f"{_PATH}/{self._ids[name]}", change)

    async def _write(self, name: str, new: Value, method: str, path: str, body: Any) -> Any:
        became, answer = await self._asking.write(method, path, body)
        if became is Outcome.ANSWERED and answer.status == 200:
            self._ledger.acknowledged(("rule", name), new)
        elif became is Outcome.REFUSED:
            await self._own()  # nothing must have changed
        else:
            self._ledger.unanswered(("rule", name), new)
            self._rests[name] = time.monotonic() + self._rest_seconds
        return answer

    async def _settle_rested(self) -> None:
        for name, until in list(self._rests.items()):
            if time.monotonic() > until and (own := await self._own()):
                self._ledger.acknowledged(("rule", name), own[name])
                del self._rests[name]

    def _expect(self, holds: bool, otherwise: str) -> None:
        self._asking.counts.expect(self._asking.reads, holds, otherwise)
