"""What stands in cameras.yaml and means something else than its writer may think. Pure.

All of it is read the same way by everyone, so nothing contradicts: these are notes.
"""

import datetime
import functools
from collections.abc import Iterator, Sequence
from typing import Any

from camera_service.domain.entry import check_id, is_active, is_auto_start, key_of
from camera_service.domain.errors import InvalidArgumentError
from camera_service.domain.findings import Finding, Kind, Remedy, Side
from camera_service.shared_state.files import yaml_text
from camera_service.shared_state.processes.worker_inputs import NotAllowedError, WorkerInputs

FILE = "cameras.yaml"
_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    datetime.date: "a date",
    datetime.datetime: "a time",
}


def entry_findings(
    items: Sequence[Any], text: str, path: str, inputs: WorkerInputs
) -> Iterator[Finding]:
    """Tell of each item of the file's list.

    text, path: the file's. inputs: what workers may be given.
    """
    lines = _Lines(items, text)
    first: dict[str, int] = {}
    for position, item in enumerate(items):
        camera_id = key_of(item)
        if camera_id is None:
            yield _unusable(path, f"number {position + 1}{lines.line(position)} without an id")
            continue
        if camera_id in first:
            yield _duplicate(items, first[camera_id], position, camera_id, path)
            continue
        first[camera_id] = position
        try:
            check_id(camera_id)
        except InvalidArgumentError as error:
            number = f"number {position + 1}{lines.line(position)}"
            yield _unusable(path, f"{number} with an id that is refused: {error}")
            continue
        yield from _refused(item, camera_id, path, inputs)
        if not isinstance(item["id"], str):
            yield _no_text(item["id"], camera_id, path, lines.written(position))
        yield from _oddities(item, camera_id, path)


class _Lines:
    """Where items stand, looked up when one is asked for: most files need none."""

    def __init__(self, items: Sequence[Any], text: str) -> None:
        self._count, self._text = len(items), text

    @functools.cached_property
    def _places(self) -> list[yaml_text.Place]:
        found = yaml_text.places(self._text)
        return found if len(found) == self._count else []

    def line(self, position: int) -> str:
        return f" (line {self._places[position].line})" if self._places else ""

    def written(self, position: int) -> str:
        """Say how an id is written, and on which line."""
        if not self._places or self._places[position].written_id is None:
            return "it"
        return f"`{self._places[position].written_id}` on line {self._places[position].line}"


def _refused(
    item: dict[Any, Any], camera_id: str, path: str, inputs: WorkerInputs
) -> Iterator[Finding]:
    try:
        inputs.check(item)
    except NotAllowedError as error:
        yield Finding(
            *(Kind.ENTRY_REFUSED, camera_id, error.key, path),
            sides=(Side(FILE, f"what no start hands on: {error}"),),
            cause="written by hand, or by the monolith, which checks none of it",
            repair="take it out by hand, or let the operator allow it",
        )


def _no_text(value: object, camera_id: str, path: str, written: str) -> Finding:
    return Finding(
        *(Kind.ID_NOT_TEXT, camera_id, "id", path),
        sides=(Side(FILE, f"{written}, which YAML reads as {_KINDS.get(type(value), 'no text')}"),),
        cause="YAML reads an id without quotes as what it looks like",
        repair=f"write `id: '{camera_id}'` by hand, or what you mean in quotes; "
        f"the camera answers to {camera_id!r} now",
    )


def _oddities(item: dict[Any, Any], camera_id: str, path: str) -> Iterator[Finding]:
    flags = {flag: item[flag] for flag in ("active", "enabled") if flag in item}
    if len(flags) == 2 and bool(flags["active"]) != bool(flags["enabled"]):
        yield Finding(
            *(Kind.FLAGS_DIFFER, camera_id, "active", path),
            sides=tuple(
                Side(FILE, f"{flag} {'true' if value else 'false'}")
                for flag, value in flags.items()
            ),
            cause="`active` rules where both stand, `enabled` is read where it does not",
            repair="take `enabled` out by hand, or make both the same",
        )
    if is_auto_start(item) and not is_active(item):
        yield Finding(
            *(Kind.AUTO_START_INACTIVE, camera_id, "auto_start", path),
            sides=(Side(FILE, "auto_start true for a camera that is inactive"),),
            cause="an update or an edit made it inactive; deactivating it clears both",
            repair=f"`camplane cameras deactivate {camera_id}`, or `activate` it",
        )


def _duplicate(
    items: Sequence[Any], first: int, position: int, camera_id: str, path: str
) -> Finding:
    same = repr(items[first]) == repr(items[position])
    return Finding(
        *(Kind.ID_DUPLICATE, camera_id, "id", path),
        sides=(Side(FILE, f"it as number {first + 1} and as number {position + 1}"),),
        cause="written twice by hand, or by the monolith, which takes no lock; the first counts",
        repair="take the second out, which is the same word for word"
        if same
        else "the two differ: take one of them out by hand",
        remedy=Remedy.DROP_ENTRY if same else None,
        position=position,
    )


def _unusable(path: str, says: str) -> Finding:
    return Finding(
        Kind.ENTRY_UNUSABLE,
        path=path,
        sides=(Side(FILE, says),),
        cause="written by hand; no request can name it, and it is kept as it is",
        repair="give it an id, or take it out, by hand",
    )
