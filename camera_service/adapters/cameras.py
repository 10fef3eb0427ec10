"""The cameras of the domain implementation: a database, mirrored in cameras.yaml.

The two are one world with one commit point, the rename of cameras.yaml:

- A change is prepared beside the file, committed to the database together with
  the signature the file will have, and then renamed into place. Whatever dies
  in between, the signatures disagree, and the file, unchanged, is taken in again.
- A change made by legacy, the monolith or an editor gives the file another
  signature; the next call takes it in before it answers.
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from camera_service.adapters.tables import cameras, mirror
from camera_service.domain.model import Camera
from camera_service.entry import Entry, key_of
from camera_service.errors import StorageFailedError
from camera_service.masking import mask_source
from camera_service.ports import Consistency, Difference
from camera_service.world.cameras_yaml import CamerasYaml, Document, Draft, Signature, json_entry
from servicekit.database import Database, WriteRefusedError

MIRROR_ID = 1


@dataclass(frozen=True)
class _Version:
    """The cameras as one version of cameras.yaml has them, loaded from the database."""

    signature: Signature
    entries: Sequence[Entry]
    by_id: dict[str, Camera]


class MirroredCameras:
    """Cameras (see use_cases) on a database and a file. Thread-safe."""

    def __init__(self, database: Database, file: CamerasYaml) -> None:
        self._database = database
        self._file = file
        self._version: _Version | None = None
        self._loading = threading.Lock()

    def entries(self) -> list[Entry]:
        return list(self._present().entries)

    def ids(self) -> list[str]:
        return list(self._present().by_id)

    def find(self, camera_id: str) -> Camera | None:
        return self._present().by_id.get(camera_id)

    def at_hand(self, camera_id: str) -> Camera | None:
        """Return the camera for the price of a `stat`; None when files must be read to tell."""
        version = self._version
        if version is None or version.signature != self._file.signature():
            return None
        return version.by_id.get(camera_id)

    @contextlib.contextmanager
    def change(self, answer: bool | None = None) -> Iterator["_Changes"]:
        with self._file.edit() as draft:
            yield _Changes(draft)
            draft.save(before_replace=self._store, answer=answer)

    def refresh(self) -> None:
        """Take the file in, changed or not."""
        with self._file.edit() as draft:
            self._store(draft.document)

    def compare(self) -> Consistency:
        with self._file.edit() as draft:
            if self._load().signature != draft.document.signature:
                self._store(draft.document)  # what the next call would do
            stored = self._load()
            in_file = draft.document.entries()
        return Consistency(len(stored.entries), len(in_file), differences(stored.entries, in_file))

    def check(self) -> None:
        self._database.check("cameras")

    def _present(self) -> _Version:
        """Return the cameras as the file has them now."""
        signature = self._file.signature()
        version = self._version
        if version is not None and version.signature == signature:
            return version
        with self._loading:
            version = self._load()
            if version.signature != signature:
                try:
                    with self._file.edit() as draft:
                        version = self._load()
                        if version.signature != draft.document.signature:
                            self._store(draft.document)
                            version = self._load()
                except (StorageFailedError, WriteRefusedError):
                    # On a disk that is full or has become read-only nothing can be taken
                    # in, and the file can still be read. The next call tries again.
                    document = self._file.read()
                    return _version(document.signature, document.entries())
            self._version = version
            return version

    def _load(self) -> _Version:
        with self._database.read() as connection:
            # One statement: both halves come from the same version.
            rows = connection.execute(
                select(mirror, cameras.c.entry)
                .select_from(mirror.outerjoin(cameras, cameras.c.position >= 0))
                .order_by(cameras.c.position)
            ).all()
        if not rows:
            return _Version((0, 0, 0), (), {})
        entries = [row.entry for row in rows if isinstance(row.entry, dict)]
        return _version((rows[0].inode, rows[0].mtime_ns, rows[0].size), entries)

    def _store(self, document: Document) -> None:
        """Make the database hold what `document` holds, in one transaction."""
        wanted = [_row(position, item) for position, item in enumerate(document.items)]
        inode, mtime_ns, size = document.signature
        with self._database.write() as connection:
            present = {
                row.position: {
                    "position": row.position,
                    "entry": row.entry,
                    "camera_id": row.camera_id,
                }
                for row in connection.execute(select(cameras))
            }
            changed = [row for row in wanted if not _same(present.get(row["position"]), row)]
            gone = [position for position in present if position >= len(wanted)]
            replaced = [row["position"] for row in changed if row["position"] in present]
            if gone or replaced:
                connection.execute(delete(cameras).where(cameras.c.position.in_(gone + replaced)))
            if changed:
                connection.execute(insert(cameras), changed)
            signature = {"inode": inode, "mtime_ns": mtime_ns, "size": size}
            if not connection.execute(update(mirror).values(signature)).rowcount:
                connection.execute(insert(mirror).values({"id": MIRROR_ID, **signature}))


def _version(signature: Signature, entries: Sequence[Entry]) -> _Version:
    by_id: dict[str, Camera] = {}
    for entry in entries:
        if (camera_id := key_of(entry)) is not None:
            by_id.setdefault(camera_id, Camera(camera_id, entry))
    return _Version(signature, entries, by_id)


class _Changes:
    """CameraChanges (see use_cases) on a draft of the file."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def find(self, camera_id: str) -> Camera | None:
        entry = self._draft.entry(camera_id)
        return None if entry is None else Camera(camera_id, entry)

    def add(self, camera: Camera) -> None:
        self._draft.append(dict(camera.entry))

    def save(self, camera: Camera) -> None:
        before = self._draft.entry(camera.camera_id) or {}
        # Only what changed: the rest keeps the exact form it has in the file.
        changed = {
            key: value
            for key, value in camera.entry.items()
            if key not in before or repr(before[key]) != repr(value)
        }
        self._draft.set(camera.camera_id, changed)

    def remove(self, camera_id: str) -> None:
        self._draft.remove(camera_id)


