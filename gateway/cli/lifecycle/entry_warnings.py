"""What `camplane up` says of entries of cameras.yaml that will not do what their writer thinks."""

from collections import defaultdict
from collections.abc import Iterable

from camplane.camera.v1 import camera_service_pb2 as camera_pb

_MAX_NAMED = 3
# By kind of what the check notes: what it means for so many entries.
_MEANINGS = {
    "ENTRY_REFUSED": "not started: the rules of this camplane refuse them",
    "ENTRY_UNUSABLE": "not usable",
    "ID_DUPLICATE": "there twice: the first counts",
}
# Entries that no request will ever find.
_NO_CAMERA = ("ENTRY_UNUSABLE", "ID_DUPLICATE")


def entry_warnings(notes: Iterable[camera_pb.ConsistencyIssue]) -> list[str]:
    """Return a line for each kind, with the first one's reason."""
    found: dict[str, list[camera_pb.ConsistencyIssue]] = defaultdict(list)
    for note in notes:
        if note.kind in _MEANINGS:
            found[note.kind].append(note)
    return [_line(_MEANINGS[kind], those) for kind, those in found.items()]


def usable(entries: int, notes: Iterable[camera_pb.ConsistencyIssue]) -> int:
    """Return how many of so many entries are cameras."""
    return entries - sum(note.kind in _NO_CAMERA for note in notes)


def _line(meaning: str, notes: list[camera_pb.ConsistencyIssue]) -> str:
    ids = [note.camera_id for note in notes if note.camera_id][:_MAX_NAMED]
    more = f" and {len(notes) - len(ids)} more" if ids and len(notes) > len(ids) else ""
    named = f" ({', '.join(ids)}{more})" if ids else ""
    entries = "1 entry is" if len(notes) == 1 else f"{len(notes)} entries are"
    return f"cameras.yaml: {entries} {meaning}{named}. {notes[0].description}"
