"""What a fault is given: the running camplane, its API, and cameras to do harm to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from camplane_tools.chaos.ledger import Finding, Ledger
from camplane_tools.chaos.witness import Witness
from camplane_tools.harness.api import Api, camera_path
from camplane_tools.harness.camplane import SERVICES, Camplane, lives
from camplane_tools.harness.waiting import until

CONTEXTS = {"camera": "/cameras", "alert": "/alerts/rules"}
_SIDES = ("domain", "legacy")
# How long anything is waited for before a round counts as not repaired.
PATIENCE_SECONDS = 60.0


class Site:
    """folder: for files of the chaos test. film: the path of one.

    may_mount: the data directory is a small disk of its own.
    """

    def __init__(
        self,
        camplane: Camplane,
        api: Api,
        ledger: Ledger,
        witness: Witness,
        folder: Path,
        film: str,
        may_mount: bool,
    ) -> None:
        self.camplane = camplane
        self.api = api
        self.ledger = ledger
        self.witness = witness
        self.folder = folder
        self.film = film
        self.may_mount = may_mount
        self._cameras = 0
        self._findings: list[Finding] = []

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note a finding when something does not hold that must."""
        if not holds:
            self._findings.append(Finding("wrong", otherwise))

    def take_findings(self) -> list[Finding]:
        """Return what was found since the last call."""
        found, self._findings = self._findings, []
        return found

    async def answers(self, name: str) -> bool:
        """Does this process do its work? "camera/domain" and so on, "control", "envoy"."""
        if name == "control":
            health = await self.api.ask("", "GET", "/monitoring/health")
            return health.status == 200 and health.json["status"] == "healthy"
        if name in ("envoy", "launcher"):
            asked = [self.answers(service) for service in SERVICES if "/" in service]
            return all(await asyncio.gather(*asked))
        context, _, side = name.partition("/")
        answer = await self.api.ask(side, "GET", CONTEXTS[context])
        return answer.status == 200 and answer.path == side

    async def until_answers(self, name: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Return when this process does its work; NotInTimeError."""
        await until(f"{name} answers", seconds, lambda: self.answers(name))

    async def until_steady(self) -> None:
        """Return when everything runs and Envoy holds everything for healthy."""
        await until("all processes run", PATIENCE_SECONDS, self._all_run)
        await until("Envoy finds all healthy", PATIENCE_SECONDS, self._all_healthy)
        await self.until_answers("control")

    async def _all_run(self) -> bool:
        return all(lives(self.camplane.pid(name)) for name in SERVICES)

    async def _all_healthy(self) -> bool:
        transport = httpx.AsyncHTTPTransport(uds=self.camplane.admin_socket)
        async with httpx.AsyncClient(transport=transport, base_url="http://envoy") as admin:
            try:
                answer = await admin.get("/clusters", params={"format": "json"})
            except httpx.HTTPError:
                return False
        hosts = [
            host["health_status"]
            for cluster in answer.json()["cluster_statuses"]
            for host in cluster.get("host_statuses", ())
        ]
        return bool(hosts) and not any(host.get("failed_active_health_check") for host in hosts)

    # Cameras

    @contextlib.asynccontextmanager
    async def camera(self, source: str = "", **keys: Any) -> AsyncIterator[str]:
        """Give a camera of its own that streams; delete it afterwards."""
        self._cameras += 1
        camera_id = f"harmed-{self._cameras}"
        entry = {"id": camera_id, "name": camera_id, "source": source or self.film, **keys}
        key = ("camera", camera_id)
        await self.api.must("POST", "/cameras", entry, "domain")
        self.ledger.acknowledged(key, entry)
        try:
            await self.api.must("POST", camera_path(camera_id, "start"), side="domain")
            await self.until_streams(camera_id)
            yield camera_id
        finally:
            await until("the camera is deleted", PATIENCE_SECONDS, lambda: self._deleted(camera_id))
            self.ledger.acknowledged(key, None)

    async def _deleted(self, camera_id: str) -> bool:
        answer = await self.api.ask("domain", "DELETE", camera_path(camera_id))
        return answer.status in (200, 404)

    async def pid_of(self, camera_id: str) -> int:
        """Return the pid of a camera's worker; 0 while none runs or nobody answers."""
        answer = await self.api.ask("domain", "GET", camera_path(camera_id, "status"))
        return int(answer.json["pid"]) if answer.status == 200 else 0

    async def frames(self, camera_id: str) -> int:
        """Return how many frames the camera's worker has received; -1 while nobody knows."""
        answer = await self.api.ask("domain", "GET", camera_path(camera_id, "stats"))
        return int(answer.json["stats"]["total_frames"]) if answer.status == 200 else -1

    async def until_streams(self, camera_id: str, not_pid: int = 0) -> None:
        """Return when frames come to the camera's worker, and it is not the process `not_pid`."""

        async def another() -> bool:
            return await self.pid_of(camera_id) not in (0, not_pid)

        await until(f"{camera_id} has a worker", PATIENCE_SECONDS, another)
        await self.until_moves(camera_id)

    async def until_moves(self, camera_id: str) -> None:
        """Return when more frames come than had come."""
        before = max(await self.frames(camera_id), 0)

        async def more() -> bool:
            return await self.frames(camera_id) > before

        await until(f"frames come to {camera_id}", PATIENCE_SECONDS, more)