def differences(stored: Sequence[Entry], in_file: Sequence[Entry]) -> list[Difference]:
    """Compare database and file, camera by camera and key by key."""
    left = {key_of(entry) or "": entry for entry in stored}
    right = {key_of(entry) or "": entry for entry in in_file}
    found = [
        Difference(camera_id, "", "in cameras.yaml only")
        for camera_id in right
        if camera_id not in left
    ]
    for camera_id, entry in left.items():
        other = right.get(camera_id)
        if other is None:
            found.append(Difference(camera_id, "", "in the database only"))
            continue
        for key in dict.fromkeys([*entry, *other]):
            if key not in entry or key not in other or repr(entry[key]) != repr(other[key]):
                text = f"database has {_said(key, entry)}, cameras.yaml has {_said(key, other)}"
                found.append(Difference(camera_id, key, text))
    return found


def _said(key: str, entry: Entry) -> str:
    """Tell a value apart from another without telling a secret: `env` may hold some."""
    if key not in entry:
        return "nothing"
    value = entry[key]
    if isinstance(value, dict | list):
        return f"another {'mapping' if isinstance(value, dict) else 'list'}"
    return repr(mask_source(value) if isinstance(value, str) else value)


def _row(position: int, item: Any) -> dict[str, Any]:
    entry = json_entry(item) if isinstance(item, dict) else None
    camera_id = key_of(item)
    if camera_id is not None and "\0" in camera_id:
        camera_id = None  # PostgreSQL has no text for it; the entry, as JSON, has
    return {"position": position, "camera_id": camera_id, "entry": entry}


def _same(left: dict[str, Any] | None, right: dict[str, Any]) -> bool:
    # By text: 1, 1.0 and true are equal to Python and three values to a client.
    return left is not None and repr(left) == repr(right)
