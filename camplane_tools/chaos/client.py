"""One client of the load: creates, changes, reads and deletes cameras and rules of its own.

It sends half of its writes again, with the key they had, when they fail: whatever
happened to the first, they must be carried out once (docs/rest-api.md).
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

from camplane_tools.chaos.ledger import Finding, Ledger, Value
from camplane_tools.chaos.tally import Tally
from camplane_tools.harness.api import Answer, Api, camera_path

# Of each client.
CAMERAS, RULES = 3, 3
SIDES = ("domain", "legacy")
# What share of the requests starts a shared camera.
_STARTS = 0.04
# What share of the writes is sent again, with its key, until it is answered; so often at most.
_INSISTS = 0.5
_REPEATS, _REPEAT_SECONDS = 6, 0.5
RULE_KEYS = ("name", "rule_type", "conditions", "enabled", "priority")


class Client:
    """One client. Nobody else writes its cameras and rules, so it knows what it must read."""

    def __init__(
        self, number: int, random: Random, api: Api, ledger: Ledger, tally: Tally, film: str
    ) -> None:
        self._number = number
        self._random = random
        self._api = api
        self._ledger = ledger
        self._tally = tally
        self._film = film
        self._rule_ids: dict[str, int] = {}
        self._writes = 0

    async def step(self, shared: list[str]) -> None:
        """Send one request. shared: cameras that all clients start, at once and on both sides."""
        side = self._random.choice(SIDES)
        if shared and self._random.random() < _STARTS:
            await self._start(side, self._random.choice(shared))
        else:
            await self._random.choice((self._on_camera, self._on_rule, self._on_lists))(side)

    def learn_ids(self, rules: Sequence[tuple[str, int]]) -> None:
        """Take the ids of rules from a list: of one, the answer may not have come."""
        self._rule_ids.update(rules)

    async def _on_camera(self, side: str) -> None:
        slot = self._random.randrange(CAMERAS)
        camera_id = f"load-{self._number}-{slot}"
        key = ("camera", camera_id)
        if not self._ledger.is_certain(key):
            return
        self._writes += 1
        now, path = self._ledger.value(key), camera_path(camera_id)
        if now is None:
            new = {"id": camera_id, "name": f"n{self._writes}", "source": self._film}
            await self._write(side, key, new, "POST", "/cameras", new)
            return
        change = {"name": f"n{self._writes}", "zone": self._random.randrange(100)}
        auto_start = slot == 0 and self._random.random() < 0.5
        await self._any_of(
            (6, lambda: self._read(side, key, now, path)),
            (4, lambda: self._write(side, key, {**now, **change}, "PUT", path, change)),
            (1, lambda: self._write(side, key, None, "DELETE", path)),
            (1, lambda: self._switch(side, key, now, "activate", active=True)),
            (
                1,
                lambda: self._switch(side, key, now, "deactivate", active=False, auto_start=False),
            ),
            (2 * now.get("active", True), lambda: self._auto_start(side, key, now, auto_start)),
        )

    async def _switch(self, side: str, key: Any, now: Any, operation: str, **to: bool) -> None:
        path = camera_path(key[1], operation)
        await self._write(side, key, {**now, **to}, "POST", path)

    async def _auto_start(self, side: str, key: Any, now: Any, to: bool) -> None:
        path, new = camera_path(key[1], "auto-start"), {**now, "auto_start": to}
        await self._write(side, key, new, "PUT", path, auto_start=str(to).lower())

    async def _on_rule(self, side: str) -> None:
        name = f"rule-{self._number}-{self._random.randrange(RULES)}"
        key = ("rule", name)
        if not self._ledger.is_certain(key):
            return
        self._writes += 1
        now = self._ledger.value(key)
        if now is None:
            new = {
                "name": name,
                "rule_type": "violation_threshold",
                "conditions": {"threshold": self._writes},
                "enabled": True,
                "priority": "medium",
            }
            answer = await self._write(side, key, new, "POST", "/alerts/rules", new)
            if answer.status == 200:
                self._rule_ids[name] = answer.json["id"]
            return
        path = f"/alerts/rules/{self._rule_ids[name]}"
        change = {"conditions": {"threshold": self._writes}, "enabled": self._writes % 2 == 0}
        await self._any_of(
            (6, lambda: self._read(side, key, now, path)),
            (4, lambda: self._write(side, key, {**now, **change}, "PUT", path, change)),
            (1, lambda: self._write(side, key, None, "DELETE", path)),
        )

    async def _on_lists(self, side: str) -> None:
        await self._any_of(
            (2, lambda: self._ask(f"camera/{side} read", side, "GET", "/cameras")),
            (2, lambda: self._ask(f"camera/{side} read", side, "POST", "/cameras/batch-status")),
            (2, lambda: self._ask(f"alert/{side} read", side, "GET", "/alerts/rules")),
        )

    async def _start(self, side: str, camera_id: str) -> None:
        path = camera_path(camera_id, "start")
        await self._ask(f"camera/{side} write", side, "POST", path)

    async def _any_of(self, *weighted: tuple[int, Callable[[], Awaitable[Any]]]) -> None:
        weights = [weight for weight, _ in weighted]
        (chosen,) = self._random.choices([one for _, one in weighted], weights)
        await chosen()

    async def _read(self, side: str, key: tuple[str, str], now: Value, path: str) -> None:
        answer = await self._ask(f"{_context(key)}/{side} read", side, "GET", path)
        if answer.status in (200, 404):
            found = fields(key[0], answer.json) if answer.status == 200 else None
            by = f"{answer.path} ({side} was asked)"
            self._tally.findings += self._ledger.read(key, found, by)

    async def _write(
        self,
        side: str,
        key: tuple[str, str],
        new: Value,
        method: str,
        path: str,
        body: Any = None,
        **query: str,
    ) -> Answer:
        kind = f"{_context(key)}/{side} write"
        once = str(uuid.UUID(int=self._random.getrandbits(128)))
        insists = self._random.random() < _INSISTS
        request = (method, path, body, once if insists else "")
        answer = await self._ask(kind, side, *request, **query)
        for _ in range(_REPEATS if insists else 0):
            if not answer.failed:
                break
            await asyncio.sleep(_REPEAT_SECONDS)
            # By whichever side: both know what was done.
            side = self._random.choice(SIDES)
            answer = await self._api.ask(side, *request, **query)
            self._tally.repeated += 1
        if answer.status == 200:
            self._ledger.acknowledged(key, new)
        elif answer.failed:
            self._ledger.unanswered(key, new)
        else:
            insisting = f", with key {once}" if insists else ""
            text = f"{method} {path} by {side}{insisting}: {answer.status} {answer.json}"
            self._tally.findings.append(Finding("wrong", text))
        return answer

    async def _ask(
        self,
        kind: str,
        side: str,
        method: str,
        path: str,
        body: Any = None,
        key: str = "",
        **query: str,
    ) -> Answer:
        answer = await self._api.ask(side, method, path, body, key, **query)
        self._tally.count(kind, answer.failed)
        return answer


def fields(kind: str, json: Any) -> dict[str, Any]:
    """Return what is compared of a camera or rule: all of a camera, our part of a rule."""
    return {key: json[key] for key in RULE_KEYS} if kind == "rule" else json


def _context(key: tuple[str, str]) -> str:
    return "camera" if key[0] == "camera" else "alert"
