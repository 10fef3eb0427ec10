"""A client that starts and stops cameras: whoever starts one, the other side must know."""

import asyncio
import time
from random import Random

from camplane_tools.chaos.ledger import Ledger
from camplane_tools.demos.monolith.clients.asking import Asking
from camplane_tools.demos.monolith.outcomes import Outcome
from camplane_tools.demos.monolith.shapes import is_status
from camplane_tools.harness.api import camera_path

KIND = "cameras, starts and stops"
# What the old server answers for a camera that it does not find in a file half written.
_TORN = (400,)
_LOOKS, _LOOK_SECONDS = 6, 0.3


class WorkerClient:
    """One camera. running: what it must be; None while nobody knows."""

    def __init__(
        self, number: int, asking: Asking, ledger: Ledger, film: str, rest_seconds: float
    ) -> None:
        self.camera_id = f"live-{number}"
        self.running: bool | None = False
        self._pid = 0
        self._asking = asking
        self._ledger = ledger
        self._film = film
        self._rest_seconds = rest_seconds
        self._random = Random(number)  # noqa: S311

    async def prepare(self) -> None:
        """Make its camera."""
        entry = {"id": self.camera_id, "name": self.camera_id, "source": self._film}
        await self._asking.write("POST", "/cameras", entry)
        self._ledger.acknowledged(("camera", self.camera_id), entry)

    async def step(self) -> None:
        """Start it, or stop or restart it, and look at it for a while."""
        await self._do(self._random.choice(("stop", "restart")) if self.running else "start")
        for _ in range(_LOOKS):
            await self._look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _do(self, operation: str) -> None:
        path = camera_path(self.camera_id, operation)
        became, answer = await self._asking.write(
            "POST", path, camera_id=self.camera_id, kind=KIND, torn=_TORN
        )
        if became is Outcome.ANSWERED and answer.status == 200:
            self.running = operation != "stop"
            self._pid = answer.json.get("pid", 0)
            holds = answer.json["running"] == self.running and self.running == (self._pid > 0)
            self._expect(holds, f"{operation}: {answer.json} by {answer.path}")
        elif became is not Outcome.REFUSED:
            await self._after_unknown()

    async def _after_unknown(self) -> None:
        """Wait until nobody can do it any more, and take what is."""
        self.running = None
        until = time.monotonic() + self._rest_seconds
        while time.monotonic() < until or self.running is None:
            answer = await self._asking.read(camera_path(self.camera_id, "status"), self.camera_id)
            if not answer.failed and time.monotonic() > until:
                self.running, self._pid = answer.json["running"], answer.json["pid"]
            await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self) -> None:
        answer = await self._asking.read(camera_path(self.camera_id, "status"), self.camera_id)
        if answer.failed:
            return
        holds = is_status(answer.json) and (answer.json["running"], answer.json["pid"]) == (
            self.running,
            self._pid,
        )
        must = f"running {self.running}, process {self._pid}"
        self._expect(holds, f"{self.camera_id}, {must}: {answer.json} by {answer.path}")

    def _expect(self, holds: bool, otherwise: str) -> None:
        self._asking.counts.expect(KIND, holds, otherwise)
