"""A client of cameras: lists, states, logs, and changes of cameras of its own that never run."""

import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from camplane_tools.chaos.ledger import Ledger, Value
from camplane_tools.demos.monolith.clients.asking import TORN_TRIES, Asking
from camplane_tools.demos.monolith.counts import LOST
from camplane_tools.demos.monolith.outcomes import Outcome
from camplane_tools.demos.monolith.shapes import is_camera_list, is_log, is_stats, is_status
from camplane_tools.demos.monolith.turns import Turns
from camplane_tools.harness.api import camera_path

_PATH = "/cameras"
# Of each client. One more comes and goes.
CAMERAS = 6


class CameraClient:
    """Nobody else changes its cameras, so it knows what it must read.

    rest_seconds: how long a camera is left alone after a change of which nobody knows
    whether it was made: a process that hangs may still make it when it goes on.
    """

    def __init__(
        self,
        number: int,
        asking: Asking,
        ledger: Ledger,
        turns: Turns,
        film: str,
        rest_seconds: float,
    ) -> None:
        self._asking = asking
        self._ledger = ledger
        self._turns = turns
        self._film = film
        self._rest_seconds = rest_seconds
        self._random = Random(number)  # noqa: S311
        self._ids = [f"hall-{number}-{slot}" for slot in range(CAMERAS)]
        self._guest = f"guest-{number}"
        self._rests: dict[str, float] = {}
        self._changes = 0

    async def prepare(self) -> None:
        """Make its cameras."""
        for camera_id in self._ids:
            await self._create(camera_id)

    async def step(self) -> None:
        """Send a request or two."""
        await self._settle_rested()
        camera_id = self._random.choice(self._ids)
        await self._any_of(
            (60, lambda: self._status(camera_id)),
            (6, self._batch_status),
            (8, self._list),
            (4, lambda: self._stats(camera_id)),
            (4, lambda: self._log(camera_id)),
            (10, lambda: self._change(camera_id)),
            (2, lambda: self._switch(camera_id)),
            (3, self._come_or_go),
        )

    async def _any_of(self, *weighted: tuple[int, Callable[[], Awaitable[None]]]) -> None:
        weights = [weight for weight, _ in weighted]
        (chosen,) = self._random.choices([one for _, one in weighted], weights)
        await chosen()

    # Reads

    async def _status(self, camera_id: str) -> None:
        answer = await self._asking.read(camera_path(camera_id, "status"), camera_id)
        if not answer.failed:
            holds = is_status(answer.json) and not answer.json["running"]
            self._expect(holds, f"status of {camera_id}: {answer.json} by {answer.path}")

    async def _batch_status(self) -> None:
        body = {"camera_ids": self._ids}
        answer = await self._asking.read("/cameras/batch-status", method="POST", body=body)
        if not answer.failed:
            holds = set(answer.json) == set(self._ids) and all(map(is_status, answer.json.values()))
            self._expect(holds, f"batch-status: {answer.json} by {answer.path}")

    async def _stats(self, camera_id: str) -> None:
        answer = await self._asking.read(camera_path(camera_id, "stats"), camera_id)
        if not answer.failed:
            self._expect(is_stats(answer.json), f"stats: {answer.json} by {answer.path}")

    async def _log(self, camera_id: str) -> None:
        answer = await self._asking.read(camera_path(camera_id, "logs"), camera_id)
        if not answer.failed:
            self._expect(is_log(answer.json, camera_id), f"logs: {answer.json} by {answer.path}")

    async def _list(self) -> None:
        """Read all, and judge its own."""
        await self._own()

    async def _own(self) -> dict[str, Value]:
        """Return its own cameras by id, as a list has them, judged; nothing without an answer.

        The old server reads a file that it is writing as an empty one. It may do so, as
        long as it is right when it is asked again.
        """
        findings = []
        for tries in range(TORN_TRIES):
            answer = await self._asking.read(_PATH)
            if answer.failed:
                return {}
            if not is_camera_list(answer.json):
                self._expect(False, f"list: {answer.json} by {answer.path}")
                return {}
            rows = {one["id"]: one for one in answer.json["cameras"]}
            own = {one: rows.get(one) for one in (*self._ids, self._guest)}
            findings = [
                finding
                for camera_id, value in own.items()
                for finding in self._ledger.read(("camera", camera_id), value, answer.path)
            ]
            if not findings:
                self._asking.counts.torn += tries
                return own
            if answer.path != "legacy":
                break
        for finding in findings:
            self._asking.counts.found(self._asking.reads, LOST, finding.text)
        return own

    # Changes

    async def _create(self, camera_id: str) -> None:
        self._changes += 1
        entry = {"id": camera_id, "name": f"n{self._changes}", "source": self._film}
        await self._write(camera_id, entry, "POST", _PATH, entry)

    async def _change(self, camera_id: str) -> None:
        if self._ledger.is_certain(("camera", camera_id)):
            self._changes += 1
            change = {"name": f"n{self._changes}", "zone": self._changes}
            now = self._ledger.value(("camera", camera_id)) or {}
            await self._write(camera_id, {**now, **change}, "PUT", camera_path(camera_id), change)

    async def _switch(self, camera_id: str) -> None:
        if self._ledger.is_certain(("camera", camera_id)):
            now = self._ledger.value(("camera", camera_id)) or {}
            if now.get("active", True):
                operation, to = "deactivate", {"active": False, "auto_start": False}
            else:
                operation, to = "activate", {"active": True}
            path = camera_path(camera_id, operation)
            await self._write(camera_id, {**now, **to}, "POST", path)

    async def _come_or_go(self) -> None:
        key = ("camera", self._guest)
        if not self._ledger.is_certain(key):
            return
        if self._ledger.value(key) is None:
            await self._create(self._guest)
        else:
            await self._write(self._guest, None, "DELETE", camera_path(self._guest))

    async def _write(
        self, camera_id: str, new: Value, method: str, path: str, body: Any = None
    ) -> None:
        key = ("camera", camera_id)
        async with self._turns.one():
            # A new camera's id is in no path, so it goes to no side by it.
            placed_by = "" if path == _PATH else camera_id
            became, answer = await self._asking.write(method, path, body, placed_by)
        if became is Outcome.ANSWERED and answer.status == 200:
            self._ledger.acknowledged(key, new)
        elif became is Outcome.REFUSED:
            await self._own()  # nothing must have changed
        else:
            self._ledger.unanswered(key, new)
            self._rests[camera_id] = time.monotonic() + self._rest_seconds

    async def _settle_rested(self) -> None:
        """Take changes of unknown outcome as they are read, when nobody can make them any more."""
        for camera_id, until in list(self._rests.items()):
            if time.monotonic() > until and (own := await self._own()):
                self._ledger.acknowledged(("camera", camera_id), own[camera_id])
                del self._rests[camera_id]

    def _expect(self, holds: bool, otherwise: str) -> None:
        self._asking.counts.expect(self._asking.reads, holds, otherwise)
