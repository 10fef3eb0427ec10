"""Films and pictures: uploads and downloads of any size."""

import hashlib
import shutil
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, HTTPException, Request, Response, UploadFile
from fastapi.responses import FileResponse

from kitchenwatch.config import MEDIA_DIR
from kitchenwatch.schemas import StoredFile

router = APIRouter(prefix="/api/v1/media", tags=["media"])


@router.post("/upload", status_code=201)
def upload(file: Annotated[UploadFile, File()]) -> StoredFile:
    path = _place(file.filename or "unnamed")
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target, 1 << 20)
    return _stored(path)


@router.options("/upload")
def upload_options() -> Response:
    return Response(status_code=204, headers={"Allow": "OPTIONS, POST", "Accept": "video/*"})


@router.put("/raw/{name}")
async def upload_raw(name: str, request: Request) -> StoredFile:
    """The body is the file, written as it arrives; one that breaks off leaves nothing."""
    path = _place(name)
    part = path.with_name(f".{path.name}.{id(request)}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as target:
            async for chunk in request.stream():
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return StoredFile(name=path.name, size=size, sha256=digest.hexdigest())


@router.get("")
def list_media() -> list[str]:
    found = MEDIA_DIR.iterdir() if MEDIA_DIR.exists() else ()
    return sorted(path.name for path in found if not path.name.startswith("."))


@router.head("/{name}", include_in_schema=False)
@router.get("/{name}", response_class=FileResponse)
def download(name: str) -> FileResponse:
    return FileResponse(_existing(name))


@router.delete("/{name}", status_code=204)
def delete(name: str) -> None:
    _existing(name).unlink()


def _place(name: str) -> Path:
    name = Path(name).name
    if not name or name.startswith("."):
        raise HTTPException(400, "Bad file name")
    MEDIA_DIR.mkdir(parents=True, exist_ok=True)
    return MEDIA_DIR / name


def _existing(name: str) -> Path:
    path = _place(name)
    if not path.is_file():
        raise HTTPException(404, "File not found")
    return path


def _stored(path: Path) -> StoredFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return StoredFile(name=path.name, size=path.stat().st_size, sha256=digest)
