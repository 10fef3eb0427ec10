"""What a repair changes, as a unified diff without secrets, as the caller may read it."""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from camera_service.application.reading import checked_entry
from camera_service.consistency.rows import Row, Stored
from camera_service.domain.entry import Entry
from camera_service.shared_state.files import yaml_text
from camera_service.shared_state.files.cameras_yaml import json_entry
from servicekit import readers
from servicekit.masking import mask_url

# More of a file is not shown: a log is moved, not read.
MAX_SHOWN = 16 << 10


@dataclass(frozen=True)
class Change:
    """One file before and after, as text to show; None where there is none."""

    path: str
    before: str | None
    after: str | None


def change(path: str, before: bytes | None, after: bytes | None) -> Change:
    """Return the change of a file; each line of it masked as if it were a source.

    Who reads no secrets is told its size alone: any program may have written it.
    """
    return Change(path, _shown(before), _shown(after))


def change_of_items(path: str, before: Sequence[Any], after: Sequence[Any]) -> Change:
    """Return the change of cameras.yaml's list, without comments, its secrets masked."""
    return Change(path, _items(before), _items(after))


def change_of_rows(before: Stored, after: Stored) -> Change:
    """Return the change of the database's rows, one line a key, their secrets masked."""
    return Change("database", _rows(before), _rows(after, before))


def unified(changes: Sequence[Change]) -> str:
    """Return the diffs of all changes, one behind the other."""
    return "".join(map(_unified, changes))


def _unified(change: Change) -> str:
    names = [
        "/dev/null" if text is None else f"{side}/{change.path}"
        for side, text in (("a", change.before), ("b", change.after))
    ]
    before, after = (
        (text or "").splitlines(keepends=True) for text in (change.before, change.after)
    )
    said = []
    for line in difflib.unified_diff(before, after, names[0], names[1]):
        said.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    if not said and change.before != change.after:  # an empty file comes or goes
        return f"--- {names[0]}\n+++ {names[1]}\n"
    return "".join(said)


def _shown(content: bytes | None) -> str | None:
    if content is None:
        return None
    if not readers.reads_secrets():
        return f"{len(content)} bytes, which are hidden\n"
    text = content[:MAX_SHOWN].decode(errors="replace")
    lines = [mask_url(line) for line in text.splitlines(keepends=True)]
    if len(content) > MAX_SHOWN:
        lines.append(f"\n… {len(content)} bytes in all\n")
    return "".join(lines)


def _items(items: Sequence[Any]) -> str:
    masked = [checked_entry(json_entry(i)) if isinstance(i, dict) else "…" for i in items]
    return yaml_text.dump({yaml_text.LIST_KEY: masked})


def _rows(stored: Stored, before: Stored | None = None) -> str:
    """Return a line a key; where only what is hidden differs from `before`, it says so."""
    entries = {row.position: row.entry or {} for row in before.rows} if before else {}
    head = f"signature {list(stored.signature)}\n"
    return head + "".join(_row(row, entries.get(row.position, {})) for row in stored.rows)


def _row(row: Row, before: Entry) -> str:
    lines = [f"{row.position} {json.dumps(row.camera_id, ensure_ascii=False)}"]
    entry = row.entry or {}
    shown, shown_before = checked_entry(entry), checked_entry(before)
    for key, value in shown.items():
        text = f"  {key}: {json.dumps(value, ensure_ascii=False)}"
        differs = key in before and repr(before[key]) != repr(entry[key])
        hidden = differs and repr(shown_before[key]) == repr(value)
        lines.append(f"{text}  (another one, which is hidden)" if hidden else text)
    if row.entry is None:
        lines.append("  no mapping")
    return "\n".join(lines) + "\n"
