"""The page and its files."""

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from kitchenwatch.config import STATIC_DIR

router = APIRouter(include_in_schema=False)


@router.head("/")
@router.get("/")
def index() -> FileResponse:
    return FileResponse(STATIC_DIR / "index.html")


@router.get("/favicon.ico")
def favicon() -> FileResponse:
    return FileResponse(STATIC_DIR / "favicon.ico", media_type="image/x-icon")


@router.get("/dashboard")
def old_dashboard() -> RedirectResponse:
    return RedirectResponse("/", status_code=302)


def mount_static(application: FastAPI) -> None:
    application.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
