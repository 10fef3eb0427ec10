"""A camplane of its own for one side: made in a temporary directory, and removed with it."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from camplane_tools.compare.model import Given, Request, Spoilt
from camplane_tools.compare.sender import Sender
from camplane_tools.compare.state import fixture
from camplane_tools.compare.state.clip import write_clip
from camplane_tools.compare.state.seed import Seed
from camplane_tools.harness.inside import inside
from camplane_tools.harness.operations import BATCH_STATUS, camera_address
from gateway.launcher.configuration import Configuration
from gateway.launcher.up import Camplane, Order
from gateway.vocabulary.split import Split


class Sandbox:
    """One running camplane whose state is laid anew at will.

    told: what its launcher said of processes that ended; empty when all went well.
    """

    def __init__(
        self,
        camplane: Camplane,
        data: Path,
        cameras: str,
        sources: Mapping[str, str],
        alerts: fixture.Tables,
        told: list[str],
    ) -> None:
        self.camplane = camplane
        self.data = data
        self.told = told
        # What its answers hold of itself, and what is meant by it.
        self.texts = {**sources, str(data): "{DATA}"}
        self.rule_ids = frozenset(row["id"] for row in alerts.get("alert_rules", ()))
        self._cameras = cameras
        self._alerts = alerts
        self._sender = Sender(camplane.url)

    @property
    def url(self) -> str:
        return self.camplane.url

    async def lay(self, given: Given, spoilt: Spoilt) -> None:
        """Lay the fixture where it is spoilt, and what is given beside it."""
        if spoilt.workers:
            await self._stop_workers()
        await asyncio.to_thread(self._lay_files, given, spoilt)

    async def close(self) -> None:
        """Stop the workers and the connections; the camplane is ended by who began it."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._lay_files, Given(), Spoilt.all())
        await self._stop_workers()
        await self._sender.__aexit__(None, None, None)

    async def _stop_workers(self) -> None:
        answer = await self._sender.send(Request("POST", f"{BATCH_STATUS}?force_domain=false"))
        if answer.status != 200:
            return
        for camera_id, status in json.loads(answer.body).items():
            if status["running"]:
                await self._sender.send(
                    Request("POST", camera_address(camera_id, "stop?force_domain=false"))
                )

    def _lay_files(self, given: Given, spoilt: Spoilt) -> None:
        if spoilt.rules:
            fixture.lay_alerts(self.data / "alert.db", self._alerts)
        if spoilt.cameras or not given.is_fixture:
            self._lay_cameras(given)

    def _lay_cameras(self, given: Given) -> None:
        logs = self.data / "logs"
        for old in (*logs.glob("detect_*"), *logs.glob("pids/*")):
            old.unlink(missing_ok=True)
        text = self._cameras if given.cameras is None else given.cameras
        fixture.lay_cameras(self.data / "config" / "cameras.yaml", text)
        for camera_id, text in given.logs.items():
            (logs / f"detect_{camera_id}.log").write_text(text, "utf-8")
        for camera_id, text in given.pid_files.items():
            (logs / "pids").mkdir(exist_ok=True)
            (logs / "pids" / f"{camera_id}.pid").write_text(text, "utf-8")


@contextlib.asynccontextmanager
async def sandbox(seed: Seed | None = None) -> AsyncIterator[Sandbox]:
    """Run a camplane on a fixture within the block, and leave nothing behind.

    seed: what it begins with in the fixture's place; the sources are replaced.
    Raises what gateway.launcher.up.running raises.
    """
    told: list[str] = []
    with tempfile.TemporaryDirectory(prefix="camplane-compare-") as folder:
        data = await asyncio.to_thread(Path(folder).resolve)
        clip = data / "clip.mp4"
        await asyncio.to_thread(write_clip, clip)
        text, sources, alerts = await asyncio.to_thread(_beginning, clip, seed)
        (data / "config").mkdir()
        fixture.lay_cameras(data / "config" / "cameras.yaml", text)
        order = Order(data, 0, Split(50, 50), Configuration())
        async with inside(order, lambda name, said: told.append(f"{name} {said}")) as camplane:
            one = Sandbox(camplane, data, text, sources, alerts, told)
            try:
                await one.lay(Given(), Spoilt.all())
                yield one
            finally:
                await one.close()


def _beginning(clip: Path, seed: Seed | None) -> tuple[str, Mapping[str, str], fixture.Tables]:
    """Return cameras.yaml, the sources that its links stand for, and the rows of alerts."""
    if seed is None:
        return fixture.cameras_text(clip), {}, fixture.ALERTS
    tables = {"alert_rules": seed.rules, "alert_history": seed.history}
    return *fixture.stand_ins_text(clip, seed.cameras), tables
