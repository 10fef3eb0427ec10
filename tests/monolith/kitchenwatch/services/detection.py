"""Starts and stops one detector a camera, by pid files."""

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from kitchenwatch.config import LOG_DIR, PID_DIR, ROOT, settings
from kitchenwatch.services.camera_config import Camera, is_active, read_cameras

NOT_ACTIVE = "摄像头未激活，请先激活后再启动"
_FIGURE = re.compile(r"(\w+)=(\S+)")


def log_path(camera_id: str) -> str:
    return os.path.join(LOG_DIR, "detect_" + camera_id + ".log")  # noqa: PTH118


def pid_path(camera_id: str) -> str:
    return os.path.join(PID_DIR, camera_id + ".pid")  # noqa: PTH118


def running_pid(camera_id: str) -> int:
    """Return the detector's pid, 0 when there is none."""
    try:
        pid = int(Path(pid_path(camera_id)).read_text())
    except (OSError, ValueError):
        return 0
    return pid if _alive(pid) else 0


def status(camera_id: str) -> dict[str, Any]:
    pid = running_pid(camera_id)
    return {"ok": True, "running": pid > 0, "pid": pid, "log": log_path(camera_id)}


def start(camera_id: str) -> dict[str, Any]:
    camera = _configured(camera_id)
    if camera is None:
        raise ValueError(f"Camera with id '{camera_id}' not found in the configuration.")
    if not is_active(camera):
        raise ValueError(NOT_ACTIVE)
    if running_pid(camera_id):
        return status(camera_id)
    command = _command(camera, camera_id)
    PID_DIR.mkdir(parents=True, exist_ok=True)
    with Path(log_path(camera_id)).open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **_environment(camera)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    Path(pid_path(camera_id)).write_text(str(process.pid))
    return {
        "ok": True,
        "running": True,
        "pid": process.pid,
        "log": log_path(camera_id),
        "cmd": command,
    }


def stop(camera_id: str) -> dict[str, Any]:
    pid = running_pid(camera_id)
    if pid:
        _signal(pid, signal.SIGTERM)
        deadline = time.time() + settings.stop_timeout
        while _alive(pid) and time.time() < deadline:
            time.sleep(0.1)
        if _alive(pid):
            _signal(pid, signal.SIGKILL)
    Path(pid_path(camera_id)).unlink(missing_ok=True)
    return {"ok": True, "running": False}


def restart(camera_id: str) -> dict[str, Any]:
    stop(camera_id)
    return start(camera_id)


def start_all() -> None:
    """Start the cameras that are to run from the beginning."""
    for camera in read_cameras():
        if camera.get("auto_start") and is_active(camera):
            with contextlib.suppress(ValueError, OSError):
                start(str(camera["id"]))


def log_lines(camera_id: str, lines: int) -> dict[str, Any]:
    path = Path(log_path(camera_id))
    if not path.exists():
        return {
            "camera_id": camera_id,
            "log_file": str(path),
            "lines": [],
            "message": "Log file not found (process may not have started yet)",
        }
    every = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {
        "camera_id": camera_id,
        "log_file": str(path),
        "total_lines": len(every),
        "lines": every[-lines:],
    }


def stats(camera_id: str) -> dict[str, Any]:
    """Return what the detector's last line of figures says, while it runs."""
    pid = running_pid(camera_id)
    figures = _last_figures(camera_id) if pid else {}
    return {
        "camera_id": camera_id,
        "running": pid > 0,
        "pid": pid,
        "log_file": log_path(camera_id),
        "stats": {
            "total_frames": int(figures.get("frames", 0)),
            "processed_frames": int(figures.get("processed", 0)),
            "detected_persons": int(figures.get("persons", 0)),
            "detected_hairnets": int(figures.get("hairnets", 0)),
            "detected_handwash": int(figures.get("handwash", 0)),
            "avg_fps": float(figures.get("fps", 0.0)),
            "avg_detection_time": float(figures.get("detect_seconds", 0.0)),
            "last_detection_time": figures.get("at"),
        },
    }


def _configured(camera_id: str) -> Camera | None:
    cameras = read_cameras()
    return next((camera for camera in cameras if str(camera.get("id")) == camera_id), None)


def _command(camera: Camera, camera_id: str) -> list[str]:
    command = [
        *settings.detector_command,
        *("--mode", "detection"),
        *("--source", str(camera.get("source"))),
        *("--regions-file", camera.get("regions_file", "config/regions.json")),
        *("--profile", camera.get("profile", "accurate")),
        *("--camera-id", camera_id),
        *("--log-interval", "120"),
    ]
    for option in ("device", "imgsz"):
        if (value := camera.get(option, "auto")) != "auto":
            command += [f"--{option}", str(value)]
    return command


def _environment(camera: Camera) -> dict[str, str]:
    return {str(name): str(value) for name, value in dict(camera.get("env") or {}).items()}


def _alive(pid: int) -> bool:
    """Is there such a process? One that ended and that nobody waited for is none."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _last_figures(camera_id: str) -> dict[str, str]:
    for line in reversed(log_lines(camera_id, 200)["lines"]):
        if "[stats]" in line:
            return dict(_FIGURE.findall(line))
    return {}
