"""What a front end asks: lists and states again and again, now and then a change."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from camplane_tools.harness.api import Answer, Api, camera_path

# Clients of each context, each with one request at a time.
CLIENTS = 5
# Nine for each client, which does not go into `_WRITES`: all of them are changed in turn.
CAMERAS = 9 * CLIENTS
# So many that domain has some of them to change at the first step, too.
RULES = 45
# Between two requests of a client of the context that is not looked at.
_PAUSE_SECONDS = 0.1
# One request in so many changes something.
_WRITES = 8


class Traffic:
    """Clients that ask without end; counts what they got.

    Each has cameras of its own. So the answers to one camera's requests come in
    their order: one that waited for long on legacy, while another client was answered
    by domain, would look like a camera that moves back.

    focus: the context that most requests are for, whose evidence is waited for;
    "" for both alike. requests: how many were answered, or not. failed: those without an answer or
    with a server's fault, by context and path. last: when each path of each
    context answered last, Unix time. moved_back: cameras that a request found on
    legacy after one had found them on domain, since `watch_sides` was called.
    """

    def __init__(self, api: Api, film: str) -> None:
        self.focus = ""
        self.requests = 0
        self.failed: Counter[tuple[str, str]] = Counter()
        self.last: dict[tuple[str, str], float] = {}
        self.moved_back: set[str] = set()
        self._sides: dict[str, str] = {}
        self._api = api
        self._film = film
        self._rules: list[int] = []

    async def prepare(self) -> None:
        """Make cameras and rules."""
        for number in range(CAMERAS):
            entry = {"id": f"gate-{number}", "name": f"Gate {number}", "source": self._film}
            await self._api.must("POST", "/cameras", entry)
        for number in range(RULES):
            rule = {
                "name": f"Crowd {number}",
                "rule_type": "violation_threshold",
                "conditions": {"threshold": number},
            }
            self._rules.append((await self._api.must("POST", "/alerts/rules", rule))["id"])

    async def run(self) -> None:
        """Ask until cancelled."""
        asking = {"camera": self._camera, "alert": self._rule}
        clients = [
            self._client(context, ask, n) for context, ask in asking.items() for n in range(CLIENTS)
        ]
        await asyncio.gather(*clients)

    def watch_sides(self) -> None:
        """Begin to look for cameras that move back."""
        self._sides.clear()
        self.moved_back.clear()

    async def _client(
        self, context: str, ask: Callable[[int, int], Awaitable[None]], number: int
    ) -> None:
        turn = number * 7
        while True:
            if self.focus not in (context, ""):
                await asyncio.sleep(_PAUSE_SECONDS)
            await ask(number, turn)
            turn += 1

    async def _camera(self, number: int, turn: int) -> None:
        camera_id = f"gate-{turn * CLIENTS % CAMERAS + number}"
        if turn % _WRITES == 0:
            path, body = camera_path(camera_id), {"name": f"Gate {turn}"}
            self._note("camera", camera_id, await self._api.ask("", "PUT", path, body))
        elif turn % _WRITES == 1:
            self._note("camera", "", await self._api.ask("", "GET", "/cameras"))
        else:
            path = camera_path(camera_id, "status")
            self._note("camera", camera_id, await self._api.ask("", "GET", path))

    async def _rule(self, _number: int, turn: int) -> None:
        path = f"/alerts/rules/{self._rules[turn % RULES]}"
        if turn % _WRITES == 0:
            body = {"conditions": {"threshold": turn}}
            self._note("alert", "", await self._api.ask("", "PUT", path, body))
        elif turn % _WRITES == 1:
            self._note("alert", "", await self._api.ask("", "GET", "/alerts/rules"))
        else:
            self._note("alert", "", await self._api.ask("", "GET", path))

    def _note(self, context: str, camera_id: str, answer: Answer) -> None:
        self.requests += 1
        if answer.failed:
            self.failed[context, answer.path] += 1
        if answer.path:
            self.last[context, answer.path] = time.time()
        if camera_id and answer.path:
            if answer.path == "legacy" and self._sides.get(camera_id) == "domain":
                self.moved_back.add(camera_id)
            self._sides[camera_id] = answer.path
