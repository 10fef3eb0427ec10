"""Finds what a running gateway can be asked for, and makes things of our own to write to."""

import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx

from camplane_tools.harness.operations import CAMERAS, RULES, camera_address, rule_address
from camplane_tools.load.loading import ProbeError
from camplane_tools.probe.targets import Endpoint, TargetError
from gateway.vocabulary import tools

READS = ("status", "rules", "rule")
WRITES = ("activate", "rule-update")
RULE = {
    "name": "Probe",
    "rule_type": "violation_threshold",
    "conditions": {"threshold": 5, "duration_seconds": 60, "violation_type": "no_hairnet"},
    "notification_channels": ["email"],
    "recipients": ["shift-lead@example.org"],
    "enabled": False,
    "priority": "high",
}


@contextlib.asynccontextmanager
async def endpoints(
    url: str, asked: Sequence[str], writes: bool, auth: httpx.Auth | None = None
) -> AsyncIterator[list[Endpoint]]:
    """Give the endpoints that were asked for: names, or paths, which are read.

    Without any: all reads that the gateway has something for, and, with
    `writes`, the writes too, to a camera and a rule that are made for it and
    removed at the end. Without `writes` nothing is changed. `auth` tells the gateway
    who asks. Raises TargetError for a name that cannot be had, and ProbeError when the
    gateway does not answer.
    """
    names = list(asked) or [*READS, *(WRITES if writes else ())]
    for name in names:
        if not name.startswith("/") and name not in (*READS, *WRITES):
            known = f"{', '.join((*READS, *WRITES))}, or a path such as /api/ping"
            raise TargetError(f"--endpoint {name}: give one of {known}")
        if name in WRITES and not writes:
            raise TargetError(f"{name} changes something: it needs --writes")
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=url,
                headers=tools.named("probe"),
                auth=auth,
                timeout=30,
                trust_env=False,
            )
        )
        if writes:
            camera_id, rule_id = await stack.enter_async_context(_own(http))
        else:
            camera_id, rule_id = await _first(http)
        known_paths = _known(camera_id, rule_id)
        found = []
        for name in names:
            if name.startswith("/"):
                found.append(Endpoint(name, "GET", name))
            elif name in known_paths:
                found.append(known_paths[name])
            elif asked:
                raise TargetError(f"{name}: there is none to ask for; --writes makes one")
        yield found


def _known(camera_id: str, rule_id: str) -> dict[str, Endpoint]:
    found = {"rules": Endpoint("rules", "GET", RULES)}
    if camera_id:
        found["status"] = Endpoint("status", "GET", camera_address(camera_id, "status"))
        found["activate"] = Endpoint("activate", "POST", camera_address(camera_id, "activate"))
    if rule_id:
        rule, body = rule_address(rule_id), json.dumps(RULE).encode()
        found["rule"] = Endpoint("rule", "GET", rule)
        found["rule-update"] = Endpoint("rule-update", "PUT", rule, body)
    return found


@contextlib.asynccontextmanager
async def _own(http: httpx.AsyncClient) -> AsyncIterator[tuple[str, str]]:
    """Give the ids of a camera that never runs and of a rule that never fires."""
    camera_id = f"probe-{secrets.token_hex(4)}"
    entry = {"id": camera_id, "name": "Probe", "source": "/dev/null"}
    await _ask(http, "POST", CAMERAS, entry)
    try:
        rule_id = str((await _ask(http, "POST", RULES, RULE))["id"])
        try:
            yield camera_id, rule_id
        finally:
            await _ask(http, "DELETE", f"{RULES}/{rule_id}")
    finally:
        await _ask(http, "DELETE", f"{CAMERAS}/{camera_id}")


async def _first(http: httpx.AsyncClient) -> tuple[str, str]:
    """Return the ids of the first camera and the first rule; empty when there is none."""
    cameras = (await _ask(http, "GET", CAMERAS))["cameras"]
    rules = (await _ask(http, "GET", RULES))["items"]
    return str(cameras[0]["id"]) if cameras else "", str(rules[0]["id"]) if rules else ""


async def _ask(http: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    try:
        answer = await http.request(method, path, json=body)
        return answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProbeError(f"{method} {path}: {error}") from error
