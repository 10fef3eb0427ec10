"""Database against cameras.yaml, camera by camera and key by key. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from camera_service.consistency.rows import Row, Stored
from camera_service.consistency.saying import said
from camera_service.domain.entry import Entry, key_of
from camera_service.domain.findings import Finding, Kind, Remedy, Side

DATABASE, FILE = "database", "cameras.yaml"
_TAMPERED = (
    "the database holds this very version of cameras.yaml, so something other than camplane "
    "changed its rows, or a copy of an older database was put back"
)
_TAKE_IN = "take cameras.yaml, the source of truth, into the database again"
# Where a key is missing; no value of JSON.
_NOTHING = object()

_Key = tuple[str, int]


def row_findings(stored: Stored, wanted: Stored, why_stale: str) -> Iterator[Finding]:
    """Tell where the rows that are there differ from those the file makes.

    why_stale: why the file was not taken in, where the signatures differ.
    """
    cause = _TAMPERED
    if stored.signature != wanted.signature:
        cause = f"cameras.yaml was changed, and the database has not taken it in: {why_stale}"
        yield _finding(
            *(Kind.MIRROR_STALE, "", "signature", cause),
            *(_signature(stored), _signature(wanted)),
        )
    left, right = _keyed(stored.rows), _keyed(wanted.rows)
    for key, row in right.items():
        if key not in left:
            where = f"it as number {row.position + 1}"
            yield _finding(Kind.ROW_MISSING, key[0], "", cause, "nothing", where)
        else:
            yield from _differences(left[key], row, key[0], cause)
    for key, row in left.items():
        if key not in right:
            where = f"it as number {row.position + 1}"
            yield _finding(Kind.ROW_EXTRA, key[0], "", cause, where, "nothing")
    common = [key for key in left if key in right]
    if common != [key for key in right if key in left]:
        orders = (", ".join(key[0] or "(no id)" for key in side) for side in (left, right))
        yield _finding(Kind.ORDER_DIFFERS, "", "order", cause, *orders)


def leaves(
    left: Any, right: Any, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield (path, left, right) where two values differ, down to what is no mapping.

    By text: 1, 1.0 and true are equal to Python and three values to a client.
    """
    if isinstance(left, dict) and isinstance(right, dict):
        found = False
        for key in dict.fromkeys([*left, *right]):
            for one in leaves(left.get(key, _NOTHING), right.get(key, _NOTHING), (*path, key)):
                found = True
                yield one
        if not found and repr(left) != repr(right):
            yield path, left, right  # keys in another order
    elif repr(left) != repr(right):
        yield path, left, right


def _differences(row: Row, wanted: Row, camera_id: str, cause: str) -> Iterator[Finding]:
    if row.camera_id != wanted.camera_id:
        ids = (repr(row.camera_id), repr(wanted.camera_id))
        yield _finding(Kind.FIELD_DIFFERS, camera_id, "id (column)", cause, *ids)
    before, after = row.entry, wanted.entry
    if before is None or after is None:
        if before is not after:
            kinds = ("no mapping" if side is None else "a mapping" for side in (before, after))
            yield _finding(Kind.FIELD_DIFFERS, camera_id, "", cause, *kinds)
        return
    for path, one, other in leaves(before, after):
        says = _says(path, one, before), _says(path, other, after)
        if says[0] == says[1]:
            difference = "in what is hidden"
            if isinstance(one, dict):
                difference = "in the order of its keys"
            says = says[0], f"the same, but {difference}"
        yield _finding(Kind.FIELD_DIFFERS, camera_id, ".".join(path), cause, *says)


def _says(path: tuple[str, ...], value: Any, entry: Entry) -> str:
    return "nothing" if value is _NOTHING else said(path, value, entry)


def _keyed(rows: Sequence[Row]) -> dict[_Key, Row]:
    """Return rows by id and number: the file may name one twice, and have items without one."""
    seen: Counter[str] = Counter()
    keyed = {}
    for row in rows:
        camera_id = (key_of(row.entry) if row.entry is not None else row.camera_id) or ""
        keyed[camera_id, seen[camera_id]] = row
        seen[camera_id] += 1
    return keyed


def _signature(stored: Stored) -> str:
    if not any(stored.signature):
        return "taken nothing in yet"
    inode, mtime_ns, size = stored.signature
    return f"inode {inode}, {size} bytes, changed at {mtime_ns / 1e9:.6f}"


def _finding(
    kind: Kind, camera_id: str, field: str, cause: str, database: str, file: str
) -> Finding:
    return Finding(
        kind,
        camera_id,
        field,
        sides=(Side(DATABASE, database), Side(FILE, file)),
        cause=cause,
        repair=_TAKE_IN,
        remedy=Remedy.TAKE_IN,
    )
