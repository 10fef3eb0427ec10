"""Who checks and repairs: a running camplane over REST, or its data directory where none runs."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from gateway.cli.output import REFUSED, UNREACHABLE, fail
from gateway.cli.rest import Gateway, detail
from gateway.launcher import plan
from gateway.launcher.configuration import Configuration, ConfigurationError, read_configuration
from gateway.launcher.instance import load
from gateway.launcher.plan import Place

_API = "/api/v1/monitoring/consistency"


class ConsistencyAccess(Protocol):
    """Every method ends the command with a plain sentence when it fails."""

    def check(self) -> dict[str, Any]: ...
    def repair(
        self, really: bool, kinds: Sequence[str], camera_ids: Sequence[str]
    ) -> dict[str, Any]: ...
    def undo(self, backup: str, force: bool) -> dict[str, Any]: ...


class Online:
    """A running gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def check(self) -> dict[str, Any]:
        return self._ask("GET", _API, None)

    def repair(
        self, really: bool, kinds: Sequence[str], camera_ids: Sequence[str]
    ) -> dict[str, Any]:
        wanted = {"dry_run": not really, "kinds": list(kinds), "camera_ids": list(camera_ids)}
        return self._ask("POST", f"{_API}/repair", wanted)

    def undo(self, backup: str, force: bool) -> dict[str, Any]:
        return self._ask("POST", f"{_API}/undo", {"backup": backup, "force": force})

    def _ask(self, method: str, path: str, body: Any) -> dict[str, Any]:
        answer = self._gateway.send(method, path, body)
        if answer.status_code == 503:  # camera/domain, who would look, does not answer
            fail(detail(answer), UNREACHABLE)
        if not answer.is_success:
            fail(detail(answer), REFUSED)
        found: dict[str, Any] = answer.json()
        return found


class Offline:
    """A data directory; a process of the camera service does the work."""

    def __init__(self, place: Place, configuration: Configuration) -> None:
        self._place = place
        self._configuration = configuration

    def check(self) -> dict[str, Any]:
        return self._run("check")

    def repair(
        self, really: bool, kinds: Sequence[str], camera_ids: Sequence[str]
    ) -> dict[str, Any]:
        options = [f"--only={kind}" for kind in kinds]
        options += [f"--camera={camera_id}" for camera_id in camera_ids]
        return self._run("repair", *(("--really",) if really else ()), *options)

    def undo(self, backup: str, force: bool) -> dict[str, Any]:
        return self._run("undo", *(("--force",) if force else ()), "--", backup)

    def _run(self, *arguments: str) -> dict[str, Any]:
        return asyncio.run(self._answer(arguments))

    async def _answer(self, arguments: Sequence[str]) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "camera_service", "consistency", *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **plan.service_environment(self._place, self._configuration)},
        )
        output, errors = await process.communicate()
        if process.returncode:
            said = errors.decode(errors="replace").strip().splitlines()
            fail((said or ["it ended without a word"])[-1].removeprefix("error: "), REFUSED)
        found: dict[str, Any] = json.loads(output)
        return found


def consistency_access(data: Path, url: str, config: Path | None) -> ConsistencyAccess:
    """Return the gateway at `url` or on `data`, or the data directory itself where none runs."""
    data = data.absolute()
    if url or load(data) is not None:
        return Online(Gateway(data, url))
    if not (data / "config").is_dir() and config is None:
        fail(f"no camplane runs on {data}, and there is no data of one", UNREACHABLE)
    try:
        configuration = read_configuration(config)
    except ConfigurationError as error:
        fail(str(error), 2)
    return Offline(Place(data, data / "run"), configuration)
