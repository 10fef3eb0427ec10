"""Cameras: their configuration and their detectors."""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Response

from kitchenwatch.clock import utcnow
from kitchenwatch.schemas import Snapshot
from kitchenwatch.services import camera_config, detection, video
from kitchenwatch.services.camera_config import Camera, find, is_active
from kitchenwatch.services.domain_entry import UsesDomain, rewritten, uses_domain
from kitchenwatch.services.events import feed
from kitchenwatch.services.snapshots import list_snapshots, save_snapshot

router = APIRouter(prefix="/api/v1/cameras", tags=["cameras"], dependencies=[Depends(uses_domain)])

NOT_FOUND = HTTPException(404, "Camera not found")


@router.get("")
def list_cameras(
    active_only: Annotated[bool, Query(description="Only cameras that are active")] = False,
) -> dict[str, Any]:
    return {"cameras": camera_config.read_cameras()}


@router.post("")
def create_camera(payload: Annotated[Camera, Body()], domain: UsesDomain) -> dict[str, Any]:
    for field in ("id", "name", "source"):
        if field not in payload:
            raise HTTPException(400, f"Missing field: {field}")
    cameras = camera_config.read_cameras()
    if find(cameras, payload["id"]) is not None:
        raise HTTPException(409, "Camera id already exists")
    cameras.append(rewritten(payload) if domain else payload)
    camera_config.write_cameras(cameras)
    feed.publish("camera_created", camera_id=payload["id"])
    return {"ok": True, "camera": payload}


@router.get("/export")
def export_cameras() -> Response:
    """All cameras as a table, for the inventory."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["id", "name", "location", "active"])
    for camera in camera_config.read_cameras():
        row = (camera.get("id"), camera.get("name"), camera.get("location"), is_active(camera))
        writer.writerow(row)
    return Response(
        table.getvalue(),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="cameras.csv"'},
    )


@router.post("/batch-status")
def batch_status(payload: Annotated[dict[str, Any] | None, Body()] = None) -> dict[str, Any]:
    camera_ids = (payload or {}).get("camera_ids")
    if not camera_ids:
        camera_ids = [str(camera.get("id")) for camera in camera_config.read_cameras()]
    return {camera_id: detection.status(camera_id) for camera_id in camera_ids}


@router.post("/refresh")
def refresh_all() -> dict[str, Any]:
    for camera in camera_config.read_cameras():
        detection.status(str(camera.get("id")))
    return {
        "status": "success",
        "message": "All camera statuses refreshed",
        "timestamp": utcnow().isoformat(),
    }


@router.put("/{camera_id}")
def update_camera(
    camera_id: str, payload: Annotated[Camera, Body()], domain: UsesDomain
) -> dict[str, str]:
    cameras = camera_config.read_cameras()
    camera = _found(cameras, camera_id)
    camera.update(rewritten({**camera, **payload}) if domain else payload)
    camera_config.write_cameras(cameras)
    return {"status": "success"}


@router.delete("/{camera_id}")
def delete_camera(camera_id: str) -> dict[str, str]:
    cameras = camera_config.read_cameras()
    cameras.remove(_found(cameras, camera_id))
    camera_config.write_cameras(cameras)
    feed.publish("camera_deleted", camera_id=camera_id)
    return {"status": "success"}


@router.post("/{camera_id}/start")
def start_camera(camera_id: str) -> dict[str, Any]:
    try:
        started = detection.start(camera_id)
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    feed.publish("camera_started", camera_id=camera_id, pid=started["pid"])
    return started


@router.post("/{camera_id}/stop")
def stop_camera(camera_id: str) -> dict[str, Any]:
    stopped = detection.stop(camera_id)
    feed.publish("camera_stopped", camera_id=camera_id)
    return stopped


@router.post("/{camera_id}/restart")
def restart_camera(camera_id: str) -> dict[str, Any]:
    try:
        return detection.restart(camera_id)
    except ValueError as error:
        raise HTTPException(400, str(error)) from error


@router.get("/{camera_id}/status")
def camera_status(camera_id: str) -> dict[str, Any]:
    return detection.status(camera_id)


@router.post("/{camera_id}/activate")
def activate_camera(camera_id: str) -> dict[str, Any]:
    cameras = camera_config.read_cameras()
    _found(cameras, camera_id)["active"] = True
    camera_config.write_cameras(cameras)
    return {"ok": True, "camera_id": camera_id, "active": True}


@router.post("/{camera_id}/deactivate")
def deactivate_camera(camera_id: str) -> dict[str, Any]:
    cameras = camera_config.read_cameras()
    camera = _found(cameras, camera_id)
    stopped = detection.running_pid(camera_id) > 0
    if stopped:
        detection.stop(camera_id)
    camera.update(active=False, auto_start=False)
    camera_config.write_cameras(cameras)
    return {"ok": True, "camera_id": camera_id, "active": False, "stopped": stopped}


@router.put("/{camera_id}/auto-start")
def set_auto_start(camera_id: str, auto_start: bool = False) -> dict[str, Any]:
    cameras = camera_config.read_cameras()
    camera = _found(cameras, camera_id)
    if auto_start and not is_active(camera):
        raise HTTPException(400, "摄像头未激活，无法设置自动启动")
    camera["auto_start"] = auto_start
    camera_config.write_cameras(cameras)
    return {"ok": True, "camera_id": camera_id, "auto_start": auto_start}


@router.get("/{camera_id}/logs")
def camera_logs(camera_id: str, lines: int = 100) -> dict[str, Any]:
    return detection.log_lines(camera_id, lines)


@router.get("/{camera_id}/stats")
def camera_stats(camera_id: str) -> dict[str, Any]:
    return detection.stats(camera_id)


@router.get("/{camera_id}/preview", response_class=Response)
def camera_preview(camera_id: str) -> Response:
    return Response(_picture(camera_id), media_type="image/jpeg")


@router.get("/{camera_id}/snapshots")
def camera_snapshots(camera_id: str) -> list[Snapshot]:
    return list_snapshots(camera_id)


@router.post("/{camera_id}/snapshots", status_code=201)
def take_snapshot(camera_id: str, response: Response) -> Snapshot:
    snapshot = save_snapshot(camera_id, _picture(camera_id))
    response.headers["Location"] = f"/api/v1/media/{snapshot.name}"
    return snapshot


def _found(cameras: list[Camera], camera_id: str) -> Camera:
    camera = find(cameras, camera_id)
    if camera is None:
        raise NOT_FOUND
    return camera


def _picture(camera_id: str) -> bytes:
    camera = _found(camera_config.read_cameras(), camera_id)
    if not camera.get("source"):
        raise HTTPException(400, "Camera source is empty")
    return video.first_jpeg(str(camera["source"]), video.size_of(camera.get("resolution")))
