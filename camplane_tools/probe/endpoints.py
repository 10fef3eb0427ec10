"""Finds what a running gateway can be asked for, and makes things of our own to write to."""

import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Sequence

import httpx

from camplane_tools.harness.api import Api, camera_path
from camplane_tools.harness.operations import RULES, camera_address, rule_address
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
    who asks. Raises TargetError for a name that cannot be had, and NotAnsweredError when
    the gateway does not answer.
    """
    names = list(asked) or [*READS, *(WRITES if writes else ())]
    for name in names:
        if not name.startswith("/") and name not in (*READS, *WRITES):
            known = f"{', '.join((*READS, *WRITES))}, or a path such as /api/ping"
            raise TargetError(f"--endpoint {name}: give one of {known}")
        if name in WRITES and not writes:
            raise TargetError(f"{name} changes something: it needs --writes")
    async with contextlib.AsyncExitStack() as stack:
        api = Api(lambda: url, tools.named("probe"), auth)
        stack.push_async_callback(api.close)
        if writes:
            camera_id, rule_id = await stack.enter_async_context(_own(api))
        else:
            camera_id, rule_id = await _first(api)
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
async def _own(api: Api) -> AsyncIterator[tuple[str, str]]:
    """Give the ids of a camera that never runs and of a rule that never fires."""
    camera_id = f"probe-{secrets.token_hex(4)}"
    entry = {"id": camera_id, "name": "Probe", "source": "/dev/null"}
    await api.must("POST", "/cameras", entry)
    try:
        rule_id = str((await api.must("POST", "/alerts/rules", RULE))["id"])
        try:
            yield camera_id, rule_id
        finally:
            await api.must("DELETE", f"/alerts/rules/{rule_id}")
    finally:
        await api.must("DELETE", camera_path(camera_id))


async def _first(api: Api) -> tuple[str, str]:
    """Return the ids of the first camera and the first rule; empty when there is none."""
    cameras = (await api.must("GET", "/cameras"))["cameras"]
    rules = (await api.must("GET", "/alerts/rules"))["items"]
    return str(cameras[0]["id"]) if cameras else "", str(rules[0]["id"]) if rules else ""
