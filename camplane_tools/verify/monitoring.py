"""The steps over what neither implementation answers: the gateway's own operations."""

from camplane_tools.harness.operations import CAMERAS
from camplane_tools.verify.walk import Walk

BASE = "/api/v1/monitoring"


def walk_monitoring(walk: Walk) -> None:
    """Walk the gateway's own operations."""
    walk.step("ping", "GET", "/api/ping", true=lambda answer: answer["message"] == "pong")
    walk.step(
        "monitoring health",
        "GET",
        f"{BASE}/health",
        keys="status timestamp checks",
        true=lambda answer: answer["checks"]["camera_data_consistency"] == "ok",
    )
    walk.step(
        "monitoring metrics",
        "GET",
        f"{BASE}/metrics",
        keys="timestamp requests domain_service response_time errors data_consistency",
    )
    _walk_consistency(walk)
    walk.gateways_own("health of a container", "GET", "/health", 200, "status")
    walk.gateways_own("unknown path", "GET", "/api/v1/nothing", 404, "detail")
    walk.gateways_own("wrong method", "PATCH", CAMERAS, 405, "detail")


def _walk_consistency(walk: Walk) -> None:
    walk.step(
        "consistency",
        "GET",
        f"{BASE}/consistency",
        keys="consistent checked_at issues notes db_count yaml_count",
    )
    walk.step(
        "consistency repair, planned",
        "POST",
        f"{BASE}/consistency/repair",
        {},
        keys="dry_run actions backup by_hand",
        true=lambda answer: answer["dry_run"] is True,
    )
    walk.step(
        "undo of an unknown repair",
        "POST",
        f"{BASE}/consistency/undo",
        {"backup": "none"},
        want=404,
        keys="detail",
    )
