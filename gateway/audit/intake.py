"""Envoy's audit log taken up, line by line, each once, and its file kept small.

A file is known by its first line, wherever it is moved. One that has grown large is
renamed; Envoy writes on into it until it is told to open a new one, and then never
again. So the old one is read to its end once the new one is there, and removed.
"""

import hashlib
from pathlib import Path

from gateway.audit.crowd import without_crowd
from gateway.audit.line import document, entries
from gateway.audit.store import AuditStore, Taken

KEEP_BYTES = 8 << 20
# Some two thousand lines in one transaction.
_AT_ONCE = 1 << 20


def take_up(path: Path, store: AuditStore) -> bool:
    """Take up what is new; True when Envoy must open its log anew. Blocks.

    Raises DatabaseTroubleError, OvertakenError and OSError; what was not taken up by then
    is the next time.
    """
    aside = path.with_name(f"{path.name}.1")
    if aside.exists():
        is_complete = path.exists()
        _take(aside, store, is_complete)
        if not is_complete:
            return True
        aside.unlink()
    if not path.exists():
        return False
    _take(path, store, is_complete=False)
    if path.stat().st_size < KEEP_BYTES:
        return False
    path.rename(aside)
    return True


def _take(path: Path, store: AuditStore, is_complete: bool) -> None:
    """Take up whole lines; of a file that nobody writes to any more, the rest as well."""
    with path.open("rb") as file:
        first = file.readline()
        if not first or not (is_complete or first.endswith(b"\n")):
            return
        name = hashlib.sha256(first).hexdigest()
        before = store.taken()
        offset = before.offset if before is not None and before.file == name else 0
        file.seek(offset)
        while part := _whole_lines(file.read(_AT_ONCE), is_complete):
            after = Taken(name, offset + len(part))
            found = (one for line in part.split(b"\n") if line for one in entries(line))
            store.take([document(one) for one in without_crowd(found)], before, after)
            before, offset = after, after.offset
            file.seek(offset)


def _whole_lines(part: bytes, is_complete: bool) -> bytes:
    """Return the part up to its last line's end; all of it where there is no end to wait for."""
    end = part.rfind(b"\n") + 1
    is_last = is_complete and len(part) < _AT_ONCE
    if is_last or (end == 0 and len(part) == _AT_ONCE):
        return part
    return part[:end]
