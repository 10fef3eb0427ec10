"""What happens, as it happens: streams and long polls."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from kitchenwatch.clock import utcnow
from kitchenwatch.services.camera_states import camera_states
from kitchenwatch.services.events import feed

router = APIRouter(tags=["events"])


@router.get("/api/v1/events/stream")
async def stream(
    interval: Annotated[float, Query(gt=0, le=3600)] = 2.0,
    count: Annotated[int, Query(ge=0, description="0: without end")] = 0,
    silence: Annotated[float, Query(ge=0, description="Seconds before the first")] = 0,
) -> StreamingResponse:
    """The cameras' states as server-sent events."""
    return StreamingResponse(_events(interval, count, silence), media_type="text/event-stream")


@router.get("/api/v1/events/poll")
async def poll(
    wait: Annotated[float, Query(ge=0, le=600)] = 25.0, after: int | None = None
) -> dict[str, Any]:
    """Answer with the next event, or with none after so many seconds."""
    since = feed.last if after is None else after
    return {"events": await feed.wait_after(since, wait), "last": feed.last}


@router.get("/api/v1/reports/daily")
async def daily_report(seconds: Annotated[float, Query(ge=0, le=600)] = 5.0) -> dict[str, Any]:
    """The report of the day; the more it looks at, the longer it takes."""
    began = utcnow()
    await asyncio.sleep(seconds)
    states = await run_in_threadpool(camera_states)
    return {"began": began.isoformat(), "ended": utcnow().isoformat(), "cameras": len(states)}


async def _events(interval: float, count: int, silence: float) -> AsyncIterator[str]:
    await asyncio.sleep(silence)
    number = 0
    while True:
        number += 1
        states = await run_in_threadpool(camera_states)
        yield f"id: {number}\nevent: cameras\ndata: {json.dumps(states)}\n\n"
        if number == count:
            return
        await asyncio.sleep(interval)
