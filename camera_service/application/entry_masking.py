"""Entries without their secrets: as a check shows them to operators, and for who may read none."""

from functools import partial
from typing import Any

from camera_service.domain.entry import Entry, source_of
from servicekit.harmless import harmless_json, harmless_text, harmless_url, hidden
from servicekit.masking import HIDDEN, is_secret_field, is_secret_key, mask, mask_known, mask_url

# Given to the worker as its environment: any name may hold a secret.
_SECRET_KEYS = ("env",)
# What a camera is called, whether it is to run, where it is, and how its pictures are. Any other
# key is one of a client's own, in any language, and may hold a password.
_HARMLESS = frozenset(
    {
        *("name", "active", "enabled", "auto_start", "status"),
        *("created_at", "updated_at"),
        *("description", "location", "zone", "group", "floor", "building", "region_id"),
        *("camera_type", "type", "model", "vendor", "manufacturer", "tags"),
        *("resolution", "fps", "width", "height", "rotation", "codec", "stream_interval"),
        *("device", "imgsz", "profile", "regions_file", "auto_tune"),
    }
)


def masked(path: tuple[str, ...], value: Any, entry: Entry) -> Any:
    """Return `value`, which stands at `path` of `entry`, with every secret in it replaced."""
    if isinstance(value, dict):
        return {
            mask_known(str(key), source_of(entry)): masked((*path, str(key)), inner, entry)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [masked(path, inner, entry) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if any(key in _SECRET_KEYS or is_secret_key(key) for key in path):
        return HIDDEN
    if not isinstance(value, str):
        return value
    return mask_known(mask_url(value), source_of(entry))


def masked_entry(entry: Entry) -> Entry:
    """Return a whole entry with its secrets replaced."""
    return {key: masked((key,), value, entry) for key, value in entry.items()}


def harmless_entry(entry: Entry) -> Entry:
    """Return a whole entry for who may read no secret: what is not known to be harmless is hidden.

    The id stays, which is in every path and log.
    """
    shown: Entry = harmless_json(entry, _HARMLESS, partial(_shown, source_of(entry)))
    if "source" in entry:
        shown["source"] = _harmless_source(entry["source"])
    return shown | ({"id": entry["id"]} if "id" in entry else {})


def harmless(path: tuple[str, ...], value: Any, entry: Entry) -> Any:
    """Return likewise `value`, which stands at `path` of `entry`."""
    if path == ("source",):
        return _harmless_source(value)
    if not _HARMLESS.issuperset(path):
        return hidden(value)
    return harmless_json(value, _HARMLESS, partial(_shown, source_of(entry)))


def typed_entry(entry: Entry) -> Entry:
    """Return an entry as the typed contract has it for everybody: its source masked."""
    source = entry.get("source")
    return {**entry, "source": mask_url(source)} if isinstance(source, str) else dict(entry)


def conceal(field: str, text: str) -> str:
    """Mask the text that stands in a field of a reply: a source as a whole, a password at all."""
    if is_secret_field(field):
        return HIDDEN
    return mask_url(text) if field == "source" else mask(text)


def _harmless_source(source: Any) -> Any:
    if isinstance(source, str):
        return harmless_url(source)
    return source if isinstance(source, int) else hidden(source)


def _shown(source: str, text: str) -> str:
    return mask_known(harmless_text(text), source)
