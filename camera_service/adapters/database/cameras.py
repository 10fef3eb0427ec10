"""The cameras of the domain implementation: a database, mirrored in cameras.yaml.

The two are one state with one commit point, the rename of cameras.yaml:

- A change is prepared beside the file, committed to the database together with
  the signature the file will have, and then renamed into place. Whatever dies
  in between, the signatures disagree, and the file, unchanged, is taken in again.
- A change made by legacy, the monolith or an editor gives the file another
  signature; the next call takes it in before it answers.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, delete, insert, select, true, update

from camera_service.adapters.database.tables import cameras, mirror
from camera_service.consistency.rows import Row, Stored, rows_of
from camera_service.domain.entry import Entry, key_of
from camera_service.domain.errors import StorageFailedError
from camera_service.domain.model import Camera
from camera_service.shared_state.files.cameras_yaml import CamerasYaml, Document, Draft, Signature
from servicekit import json_body
from servicekit.database.connections import Database
from servicekit.database.repeating import repeated
from servicekit.database.trouble import WriteRefusedError

MIRROR_ID = 1
# One statement: both halves come from the same version.
_ALL = (
    select(mirror, cameras.c.position, cameras.c.camera_id, cameras.c.entry)
    .select_from(mirror.outerjoin(cameras, true()))
    .order_by(cameras.c.position)
)
_ALL_AS_TEXT = _ALL.with_only_columns(
    mirror, cameras.c.position, cameras.c.camera_id, cast(cameras.c.entry, Text).label("entry")
)


@dataclass(frozen=True)
class _Version:
    """The cameras as one version of cameras.yaml has them, loaded from the database."""

    signature: Signature
    entries: Sequence[Entry]
    by_id: dict[str, Camera]


class MirroredCameras:
    """Cameras (see application.ports) on a database and a file. Thread-safe."""

    def __init__(self, database: Database, file: CamerasYaml) -> None:
        self._database = database
        self._file = file
        self._version: _Version | None = None
        self._puts = 0
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

    def change(self, apply: Callable[["_Changes"], None]) -> None:
        self._file.change(lambda draft: apply(_Changes(draft)), self._store)

    def refresh(self) -> None:
        """Take the file in, changed or not."""
        with self._file.edit() as draft:
            self._store(draft.document)

    @repeated
    def stored(self) -> Stored:
        """Return all that the database holds, as it is there."""
        with self._database.read() as connection:
            try:
                rows = [(row, row.entry) for row in connection.execute(_ALL)]
            except ValueError:  # of one that is no JSON; not on PostgreSQL
                rows = [(row, _decoded(row.entry)) for row in connection.execute(_ALL_AS_TEXT)]
        if not rows:
            return Stored((0, 0, 0), ())
        mark = rows[0][0]
        return Stored(
            (mark.inode, mark.mtime_ns, mark.size),
            [
                Row(row.position, row.camera_id, entry if isinstance(entry, dict) else None)
                for row, entry in rows
                if row.position is not None
            ],
        )

    def check(self) -> None:
        self._database.check("cameras")

    def _present(self) -> _Version:
        """Return the cameras as the file has them now."""
        signature = self._file.signature()
        version = self._version
        if version is not None and version.signature == signature:
            return version
        with self._loading:
            puts, version = self._puts, self._load()
            if version.signature != signature:
                try:
                    with self._file.edit_if_free() as draft:
                        if draft is None:
                            return self._as_it_stands()
                        puts, version = self._puts, self._load()
                        if version.signature != draft.document.signature:
                            self._store(draft.document)
                            puts, version = self._puts, self._load()
                except (StorageFailedError, WriteRefusedError):
                    return self._as_it_stands()
            self._version = version
            if puts != self._puts:
                self._version = None  # other rows were put, under the same signature perhaps
            return version

    def _as_it_stands(self) -> _Version:
        """Return the cameras without taking them in, which the next call tries again.

        On a disk that is full or has become read-only nothing can be taken in, and the
        file can still be read. Nor is a writer waited for: an old server may take long.
        """
        document = self._file.read()
        return _version(document.signature, document.entries())

    @repeated
    def put(self, stored: Stored) -> None:
        """Make the database hold exactly this, in one transaction."""
        wanted = [vars(row) for row in stored.rows]
        inode, mtime_ns, size = stored.signature
        with self._database.write() as connection:
            try:
                present = {
                    row.position: row._asdict() for row in connection.execute(select(cameras))
                }
            except ValueError:
                connection.execute(delete(cameras))
                present = {}
            kept = {row["position"] for row in wanted}
            changed = [row for row in wanted if not _same(present.get(row["position"]), row)]
            gone = [position for position in present if position not in kept]
            replaced = [row["position"] for row in changed if row["position"] in present]
            if gone or replaced:
                connection.execute(delete(cameras).where(cameras.c.position.in_(gone + replaced)))
            if changed:
                connection.execute(insert(cameras), changed)
            signature = {"inode": inode, "mtime_ns": mtime_ns, "size": size}
            if not connection.execute(update(mirror).values(signature)).rowcount:
                connection.execute(insert(mirror).values({"id": MIRROR_ID, **signature}))
        self._puts += 1
        self._version = None

    def _load(self) -> _Version:
        found = self.stored()
        entries = [row.entry for row in found.rows if row.entry is not None]
        # Only a mapping has an id: one without its entry was damaged. As if never taken in.
        damaged = any(row.entry is None and row.camera_id is not None for row in found.rows)
        return _version((0, 0, 0) if damaged else found.signature, entries)

    def _store(self, document: Document) -> None:
        """Make the database hold what `document` holds, in one transaction."""
        self.put(rows_of(document))


def _version(signature: Signature, entries: Sequence[Entry]) -> _Version:
    by_id: dict[str, Camera] = {}
    for entry in entries:
        if (camera_id := key_of(entry)) is not None:
            by_id.setdefault(camera_id, Camera(camera_id, entry))
    return _Version(signature, entries, by_id)


class _Changes:
    """CameraChanges (see application.ports) on a draft of the file."""

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


def _decoded(text: str | None) -> Any:
    with contextlib.suppress(ValueError):
        return None if text is None else json_body.loads(text)
    return None


def _same(left: dict[str, Any] | None, right: dict[str, Any]) -> bool:
    # By text: 1, 1.0 and true are equal to Python and three values to a client.
    return left is not None and repr(left) == repr(right)
