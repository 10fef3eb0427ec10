"""The steps over alert rules: one of the walk's own, made and removed."""

import time
from typing import Any

from camplane_tools.harness.operations import CHANNELS, HISTORY, RAISED, RULES, SNOOZES, STATES
from camplane_tools.verify.walk import Walk
from servicekit.moments import iso


def walk_rules(walk: Walk, name: str) -> None:
    """Walk all operations of rules, on one of that name."""
    rule = {"name": name, "rule_type": "no_detection", "conditions": {"minutes": 3}}
    made = walk.step("create rule", "POST", RULES, {**rule, "enabled": False}, keys="ok id")
    if isinstance(made, dict) and "id" in made:
        _walk_one(walk, made["id"])
    walk.step("rule without a name", "POST", RULES, {}, want=400, keys="detail")
    walk.step("history", "GET", HISTORY, query={"limit": 1}, keys="count items")


def _walk_one(walk: Walk, rule_id: Any) -> None:
    def is_listed(answer: Any) -> bool:
        return [one["priority"] for one in answer["items"] if one["id"] == rule_id] == ["low"]

    address, fields = f"{RULES}/{rule_id}", "id name camera_id conditions updated_at"
    walk.domains_own("states of rules", "GET", STATES, None, keys="items")
    walk.domains_own("alerts", "GET", RAISED, None, keys="items")
    nothing = {"alert_ids": [2**31 - 1], "handling": "confirmed", "handled_by": "camplane verify"}
    walk.domains_own("handle alerts", "POST", f"{RAISED}/handle", nothing, keys="refused")
    walk.domains_own("alerts counted", "GET", f"{RAISED}/statistics", None, keys="total")
    _snooze(walk, f"{address}/snooze")
    walk.domains_own("test rule", "POST", f"{address}/trial", {}, keys="stored")
    walk.domains_own("channels", "GET", CHANNELS, None, keys="items")
    walk.step("get rule", "GET", address, keys=fields, is_new=True)
    walk.step("update rule", "PUT", address, {"priority": "low"}, keys="ok")
    walk.step("list rules", "GET", RULES, keys="count items", true=is_listed)
    walk.step("delete rule", "DELETE", address, keys="ok", is_new=True)
    walk.step("get a deleted rule", "GET", address, want=404, keys="detail", is_new=True)


def _snooze(walk: Walk, address: str) -> None:
    until = f"{iso(time.time() + 60)}Z"
    asked = {"until": until, "snoozed_by": "camplane verify"}
    walk.domains_own("snooze rule", "PUT", address, asked, keys="ok")
    walk.domains_own("snoozes", "GET", SNOOZES, None, keys="items")
    walk.domains_own("end snooze", "DELETE", address, None, keys="ok")
