"""A camera's entry: the open mapping that cameras.yaml holds and REST clients read and write.

Pure rules, the same for both implementations: what an id may be, what a new
entry must have, what a change may touch, and what absent keys mean.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, Protocol

from camera_service.domain.entry_size import EntrySize, bytes_of
from camera_service.domain.errors import InvalidArgumentError

Entry = dict[str, Any]

REQUIRED = ("id", "name", "source")
MAX_ID_CHARACTERS = 128
# A gRPC client reads at most 100 nested messages, and a JSON object takes three
# of them: one deeper entry would break every typed list it is in.
MAX_DEPTH = 30
# The id becomes part of file names: 255 bytes at most, with prefix and suffix.
MAX_ID_BYTES = 200


class InputRule(Protocol):
    """The operator's rules: what an entry may hand to its camera's process, and how large it is."""

    @property
    def size(self) -> EntrySize: ...

    def check(self, entry: Mapping[str, Any], /) -> None:
        """Raise InvalidArgumentError for what the entry, or a part of one, may not hand over."""
        ...


def key_of(entry: object) -> str | None:
    """Return the id an entry answers to, None when it has none.

    A number in cameras.yaml (`id: 12345`) and its text are the same id.
    """
    if not isinstance(entry, Mapping):
        return None
    value = entry.get("id")
    if value is None or value == "" or isinstance(value, list | dict):
        return None
    return str(value)


def is_active(entry: Mapping[str, Any]) -> bool:
    """May the camera be started?"""
    return bool(entry.get("active", entry.get("enabled", True)))


def is_auto_start(entry: Mapping[str, Any]) -> bool:
    """Is the camera to be started with the service?"""
    return bool(entry.get("auto_start", False))


def source_of(entry: Mapping[str, Any]) -> str:
    """Return where the video comes from; empty when the entry does not say."""
    source = entry.get("source")
    return "" if source is None else str(source).strip()


def check_id(camera_id: str) -> str:
    """Return `camera_id` when it can name a camera; InvalidArgumentError says why not."""
    if not camera_id:
        raise InvalidArgumentError("id must not be empty")
    if camera_id in (".", "..") or any(c in "/\\" for c in camera_id) or not is_plain(camera_id):
        raise InvalidArgumentError(
            "id must not contain '/', '\\' or control characters, nor be '.' or '..'"
        )
    if len(camera_id) > MAX_ID_CHARACTERS or len(camera_id.encode()) > MAX_ID_BYTES:
        raise InvalidArgumentError(
            f"id is too long: at most {MAX_ID_CHARACTERS} characters and {MAX_ID_BYTES} bytes"
        )
    return camera_id


def is_plain(text: str) -> bool:
    """Is `text` free of control characters, line separators and lone surrogates?

    Joiners are allowed: Persian and Indic words, and family emoji, need them.
    """
    return not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text)


def new_entry(body: Mapping[str, Any], inputs: InputRule) -> Entry:
    """Return the entry of a new camera; keys the system does not know are kept."""
    for field in REQUIRED:
        if field not in body:
            raise InvalidArgumentError(f"Missing field: {field}")
    for field in REQUIRED:
        _check_text(field, body[field])
    check_id(body["id"])
    _check_shape(body, inputs.size)
    inputs.check(body)
    return dict(body)


def changes(camera_id: str, body: Mapping[str, Any], inputs: InputRule) -> Entry:
    """Return the keys an update sets. Its `id` may only repeat the camera's own."""
    if "id" in body and (isinstance(body["id"], bool) or key_of(body) != camera_id):
        raise InvalidArgumentError("id must not change")
    for field in ("name", "source"):
        if field in body:
            _check_text(field, body[field])
    _check_shape(body, inputs.size)
    inputs.check(body)
    return {key: value for key, value in body.items() if key != "id"}


def merged(entry: Mapping[str, Any], wanted: Mapping[str, Any], size: EntrySize) -> Entry:
    """Return an entry with some keys set; InvalidArgumentError when it grows beyond its limits.

    One that a hand made larger may be changed as long as it does not grow.
    """
    found = {**entry, **wanted}
    try:
        size.check(found)
    except InvalidArgumentError:
        if bytes_of(found) > bytes_of(entry):
            raise
    return found


def _check_shape(entry: Mapping[str, Any], size: EntrySize) -> None:
    """Raise InvalidArgumentError for an entry that is too large, or whose values nest too deeply.

    What is cheap comes first, so that it bounds what the others have to look at: this runs on
    the event loop, and half a second of it is everybody's.
    """
    size.check_keys(entry)
    _check_depth(entry)
    size.check_bytes(entry)


def check_asked_ids(value: object) -> list[str] | None:
    """Return the ids a batch asks for, None for all.

    Asking is wider than creating: an id that only cameras.yaml could hold
    ("a/b") is answered as not running. One that climbs out of a folder is not.
    """
    if value is None or value == []:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidArgumentError("camera_ids must be a list of strings")
    if len(value) > 10_000:
        raise InvalidArgumentError("camera_ids must hold at most 10000 ids")
    for item in value:
        if not item or not is_plain(item) or ".." in item.split("/") or len(item) > 1000:
            raise InvalidArgumentError(f"camera_ids holds an id that no camera can have: {item!r}")
    return list(dict.fromkeys(value))


def _check_depth(body: Mapping[str, Any]) -> None:
    """Refuse values that nest too deeply; level by level, as recursion has its own limit."""
    for field, value in body.items():
        level = [value]
        for _ in range(MAX_DEPTH + 1):
            nested = [item for item in level if isinstance(item, dict | list)]
            level = [
                inner
                for item in nested
                for inner in (item.values() if isinstance(item, dict) else item)
            ]
        if nested:
            raise InvalidArgumentError(f"{field} must not nest deeper than {MAX_DEPTH} levels")


def _check_text(field: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidArgumentError(f"{field} must be a non-empty string")
