"""Looks all the time at what must hold at any time: one worker a camera, a whole cameras.yaml."""

import asyncio
import re
from collections import Counter
from pathlib import Path

import yaml

from camplane_tools.chaos.ledger import Finding
from servicekit import process

# Between two looks at all processes, and at the file.
_PROCESSES_SECONDS = 0.1
_FILE_SECONDS = 0.02

_WORKER = re.compile(r"--camera-id[= ](\S+)")


class Witness:
    """Collects findings while `look` runs.

    file_is_ours: True while the chaos test itself has put a malformed file in place.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._file = data / "config" / "cameras.yaml"
        self._findings: list[Finding] = []
        self.file_is_ours = False
        self.looks = 0

    async def look(self) -> None:
        """Look until cancelled."""
        await asyncio.gather(self._look_at_processes(), self._look_at_file())

    def take_findings(self) -> list[Finding]:
        """Return what was found since the last call."""
        found, self._findings = self._findings, []
        return found

    async def _look_at_processes(self) -> None:
        while True:
            count = Counter(camera_id for camera_id, _ in await asyncio.to_thread(self.workers))
            for camera_id in (c for c, number in count.items() if number > 1):
                text = f"{count[camera_id]} workers of camera {camera_id!r}"
                self._findings.append(Finding("double", text))
            self.looks += 1
            await asyncio.sleep(_PROCESSES_SECONDS)

    def workers(self) -> list[tuple[str, int]]:
        """Return the living workers on the data directory: camera id and pid."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdecimal():
                continue
            pid = int(folder.name)
            named = _WORKER.search(" ".join(process.command_line(pid)))
            # A zombie has no command line; its directory tells whose worker it is.
            if named and process.working_directory(pid) == self._data and process.identify(pid):
                found.append((named[1], pid))
        return found

    async def _look_at_file(self) -> None:
        seen = None
        while True:
            await asyncio.sleep(_FILE_SECONDS)
            if self.file_is_ours:
                continue
            try:
                stat = self._file.stat()
                version = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
                if version != seen:
                    yaml.load(self._file.read_bytes(), Loader=yaml.CSafeLoader)["cameras"]
                    seen = version
            except FileNotFoundError:
                if seen:
                    self._findings.append(Finding("torn", "cameras.yaml is missing"))
            except (yaml.YAMLError, TypeError, KeyError) as error:
                if not self.file_is_ours:
                    text = f"cameras.yaml: {type(error).__name__}"
                    self._findings.append(Finding("torn", text))
