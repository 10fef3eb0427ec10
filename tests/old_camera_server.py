"""A small old server: `python old_camera_server.py` prints the port it listens on.

It keeps cameras and starts detectors as the monolith does, in the folder it works in:
cameras.yaml is written whole, a pid file tells of each process, there is no lock and no
record, and a process that was started is not waited for. It imports nothing of camplane.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
import yaml
from fastapi import FastAPI, HTTPException

CAMERAS = Path("config/cameras.yaml")
PIDS = Path("logs/pids")
DETECTOR = "import time; print('watching', flush=True); time.sleep(600)"
# How long a stop waits for the process; a dead one that nobody waited for looks alive.
PATIENCE_SECONDS = 1.5

app = FastAPI()
children = []


def read() -> list[dict]:
    return (yaml.safe_load(CAMERAS.read_text()) or {}).get("cameras") or []


def write(cameras: list[dict]) -> None:
    CAMERAS.write_text(yaml.safe_dump({"cameras": cameras}))


def running(camera_id: str) -> int:
    """Return the pid in the pid file, if there is such a process; else 0."""
    try:
        pid = int((PIDS / f"{camera_id}.pid").read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return 0
    return pid


@app.post("/api/v1/cameras")
def create(camera: dict) -> dict:
    write([*read(), camera])
    return {"ok": True, "camera": camera}


@app.delete("/api/v1/cameras/{camera_id}")
def delete(camera_id: str) -> dict:
    """Its process is left running."""
    write([camera for camera in read() if camera["id"] != camera_id])
    return {"status": "success"}


@app.post("/api/v1/cameras/{camera_id}/start")
def start(camera_id: str) -> dict:
    if pid := running(camera_id):
        return {"ok": True, "running": True, "pid": pid}
    if all(camera["id"] != camera_id for camera in read()):
        raise HTTPException(400, f"Camera with id '{camera_id}' not found in the configuration.")
    with Path(f"logs/detect_{camera_id}.log").open("a") as log:
        child = subprocess.Popen(
            [sys.executable, "-ISc", DETECTOR, "--camera-id", camera_id],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    children.append(child)  # or its end would be noticed here
    (PIDS / f"{camera_id}.pid").write_text(str(child.pid))
    return {"ok": True, "running": True, "pid": child.pid}


@app.post("/api/v1/cameras/{camera_id}/stop")
def stop(camera_id: str) -> dict:
    if pid := running(camera_id):
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + PATIENCE_SECONDS
        while running(camera_id) and time.monotonic() < until:
            time.sleep(0.1)
        if running(camera_id):
            os.kill(pid, signal.SIGKILL)
    (PIDS / f"{camera_id}.pid").unlink(missing_ok=True)
    return {"ok": True, "running": False}


@app.get("/api/v1/cameras/{camera_id}/status")
def status(camera_id: str) -> dict:
    pid = running(camera_id)
    return {"ok": True, "running": pid > 0, "pid": pid}


@contextmanager
def old_camera_server(folder: Path) -> Iterator[int]:
    """Run it on a data directory within the block, which gets its port.

    Its detectors end with it.
    """
    command = [sys.executable, __file__]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        yield int(child.stdout.readline())
        child.terminate()


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
    for child in children:  # nothing may outlive a test
        child.kill()
