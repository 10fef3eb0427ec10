"""An old server as they are: it reads cameras.yaml, changes it and writes it in place, unlocked.

`uvicorn naive_server:app`, in a folder with config/cameras.yaml, which is its data directory.
Each write takes a moment between reading and writing, as one of a real one does.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI, HTTPException

FILE = Path("config/cameras.yaml")
PIDS = Path("logs/pids")
MOMENT = 0.01

app = FastAPI()


def read() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text()) or {"cameras": []}


def write(data: dict[str, Any], hold: float = 0) -> None:
    time.sleep(MOMENT + hold)
    with FILE.open("w") as file:
        yaml.safe_dump(data, file, allow_unicode=True)


def found(data: dict[str, Any], camera_id: str) -> dict[str, Any]:
    for camera in data["cameras"]:
        if camera["id"] == camera_id:
            return camera
    raise HTTPException(404, "Camera not found")


@app.get("/api/v1/cameras")
def list_cameras() -> dict[str, Any]:
    return read()


@app.post("/api/v1/cameras")
def create(camera: dict[str, Any], hold: float = 0) -> dict[str, Any]:
    data = read()
    if any(one["id"] == camera["id"] for one in data["cameras"]):
        raise HTTPException(409, "Camera id already exists")
    data["cameras"].append(camera)
    write(data, hold)
    return {"ok": True, "camera": camera}


@app.put("/api/v1/cameras/{camera_id}")
def update(camera_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    data = read()
    found(data, camera_id).update(changes)
    write(data)
    return {"status": "success"}


@app.delete("/api/v1/cameras/{camera_id}")
def delete(camera_id: str) -> dict[str, Any]:
    data = read()
    data["cameras"].remove(found(data, camera_id))
    write(data)
    return {"status": "success"}


@app.post("/api/v1/cameras/{camera_id}/activate")
def activate(camera_id: str) -> dict[str, Any]:
    return update(camera_id, {"active": True})


@app.post("/api/v1/cameras/{camera_id}/start")
def start(camera_id: str) -> dict[str, Any]:
    found(read(), camera_id)
    file = PIDS / f"{camera_id}.pid"
    if file.exists() and lives(int(file.read_text())):
        return {"ok": True, "running": True, "pid": int(file.read_text())}
    time.sleep(MOMENT)
    command = [sys.executable, "-ISc", "import time; time.sleep(600)", "--camera-id", camera_id]
    worker = subprocess.Popen(command, start_new_session=True)
    file.write_text(str(worker.pid))
    return {"ok": True, "running": True, "pid": worker.pid}


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
