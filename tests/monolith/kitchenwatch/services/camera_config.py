"""config/cameras.yaml, read and written whole."""

from typing import Any

import yaml

from kitchenwatch.config import CAMERAS_FILE

Camera = dict[str, Any]


def read_cameras() -> list[Camera]:
    try:
        with CAMERAS_FILE.open(encoding="utf-8") as file:
            return (yaml.safe_load(file) or {}).get("cameras") or []
    except Exception:
        return []


def write_cameras(cameras: list[Camera]) -> None:
    CAMERAS_FILE.parent.mkdir(parents=True, exist_ok=True)
    with CAMERAS_FILE.open("w", encoding="utf-8") as file:
        yaml.safe_dump({"cameras": cameras}, file, allow_unicode=True, sort_keys=False)


def find(cameras: list[Camera], camera_id: str) -> Camera | None:
    return next((camera for camera in cameras if camera.get("id") == camera_id), None)


def is_active(camera: Camera) -> bool:
    return bool(camera.get("active", camera.get("enabled", True)))
