"""What every request passes: its id, its time, the access log, the counters."""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from kitchenwatch.config import LOG_DIR
from kitchenwatch.services.request_figures import figures

access_log = logging.getLogger("kitchenwatch.access")

Next = Callable[[Request], Awaitable[Response]]


class RequestLogMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Next) -> Response:
        request_id = request.headers.get("x-request-id") or uuid.uuid4().hex
        began = time.perf_counter()
        status = 500
        try:
            response = await call_next(request)
            status = response.status_code
        finally:
            milliseconds = (time.perf_counter() - began) * 1000
            figures.answered(request.method, request.url.path, status, milliseconds)
            access_log.info(
                "%s %s %s %d %.1fms",
                request_id,
                request.method,
                request.url.path,
                status,
                milliseconds,
            )
        response.headers["X-Request-ID"] = request_id
        response.headers["X-Process-Time"] = f"{milliseconds / 1000:.4f}"
        return response


def install(application: FastAPI) -> None:
    """Put them around the application, the first one innermost."""
    application.add_middleware(GZipMiddleware, minimum_size=2000)
    application.add_middleware(RequestLogMiddleware)
    application.add_middleware(
        CORSMiddleware,
        allow_origins=["http://kitchen.example", "http://localhost:3000"],
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["X-Request-ID", "X-Process-Time"],
    )


def open_access_log() -> None:
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(LOG_DIR / "access.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s [%(process)d] %(message)s"))
    access_log.addHandler(handler)
    access_log.setLevel(logging.INFO)
    access_log.propagate = False
