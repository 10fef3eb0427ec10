"""Pages of the list of cameras, in the order of their ids.

The order of cameras.yaml has no place that stays: who edits it by hand, or removes a camera, moves
the others. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from camera_service.domain.entry import Entry, key_of
from servicekit.paging import Key, Page

# The id, and which of several entries of this id it is: a hand may write one twice.
KEY = (str, int)


def page_of(entries: Iterable[Entry], page: Page) -> list[tuple[Key, Entry]]:
    """Return a page's entries with their keys, one more if there is."""
    ordered = sorted(_keyed(entries), key=lambda keyed: keyed[0])
    behind = [keyed for keyed in ordered if page.after is None or keyed[0] > page.after]
    return behind[: page.size + 1]


def _keyed(entries: Iterable[Entry]) -> Iterator[tuple[Key, Entry]]:
    seen: Counter[str] = Counter()
    for entry in entries:
        camera_id = key_of(entry) or ""
        yield (camera_id, seen[camera_id]), entry
        seen[camera_id] += 1
