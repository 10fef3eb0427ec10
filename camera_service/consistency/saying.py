"""Values of entries in words that give no secret away."""

from typing import Any

from camera_service.entry import Entry, source_of
from camera_service.masking import HIDDEN, is_secret_key, mask_known, mask_source

# Given to the worker as its environment: any name may hold a secret.
_SECRET_KEYS = ("env",)
_LONGEST = 200


def said(path: tuple[str, ...], value: Any, entry: Entry) -> str:
    """Return what stands at `path` of `entry`, as JSON would, its secrets replaced by `***`."""
    text = repr(masked(path, value, entry))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


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
    return mask_known(mask_source(value), source_of(entry))


def masked_entry(entry: Entry) -> Entry:
    """Return a whole entry with its secrets replaced."""
    return {key: masked((key,), value, entry) for key, value in entry.items()}
