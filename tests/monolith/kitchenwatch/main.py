"""The application: `uvicorn kitchenwatch.main:app`, in the folder that it is to work in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from kitchenwatch import middleware
from kitchenwatch.config import VERSION, settings
from kitchenwatch.db.migrations import migrate
from kitchenwatch.db.session import engine
from kitchenwatch.routers import (
    alerts,
    cameras,
    events,
    management,
    media,
    pages,
    records,
    sockets,
    system,
)
from kitchenwatch.services import detection
from kitchenwatch.services.events import feed


@asynccontextmanager
async def lifespan(application: FastAPI) -> AsyncIterator[None]:
    middleware.open_access_log()
    feed.bind(asyncio.get_running_loop())
    await migrate(engine, starting=True)
    if settings.auto_start:
        await run_in_threadpool(detection.start_all)
    yield
    await engine.dispose()


app = FastAPI(title="KitchenWatch", version=VERSION, lifespan=lifespan)
middleware.install(app)
for module in (sockets, cameras, alerts, system, events, media, records, management, pages):
    app.include_router(module.router)
pages.mount_static(app)


@app.exception_handler(SQLAlchemyError)
async def database_error(request: Request, error: SQLAlchemyError) -> JSONResponse:
    return JSONResponse({"detail": f"数据库操作失败: {type(error).__name__}"}, status_code=500)
