"""The load of it: reads and changes of cameras and of alert rules, split by the gateway."""

import asyncio
import time
from collections import deque
from itertools import count
from typing import Any

from camplane_tools.harness.api import Answer, Api, camera_path

# So many that both sides have some: a camera stays on one side.
_CAMERAS = 16
# Between two requests of one of the two clients: the load is light.
_PAUSE_SECONDS = 0.002
# An answer that took no longer is as it should be, on a machine that does other things too.
_QUICK_SECONDS = 0.1
# The last changes of each context, by which it counts as healthy.
_LATEST = 24

_CAMERA_WRITES = ("update", "auto-start", "create")


class Traffic:
    """Two clients, one of cameras and one of alert rules, each with one request at a time.

    write: how cameras are changed: "update", "auto-start", "create", or "" for all in turn.
    patience: seconds after which a client leaves; None: never. requests: how many were sent.
    """

    def __init__(self, api: Api, film: str) -> None:
        self.write = ""
        self.patience: float | None = None
        self.requests = 0
        self._api = api
        self._film = film
        self._latest: dict[str, deque[tuple[Answer, float]]] = {
            context: deque(maxlen=_LATEST) for context in ("camera", "alert")
        }

    async def prepare(self) -> None:
        """Make the cameras."""
        for number in range(_CAMERAS):
            entry = {"id": f"demo-{number}", "name": "demo", "source": self._film}
            await self._api.must("POST", "/cameras", entry)

    async def run(self) -> None:
        """Run until cancelled."""
        await asyncio.gather(self._cameras(), self._rules())

    async def watch(self, number: int) -> None:
        """Ask how one camera after the other is, beginning with this one, until cancelled."""
        for turn in count(number):
            camera_id = f"demo-{turn % _CAMERAS}"
            await self._ask("GET", camera_path(camera_id, "status"))

    def forget(self) -> None:
        """Let `is_healthy` look at what comes from now on."""
        for latest in self._latest.values():
            latest.clear()

    def is_healthy(self, context: str) -> bool:
        """Were the latest changes all made, quickly, and some of them by domain?"""
        latest = self._latest[context]
        return (
            len(latest) == _LATEST
            and all(a.status == 200 and took < _QUICK_SECONDS for a, took in latest)
            and any(answer.path == "domain" for answer, _ in latest)
        )

    async def _cameras(self) -> None:
        turn = 0
        while True:
            camera_id = f"demo-{turn % _CAMERAS}"
            rounds = turn // _CAMERAS
            await self._ask("GET", "/cameras")
            await self._ask("GET", camera_path(camera_id, "status"))
            write = self.write or _CAMERA_WRITES[rounds % len(_CAMERA_WRITES)]
            if write == "update":
                change = {"name": f"demo {turn}"}
                await self._change("camera", "PUT", camera_path(camera_id), change)
            elif write == "auto-start":
                # Once through the cameras on, once off.
                to = "true" if rounds % 2 else "false"
                path = camera_path(camera_id, "auto-start")
                await self._change("camera", "PUT", path, auto_start=to)
            else:
                await self._visit(f"visitor-{turn}")
            turn += 1

    async def _visit(self, camera_id: str) -> None:
        """Make a camera, and delete it if it was made."""
        entry = {"id": camera_id, "name": "visitor", "source": self._film}
        made = await self._change("camera", "POST", "/cameras", entry)
        if made.status == 200:
            await self._ask("DELETE", camera_path(camera_id))

    async def _rules(self) -> None:
        turn = 0
        while True:
            rule = {
                "name": "demo",
                "rule_type": "violation_threshold",
                "conditions": {"threshold": turn},
            }
            made = await self._ask("POST", "/alerts/rules", rule)
            await self._ask("GET", "/alerts/rules")
            if made.status == 200:
                path = f"/alerts/rules/{made.json['id']}"
                for step in range(4):
                    change = {"conditions": {"threshold": turn + step}}
                    await self._change("alert", "PUT", path, change)
                await self._ask("GET", path)
                await self._ask("DELETE", path)
            turn += 1

    async def _change(
        self, context: str, method: str, path: str, body: Any = None, **query: str
    ) -> Answer:
        began = time.monotonic()
        answer = await self._ask(method, path, body, **query)
        self._latest[context].append((answer, time.monotonic() - began))
        return answer

    async def _ask(self, method: str, path: str, body: Any = None, **query: str) -> Answer:
        await asyncio.sleep(_PAUSE_SECONDS)
        self.requests += 1
        try:
            async with asyncio.timeout(self.patience):
                return await self._api.ask("", method, path, body, **query)
        except TimeoutError:
            return Answer(0)
