"""The rows of the database, and those that a version of cameras.yaml makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from camera_service.domain.entry import Entry, key_of
from camera_service.shared_state.files.cameras_yaml import Document, Signature, json_entry


@dataclass(frozen=True)
class Row:
    """One item of cameras.yaml as the database keeps it; `entry` is None for no mapping."""

    position: int
    camera_id: str | None
    entry: Entry | None


@dataclass(frozen=True)
class Stored:
    """All that the database holds: the version it mirrors, and its rows in order."""

    signature: Signature
    rows: Sequence[Row]


class Mirror(Protocol):
    """The database's side."""

    def stored(self) -> Stored:
        """Return what is there; raises DatabaseUnavailableError."""
        ...

    def put(self, stored: Stored) -> None:
        """Make the database hold exactly this; WriteRefusedError when it will not."""
        ...


def rows_of(document: Document) -> Stored:
    """Return what the database is to hold for this version of the file."""
    rows = [_row(position, item) for position, item in enumerate(document.items)]
    return Stored(document.signature, rows)


def _row(position: int, item: Any) -> Row:
    entry = json_entry(item) if isinstance(item, dict) else None
    camera_id = key_of(item)
    if camera_id is not None and "\0" in camera_id:
        camera_id = None  # PostgreSQL has no text for it; the entry, as JSON, has
    return Row(position, camera_id, entry)
