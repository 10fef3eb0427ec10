"""Cameras and their logs as the caller may read them.

Those of the token, and no secrets for who reads none.

All of it blocks, as the operations do.
"""

from typing import Any

from camera_service.application.entry_masking import harmless, harmless_entry, masked, masked_entry
from camera_service.application.pages import page_of
from camera_service.application.ports import CameraConfiguration
from camera_service.domain.entry import Entry, key_of
from servicekit import readers, scopes
from servicekit.harmless import harmless_text
from servicekit.masking import mask
from servicekit.paging import Key, Page


def one_entry(cameras: CameraConfiguration, camera_id: str) -> Entry:
    """Return a camera's entry."""
    return _as_read(cameras.get_entry(camera_id))


def log_line(text: str) -> str:
    """Return a line of a worker's log, which may be any program's."""
    return mask(text) if readers.reads_secrets() else harmless_text(text)


def checked_entry(entry: Entry) -> Entry:
    """Return an entry as a check or a repair shows it: nobody reads secrets there."""
    return masked_entry(entry) if readers.reads_secrets() else harmless_entry(entry)


def checked_value(path: tuple[str, ...], value: Any, entry: Entry) -> Any:
    """Return likewise the value at `path` of an entry."""
    return (masked if readers.reads_secrets() else harmless)(path, value, entry)


def checked_text(text: str) -> str:
    """Return likewise a text that may repeat a value."""
    return text if readers.reads_secrets() else harmless_text(text)


def all_entries(cameras: CameraConfiguration, active_only: bool) -> list[Entry]:
    """Return the entries in the order of cameras.yaml."""
    return list(map(_as_read, _within(cameras, active_only)))


def page_of_entries(
    cameras: CameraConfiguration, active_only: bool, page: Page
) -> list[tuple[Key, Entry]]:
    """Return a page's entries with their keys, one more if there is."""
    return [(key, _as_read(entry)) for key, entry in page_of(_within(cameras, active_only), page)]


def _within(cameras: CameraConfiguration, active_only: bool) -> list[Entry]:
    return scopes.current().within(cameras.list_entries(active_only), key_of)


def _as_read(entry: Entry) -> Entry:
    return entry if readers.reads_secrets() else harmless_entry(entry)
