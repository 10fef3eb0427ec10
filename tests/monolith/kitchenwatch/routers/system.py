"""The server itself: health, load, figures, migrations."""

import os
import time
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from kitchenwatch.clock import utcnow
from kitchenwatch.config import VERSION, settings
from kitchenwatch.db import migrations
from kitchenwatch.db.session import Session, engine
from kitchenwatch.services.camera_config import read_cameras
from kitchenwatch.services.redis_check import redis_state
from kitchenwatch.services.request_figures import figures

router = APIRouter(tags=["system"])
STARTED = time.time()


@router.get("/health")
async def health(session: Session, response: Response) -> dict[str, Any]:
    """For the container's health check."""
    database = await _database_state(session)
    response.status_code = 200 if database == "ok" else 503
    return {"status": "healthy" if database == "ok" else "unhealthy", "version": VERSION}


@router.get("/api/ping")
async def ping() -> dict[str, str]:
    return {"message": "pong", "timestamp": utcnow().isoformat()}


@router.get("/api/v1/monitoring/health")
async def monitoring_health(session: Session) -> dict[str, Any]:
    cameras = await run_in_threadpool(read_cameras)
    # The rewrite's table of cameras is still empty: any camera is one too many.
    consistency = "inconsistent" if cameras else "consistent"
    checks = {
        "database": await _database_state(session),
        "redis": await run_in_threadpool(redis_state, settings.redis_url),
        "domain_services": "ok" if settings.use_domain_service else "disabled",
        "camera_data_consistency": consistency,
    }
    healthy = checks["database"] == "ok" and consistency == "consistent"
    return {
        "status": "healthy" if healthy else "degraded",
        "timestamp": utcnow().isoformat(),
        "checks": checks,
    }


@router.get("/api/v1/monitoring/metrics")
async def monitoring_metrics() -> dict[str, Any]:
    cameras = await run_in_threadpool(read_cameras)
    return {
        "timestamp": utcnow().isoformat(),
        **figures.summary(),
        # As in the health: the rewrite's table is empty.
        "data_consistency": {
            "consistent": not cameras,
            "issues_count": len(cameras),
            "db_count": 0,
            "yaml_count": len(cameras),
            "last_check": utcnow().isoformat(),
        },
    }


@router.get("/metrics")
async def metrics() -> Response:
    """For Prometheus."""
    lines = ["# TYPE kitchenwatch_answers counter"]
    for status, count in sorted(figures.by_status.items()):
        lines.append(f'kitchenwatch_answers_total{{status="{status}"}} {count}')
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


@router.get("/api/v1/system/info")
async def system_info() -> dict[str, Any]:
    uptime = round(time.time() - STARTED, 1)
    return {"version": VERSION, "pid": os.getpid(), "uptime_seconds": uptime}


@router.get("/api/v1/system/load")
async def system_load() -> dict[str, Any]:
    busy, total = _processor_times()
    time.sleep(1)
    busy_then, total_then = _processor_times()
    percent = 100 * (busy_then - busy) / max(1, total_then - total)
    return {"cpu_percent": round(percent, 1), "load_average": os.getloadavg(), "pid": os.getpid()}


@router.post("/api/v1/system/migrate")
async def migrate() -> dict[str, Any]:
    """Take the steps that a start leaves out because they lock a table."""
    return {"ok": True, "taken": await migrations.migrate(engine, starting=False)}


@router.get("/sentry-debug")
async def trigger_error() -> None:
    """Fail, to see that errors are reported."""
    raise RuntimeError(f"error on purpose, {date.today()}")


async def _database_state(session: Session) -> str:
    try:
        await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        return f"error: {type(error).__name__}"
    return "ok"


def _processor_times() -> tuple[int, int]:
    """Return the busy and all ticks of the processors since the machine's start."""
    ticks = [int(part) for part in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)
