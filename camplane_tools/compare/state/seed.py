"""What a sandbox begins with so that it can be held against a server in use: that server's data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from camplane_tools.compare.model import Case, Request
from camplane_tools.compare.operations import binding_of
from camplane_tools.compare.sender import Sender
from camplane_tools.harness.operations import CAMERAS, RULES, camera_address

# The most that the monolith gives.
HISTORY = "/api/v1/alerts/history-db?limit=1000"
BATCH_STATUS = f"{CAMERAS}/batch-status"

WORLD = "tells of the state of that server as a whole"
PICTURES = "shows a real camera, which no sandbox opens"
PROCESSES = "asks after a camera that runs there, and in no sandbox"
LOGS = "reads a log that is there, and in no sandbox"
_OF_THE_WORLD = frozenset({"GetHealth", "GetConsistency", "RepairConsistency"})
_OF_A_PROCESS = frozenset({"GetCameraStatus", "GetCameraStats"})
# What a row must hold; one without it is none that the tables take.
_RULE = ("id", "name", "rule_type", "created_at", "updated_at")
_ALERT = ("id", "alert_type", "timestamp")


@dataclass(frozen=True)
class Seed:
    """Cameras, rules and history. running, logged: cameras with a process, with a log."""

    cameras: Sequence[Any]
    rules: Sequence[Mapping[str, Any]] = ()
    history: Sequence[Mapping[str, Any]] = ()
    running: frozenset[str] = frozenset()
    logged: frozenset[str] = frozenset()

    def only_there(self, case: Case) -> str:
        """Return why the server's answer depends on what no sandbox has; "" when it does not."""
        return next(filter(None, map(self._only_there, case.requests)), "")

    def _only_there(self, request: Request) -> str:
        binding = binding_of(request)
        if binding is None:
            return ""
        rpc, camera_id = binding.rpc.name, _camera_id(request)
        if rpc in _OF_THE_WORLD:
            return WORLD
        if rpc == "GetCameraPreview":
            return PICTURES
        if rpc == "BatchGetCameraStatus" and self.running:
            return PROCESSES
        if rpc in _OF_A_PROCESS and camera_id in self.running:
            return PROCESSES
        return LOGS if rpc == "GetCameraLogs" and camera_id in self.logged else ""


async def read(sender: Sender) -> Seed | None:
    """Return what a server has; None when it does not say which cameras there are."""
    cameras = await _list(sender, Request("GET", CAMERAS), "cameras")
    if cameras is None:
        return None
    ids = [str(entry.get("id")) for entry in cameras if isinstance(entry, dict)]
    return Seed(
        cameras,
        _rows(await _list(sender, Request("GET", RULES), "items"), _RULE),
        _rows(await _list(sender, Request("GET", HISTORY), "items"), _ALERT),
        await _running(sender),
        frozenset([one for one in ids if await _has_log(sender, one)]),
    )


async def _running(sender: Sender) -> frozenset[str]:
    said = await _json(sender, Request("POST", BATCH_STATUS))
    found = said.items() if isinstance(said, dict) else ()
    return frozenset(one for one, state in found if isinstance(state, dict) and state["running"])


async def _has_log(sender: Sender, camera_id: str) -> bool:
    address = camera_address(camera_id, "logs?lines=1")
    return bool(await _list(sender, Request("GET", address), "lines"))


async def _list(sender: Sender, request: Request, key: str) -> list[Any] | None:
    said = await _json(sender, request)
    found = said.get(key) if isinstance(said, dict) else None
    return found if isinstance(found, list) else None


async def _json(sender: Sender, request: Request) -> Any:
    answer = await sender.send(request)
    try:
        return json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        return None


def _rows(found: list[Any] | None, needed: Sequence[str]) -> list[Mapping[str, Any]]:
    return [
        row
        for row in found or ()
        if isinstance(row, dict) and all(row.get(name) is not None for name in needed)
    ]


def _camera_id(request: Request) -> str:
    rest = request.path.removeprefix(f"{CAMERAS}/")
    return unquote(rest.partition("/")[0])
