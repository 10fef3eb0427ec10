"""Reads everything back when nobody works any more: on the monolith, on domain, and on the disk."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from camplane_tools.chaos.client import fields
from camplane_tools.chaos.ledger import Finding, Ledger
from camplane_tools.demos.monolith.deployment import Deployment
from camplane_tools.harness.api import Api

_CAMERAS, _RULES = "/cameras", "/alerts/rules"
# A worker that was just started or stopped is known to all by then.
_SETTLE_SECONDS = 20.0
_LOOK_SECONDS = 0.5


async def read_back(deployment: Deployment, api: Api, ledger: Ledger) -> list[Finding]:
    """Return what is not as it was acknowledged, or not the same on both sides."""
    async with httpx.AsyncClient(base_url=f"{deployment.old.url}/api/v1", timeout=30) as old:
        findings = await _entries(deployment, api, old, ledger)
        deadline = asyncio.get_running_loop().time() + _SETTLE_SECONDS
        while differs := await _workers(deployment, api, old):
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(_LOOK_SECONDS)
    return findings + differs


async def _entries(
    deployment: Deployment, api: Api, old: httpx.AsyncClient, ledger: Ledger
) -> list[Finding]:
    findings = []
    on_disk = await asyncio.to_thread(deployment.cameras_in_file)
    for by, cameras, rules in (
        ("the monolith", await _old(old, _CAMERAS), await _old(old, _RULES)),
        ("domain", await _domain(api, _CAMERAS), await _domain(api, _RULES)),
        ("cameras.yaml", {"cameras": on_disk}, None),
    ):
        rows: list[tuple[str, Any]] = [(str(one["id"]), one) for one in cameras["cameras"]]
        findings += ledger.judge("camera", rows, by)
        # Of a change of which nobody knows, the first to be read tells; the others must agree.
        ledger.settle("camera", rows)
        if rules is not None:
            rows = [(one["name"], fields("rule", one)) for one in rules["items"]]
            findings += ledger.judge("rule", rows, by)
            ledger.settle("rule", rows)
    return findings


async def _workers(deployment: Deployment, api: Api, old: httpx.AsyncClient) -> list[Finding]:
    """Return where the two sides, the pid files and the processes disagree."""
    by_old = (await old.post("/cameras/batch-status")).json()
    answer = await api.ask("domain", "POST", "/cameras/batch-status")
    by_domain = answer.json if answer.status == 200 else {}
    processes = await asyncio.to_thread(deployment.workers)
    findings = []
    for camera_id, status in by_old.items():
        pids = [status["pid"]] if status["running"] else []
        said = {
            "the monolith": pids,
            "domain": _pids(by_domain.get(camera_id, {})),
            "the pid file": _pid_file(deployment, camera_id) if pids else [],
            "the kernel": processes.pop(camera_id, []),
        }
        if any(one != pids for one in said.values()):
            findings.append(Finding("wrong", f"processes of {camera_id}: {said}"))
    findings += [Finding("wrong", f"processes of {one}, which is no camera") for one in processes]
    return findings


def _pids(status: Mapping[str, Any]) -> list[int]:
    return [status["pid"]] if status.get("running") else []


def _pid_file(deployment: Deployment, camera_id: str) -> list[int]:
    path = deployment.old.pid_file(camera_id)
    return [int(path.read_text())] if path.exists() else []


async def _old(old: httpx.AsyncClient, path: str) -> Any:
    answer = await old.get(path)
    answer.raise_for_status()
    return answer.json()


async def _domain(api: Api, path: str) -> Any:
    answer = await api.ask("domain", "GET", path)
    return answer.json if answer.status == 200 else {"cameras": [], "items": []}
