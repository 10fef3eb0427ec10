"""Removes what a walk made, on whichever path still has it."""

from collections.abc import Iterator, Sequence
from typing import Any

from camplane_tools.harness.operations import CAMERAS, CONSISTENCY_REPAIR, RULES, camera_address
from camplane_tools.verify.asking import Asker

_TRIES = 3
# As `camplane consistency check` calls them.
_LEAVINGS = ["LOCK_LEFT", "REPORT_LEFT", "LOG_LEFT"]


def clear(askers: Sequence[Asker], camera_id: str, rule_name: str) -> list[str]:
    """Remove the camera, its worker and the rules of that name; return what is still there.

    Each path is asked, since one may be down, and a monolith has no way to delete a rule.
    """
    for _ in range(_TRIES):
        if not (left := _left(askers, camera_id, rule_name)):
            break
        _remove(askers, camera_id, rule_name)
    return left


def tidy(asker: Asker, camera_id: str) -> None:
    """Have removed what a deleted camera leaves: its locks, its log, how its worker ended.

    What was before the walk stays: only of this camera, whose id nobody else has.
    """
    wanted = {"dry_run": False, "kinds": _LEAVINGS, "camera_ids": [camera_id]}
    asker.ask("POST", CONSISTENCY_REPAIR, wanted)


def _left(askers: Sequence[Asker], camera_id: str, rule_name: str) -> list[str]:
    found = []
    if any(_runs(asker, camera_id) for asker in askers):
        found.append(f"the worker of camera {camera_id!r}")
    if any(_has_camera(asker, camera_id) for asker in askers):
        found.append(f"camera {camera_id!r}")
    return found + [f"rule {one}" for one in sorted(_rule_ids(askers, rule_name))]


def _remove(askers: Sequence[Asker], camera_id: str, rule_name: str) -> None:
    for asker in askers:
        if _runs(asker, camera_id):
            asker.ask("POST", f"{camera_address(camera_id)}/stop")
    for asker in askers:
        if _has_camera(asker, camera_id):
            asker.ask("DELETE", camera_address(camera_id))
    for rule_id in _rule_ids(askers, rule_name):
        for asker in askers:
            if asker.ask("DELETE", f"{RULES}/{rule_id}").status == 200:
                break


def _runs(asker: Asker, camera_id: str) -> bool:
    status = asker.ask("GET", f"{camera_address(camera_id)}/status").json
    return isinstance(status, dict) and bool(status.get("running"))


def _has_camera(asker: Asker, camera_id: str) -> bool:
    return any(one.get("id") == camera_id for one in _items(asker, CAMERAS, "cameras"))


def _rule_ids(askers: Sequence[Asker], name: str) -> set[int]:
    """Return the ids of the rules of that name, by whichever path tells of them."""
    return {
        one["id"]
        for asker in askers
        for one in _items(asker, RULES, "items")
        if one.get("name") == name
    }


def _items(asker: Asker, address: str, key: str) -> Iterator[dict[str, Any]]:
    """Yield what a list holds; nothing where the path does not answer with one."""
    said = asker.ask("GET", address).json
    items = said.get(key) if isinstance(said, dict) else None
    yield from (one for one in items or () if isinstance(one, dict))
