"""A real Alertmanager, where the machine has one, as a child on a port of loopback."""

import asyncio
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

_CONFIGURATION = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
_LISTENS = re.compile(rb'Listening on" address=127\.0\.0\.1:(\d+)')


class Alertmanager:
    """One with nothing kept; `kill` and `start` again are a restart that lost all."""

    def __init__(self) -> None:
        found = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
        if found is None:
            pytest.skip("Alertmanager is not installed (Debian: prometheus-alertmanager)")
        self._program = found
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="alertmanager-")
        folder = Path(self._folder.name)
        (folder / "alertmanager.yml").write_text(_CONFIGURATION)
        self._process = await asyncio.create_subprocess_exec(
            self._program,
            f"--config.file={folder / 'alertmanager.yml'}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stderr is not None
        async with asyncio.timeout(30):
            while not (said := _LISTENS.search(line := await self._process.stderr.readline())):
                assert line, "Alertmanager ended"
        self.port = int(said[1])
        self._reading = asyncio.create_task(self._process.stderr.read())

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading
        self._folder.cleanup()

    async def active(self) -> list[dict[str, Any]]:
        """Return the alerts that are not over."""
        async with httpx.AsyncClient(base_url=self.url) as client:
            answer = await client.get("/api/v2/alerts", params={"active": "true"})
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found
