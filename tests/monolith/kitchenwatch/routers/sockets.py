"""WebSockets: the cameras' states, live pictures, an echo for the front end's checks."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from kitchenwatch.services import video
from kitchenwatch.services.camera_config import find, read_cameras
from kitchenwatch.services.camera_states import camera_states

router = APIRouter()

ECHO_PROTOCOLS = ("echo.v2", "echo.v1")
Interval = Annotated[float, Query(gt=0, le=3600)]


@router.websocket("/ws/cameras")
async def push_states(websocket: WebSocket, interval: Interval = 1.0) -> None:
    """Send the states at once, and after every `interval`; whatever comes in asks for them, too."""
    await websocket.accept()
    try:
        while True:
            states = await run_in_threadpool(camera_states)
            await websocket.send_json({"type": "cameras", "cameras": states})
            await _message_within(websocket, interval)
    except WebSocketDisconnect:
        pass


@router.websocket("/api/v1/cameras/{camera_id}/live")
async def live(websocket: WebSocket, camera_id: str, interval: Interval = 0.5) -> None:
    """Send pictures as binary frames; a text is confirmed as it came."""
    await websocket.accept()
    camera = find(await run_in_threadpool(read_cameras), camera_id)
    if camera is None:
        await websocket.close(4404, "Camera not found")
        return
    frames = video.jpeg_frames(str(camera.get("source")), video.size_of(camera.get("resolution")))
    try:
        while (picture := await run_in_threadpool(next, frames, None)) is not None:
            await websocket.send_bytes(picture)
            if (text := await _message_within(websocket, interval)) is not None:
                await websocket.send_json({"type": "ack", "text": text})
        await websocket.close(4502, "Failed to read frame")
    except WebSocketDisconnect:
        pass
    except HTTPException as error:
        await websocket.close(4502, error.detail)
    finally:
        frames.close()


@router.websocket("/ws/echo")
async def echo(websocket: WebSocket) -> None:
    """Send back what comes; `{"close": 4001, "reason": "…"}` closes so."""
    offered = websocket.scope["subprotocols"]
    chosen = next((name for name in ECHO_PROTOCOLS if name in offered), None)
    await websocket.accept(subprotocol=chosen)
    while (message := await websocket.receive())["type"] == "websocket.receive":
        if (data := message.get("bytes")) is not None:
            await websocket.send_bytes(data)
        elif wish := _close_wish(message["text"]):
            await websocket.close(int(wish["close"]), str(wish.get("reason", "")))
            return
        else:
            await websocket.send_text(message["text"])


async def _message_within(websocket: WebSocket, seconds: float) -> str | None:
    try:
        return await asyncio.wait_for(websocket.receive_text(), seconds)
    except TimeoutError:
        return None


def _close_wish(text: str) -> dict[str, Any] | None:
    try:
        wish = json.loads(text)
    except ValueError:
        return None
    return wish if isinstance(wish, dict) and "close" in wish else None
