"""An update's keys, of which some may come back as a client read them: masked."""

from collections.abc import Mapping
from typing import Any

from camera_service.application.entry_masking import harmless_entry, typed_entry
from camera_service.domain.entry import Entry
from servicekit.written_back import holds_mask, unmasked


def to_set(entry: Entry, wanted: Mapping[str, Any]) -> Entry:
    """Return what an update sets of an entry: all that is wanted, and for a mask what is stored.

    Raises: MaskRefusedError for a mask that this entry is not read with.
    """
    if not holds_mask(wanted):
        return dict(wanted)
    harmless = harmless_entry(entry)
    return unmasked(wanted, entry, harmless, typed_entry(entry), typed_entry(harmless))
