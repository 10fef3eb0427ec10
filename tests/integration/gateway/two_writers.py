"""A real Envoy before a real camera/domain and a real old server, all on one cameras.yaml."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import yaml

from gateway.proxy.admin import Admin, AdminError
from gateway.proxy.files import envoy_command, write_configuration
from gateway.proxy.topology import Topology
from gateway.vocabulary.routing import Routing
from gateway.vocabulary.split import Split

SLEEPER = "{python} -ISc 'import time; time.sleep(600)' --camera-id {camera_id}"
SECONDS = 60.0


class World:
    """The three processes, and clients of them."""

    def __init__(self, folder: Path, lock_writes: bool = True) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.file = self.data / "config" / "cameras.yaml"
        self._lock_writes = lock_writes
        for name in ("config", "logs/pids"):
            (self.data / name).mkdir(parents=True)
        self.file.write_text("cameras: []\n")

    def start(self, old_workers: int) -> None:
        """Start all; returns when requests are answered by both sides."""
        self._log = self.folder / "old.log"
        with self._log.open("wb") as log:
            self.old = subprocess.Popen(
                [
                    *(sys.executable, "-m", "uvicorn", "naive_server:app"),
                    *("--app-dir", str(Path(__file__).parent), "--port", "0"),
                    *("--workers", str(old_workers)),
                ],
                cwd=self.data,
                stdout=log,
                stderr=log,
            )
        self.start_domain()
        port = until(lambda: re.search(r"http://127\.0\.0\.1:(\d+)", self._log.read_text()))[1]
        topology = Topology(
            admin_socket=f"{self.folder}/admin.sock",
            control=f"unix:{self.folder}/control.sock",
            camera_domain=f"unix:{self.folder}/camera.sock",
            alert_domain=f"unix:{self.folder}/alert.sock",
            port=0,
            old_http=f"127.0.0.1:{port}",
            lock_old_writes=self._lock_writes,
        )
        bootstrap = write_configuration(topology, Routing(Split(0, 0)), self.folder)
        log_path = self.folder / "envoy.log"
        self.envoy = subprocess.Popen(envoy_command(bootstrap, log_path=log_path))
        self.url = f"http://127.0.0.1:{until(lambda: asyncio.run(_port(topology)))}"
        for side in ("domain", "legacy"):
            self.until_answered_by(side)

    def start_domain(self) -> None:
        """Start camera/domain; a second time after it was killed."""
        with (self.folder / "domain.log").open("ab") as log:
            self.domain = subprocess.Popen(
                [sys.executable, "-m", "camera_service"],
                env=os.environ
                | {
                    "CAMPLANE_DATA": str(self.data),
                    "CAMPLANE_LISTEN": f"unix:{self.folder}/camera.sock",
                    "CAMPLANE_WORKER_COMMAND": SLEEPER,
                    "CAMPLANE_AUTO_START": "false",
                },
                stdout=log,
                stderr=log,
            )

    def until_answered_by(self, side: str) -> None:
        """Wait until a side answers itself what it is asked."""
        asked = f"{self.url}/api/v1/cameras?force_domain={side == 'domain'}"

        def answers() -> bool:
            answer = httpx.get(asked, trust_env=False)
            return answer.status_code == 200 and answer.headers["x-camplane-path"] == side

        until(answers)

    def stop(self) -> None:
        for camera_id in {entry["id"] for entry in self.entries()}:
            for pid in self.workers(camera_id):
                os.kill(pid, signal.SIGKILL)
        for process in (self.envoy, self.domain, self.old):
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(SECONDS)

    def entries(self) -> list[dict[str, Any]]:
        return yaml.safe_load(self.file.read_text())["cameras"]

    def workers(self, camera_id: str) -> list[int]:
        """Return the processes that work for a camera of this world."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                arguments = (folder / "cmdline").read_text().split("\0")
                if camera_id in arguments and (folder / "cwd").readlink() == self.data:
                    found.append(int(folder.name))
        return found

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=self.url, timeout=SECONDS, trust_env=False, limits=limits
        ) as client:
            yield client


@contextlib.contextmanager
def two_writers(old_workers: int = 1, lock_writes: bool = True) -> Iterator[World]:
    """Run a world; its folder's name is short, as socket paths must be."""
    with tempfile.TemporaryDirectory(prefix="tw-") as folder:
        world = World(Path(folder), lock_writes)
        try:
            world.start(old_workers)
            yield world
        finally:
            world.stop()


async def at_a_time(number: int, calls: list[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """Make the calls, so many at a time; return what they return."""
    free = asyncio.Semaphore(number)

    async def one(call: Callable[[], Awaitable[Any]]) -> Any:
        async with free:
            return await call()

    return await asyncio.gather(*map(one, calls))


def camera(camera_id: str, **more: Any) -> dict[str, Any]:
    return {"id": camera_id, "name": camera_id, "source": "x.mp4", **more}


async def _port(topology: Topology) -> int:
    admin = Admin(topology.admin_socket)
    try:
        return (await admin.listen_address())[1]
    except AdminError:
        return 0
    finally:
        await admin.close()


def until(condition: Callable[[], Any]) -> Any:
    """Return what `condition` returns as soon as that is true; fails after the deadline."""
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {SECONDS:g} s in vain"
        time.sleep(0.02)
    return found
