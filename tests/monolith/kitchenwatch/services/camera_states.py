"""Every camera with its state, as the page and the streams show it."""

from typing import Any

from kitchenwatch.services import detection
from kitchenwatch.services.camera_config import is_active, read_cameras


def camera_states() -> list[dict[str, Any]]:
    return [
        {
            "id": str(camera.get("id")),
            "name": camera.get("name"),
            "active": is_active(camera),
            "running": detection.running_pid(str(camera.get("id"))) > 0,
        }
        for camera in read_cameras()
    ]
