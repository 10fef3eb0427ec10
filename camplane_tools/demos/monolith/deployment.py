"""The monolith, its PostgreSQL, and the camplane in front of it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml

from camplane_tools.harness.camplane import Camplane, raised
from servicekit import process
from tests.monolith_process import Monolith, monolith
from tests.postgres_process import postgres_server

_CAMERA_ID = re.compile(r"--camera-id[= ](\S+)")
# How long its detectors may take to end.
_STOP_SECONDS = "2"


@dataclass(frozen=True)
class Deployment:
    """Both servers. The monolith's folder is camplane's data directory, too."""

    old: Monolith
    camplane: Camplane

    @property
    def folder(self) -> Path:
        return self.old.root

    def cameras_in_file(self) -> list[Mapping[str, object]]:
        """Return what cameras.yaml holds."""
        return yaml.safe_load(self.old.cameras_file.read_text("utf-8"))["cameras"]

    def workers(self) -> dict[str, list[int]]:
        """Return the pids of the processes that read cameras here, whoever started them."""
        found: dict[str, list[int]] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            pid = int(entry.name)
            camera_id = _camera_of(process.command_line(pid))
            works_here = process.working_directory(pid) == self.folder
            if camera_id and works_here and process.identify(pid):
                found.setdefault(camera_id, []).append(pid)
        return found


@contextlib.asynccontextmanager
async def running(
    folder: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Deployment]:
    """Start all on an empty folder; end it all, detectors included.

    settings: environment variables for camplane.
    """
    data = (folder / "site").resolve()
    async with contextlib.AsyncExitStack() as stack:
        postgres = await asyncio.to_thread(stack.enter_context, postgres_server())
        old = await asyncio.to_thread(
            stack.enter_context,
            monolith(data, postgres.url, DETECTOR_STOP_TIMEOUT=_STOP_SECONDS),
        )
        config = folder / "camplane.yaml"
        await asyncio.to_thread(config.write_text, _configuration(old))
        options = ("--config", str(config))
        camplane = await stack.enter_async_context(raised(data, settings, options))
        yield Deployment(old, camplane)


def _configuration(old: Monolith) -> str:
    return yaml.safe_dump(
        {"legacy": {"http": old.address}, "databases": {"alert": old.database_url}}
    )


def _camera_of(command_line: Sequence[str]) -> str:
    """Return whose camera a worker reads, "" if it is none; it may have set its own title."""
    found = _CAMERA_ID.search(" ".join(command_line))
    return found[1] if found else ""
