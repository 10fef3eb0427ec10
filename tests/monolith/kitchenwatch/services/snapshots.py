"""Pictures that were kept of a camera, beside the other media."""

from datetime import UTC, datetime
from pathlib import Path

from kitchenwatch.config import MEDIA_DIR
from kitchenwatch.schemas import Snapshot


def save_snapshot(camera_id: str, picture: bytes) -> Snapshot:
    MEDIA_DIR.mkdir(parents=True, exist_ok=True)
    path = MEDIA_DIR / f"snapshot_{camera_id}_{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jpg"
    path.write_bytes(picture)
    return _snapshot(path)


def list_snapshots(camera_id: str) -> list[Snapshot]:
    start, end = f"snapshot_{camera_id}_", ".jpg"
    paths = sorted(MEDIA_DIR.iterdir()) if MEDIA_DIR.exists() else []
    return [
        _snapshot(path) for path in paths if path.name.startswith(start) and path.name.endswith(end)
    ]


def _snapshot(path: Path) -> Snapshot:
    entry = path.stat()
    taken_at = datetime.fromtimestamp(entry.st_mtime, UTC)
    return Snapshot(name=path.name, size=entry.st_size, taken_at=taken_at)
