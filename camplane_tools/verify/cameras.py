"""The steps over cameras: one of the walk's own, made, run and removed."""

from pathlib import Path
from typing import Any

from camplane_tools.harness.operations import CAMERAS, camera_address
from camplane_tools.verify.walk import Walk, has_frames

_STATUS = "ok running pid log"


def walk_cameras(walk: Walk, camera_id: str, clip: Path) -> None:
    """Walk all operations of cameras; nothing of one that could not be made."""
    address = camera_address(camera_id)
    entry = {"id": camera_id, "name": "核对", "source": str(clip), "resolution": "32x24"}
    walk.step("list cameras", "GET", CAMERAS, keys="cameras")
    made = walk.step("create camera", "POST", CAMERAS, entry, keys="ok camera")
    if isinstance(made, dict) and "camera" in made:
        _walk_entry(walk, address, camera_id)
        _walk_worker(walk, address, camera_id)
        _walk_activation(walk, address)
        walk.step("delete camera", "DELETE", address, keys="status")
    walk.step("get a deleted camera", "GET", address, want=404, keys="detail", is_new=True)
    walk.step("start an unknown camera", "POST", f"{address}/start", want=400, keys="detail")


def _walk_entry(walk: Walk, address: str, camera_id: str) -> None:
    def is_listed(answer: Any) -> bool:
        return [one["name"] for one in answer["cameras"] if one["id"] == camera_id] == ["核对二"]

    walk.step("get camera", "GET", address, keys="id name source", is_new=True)
    walk.step("update camera", "PUT", address, {"name": "核对二"}, keys="status")
    walk.step("read the update", "GET", CAMERAS, keys="cameras", true=is_listed)


def _walk_worker(walk: Walk, address: str, camera_id: str) -> None:
    walk.step("start", "POST", f"{address}/start", keys=f"{_STATUS} cmd")
    running = walk.step("status", "GET", f"{address}/status", keys=_STATUS, true=_runs)
    walk.step(
        "batch status",
        "POST",
        f"{CAMERAS}/batch-status",
        {"camera_ids": [camera_id]},
        true=lambda answer: answer.get(camera_id) == running,
    )
    _walk_reports(walk, address)
    walk.step(
        "preview",
        "GET",
        f"{address}/preview",
        true=lambda picture: picture[:2] == b"\xff\xd8" and picture[-2:] == b"\xff\xd9",
    )
    walk.step("restart", "POST", f"{address}/restart", keys=f"{_STATUS} cmd")
    walk.step("stop", "POST", f"{address}/stop", keys="ok running")
    walk.step(
        "status when stopped",
        "GET",
        f"{address}/status",
        true=lambda answer: not answer["running"] and answer["pid"] == 0,
    )


def _walk_reports(walk: Walk, address: str) -> None:
    """Ask what the worker says of itself; what a monolith's detector says is its own affair."""
    stats, logs = "camera_id running pid log_file stats", "camera_id log_file lines"
    if walk.of_monolith:
        walk.step("stats", "GET", f"{address}/stats", keys=stats)
        walk.step("logs", "GET", f"{address}/logs", query={"lines": 5}, keys=logs)
    else:
        walk.await_frames(address)
        walk.step("stats", "GET", f"{address}/stats", keys=stats, true=has_frames)
        walk.step(
            "logs",
            "GET",
            f"{address}/logs",
            query={"lines": 5},
            keys=f"{logs} total_lines",
            true=lambda answer: 0 < len(answer["lines"]) <= 5,
        )
    walk.first_event(
        "log stream",
        f"{address}/logs/stream",
        {"lines": 1},
        true=lambda event: event.startswith(b"id: ") and b"\ndata: " in event,
    )


def _walk_activation(walk: Walk, address: str) -> None:
    on = {"auto_start": "true"}
    walk.step("auto-start", "PUT", f"{address}/auto-start", query=on, keys="camera_id auto_start")
    walk.step("deactivate", "POST", f"{address}/deactivate", keys="ok camera_id active stopped")
    walk.step("start an inactive camera", "POST", f"{address}/start", want=400, keys="detail")
    walk.step("activate", "POST", f"{address}/activate", keys="ok camera_id active")
    walk.step("refresh", "POST", f"{CAMERAS}/refresh", keys="status message timestamp")


def _runs(answer: Any) -> bool:
    return bool(answer["running"] and answer["pid"] > 0)
