"""How large a camera's entry may be.

Every list holds all entries, and one message holds every list: a few entries of a megabyte
made it one that nobody could read, nor delete them by.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from camera_service.domain.errors import InvalidArgumentError


@dataclass(frozen=True)
class EntrySize:
    """The limits of one entry.

    max_bytes: of all of it, as JSON. max_keys: at all depths, items of lists included.
    """

    max_bytes: int = 64 << 10
    max_keys: int = 1000

    def check(self, entry: Mapping[str, Any]) -> None:
        """Raise InvalidArgumentError for an entry that is larger than any camera's."""
        self.check_keys(entry)
        self.check_bytes(entry)

    def check_keys(self, entry: Mapping[str, Any]) -> None:
        """The same for its keys alone, which costs little."""
        self.check_counts(_counts_of(entry))

    def check_counts(self, counts: Iterable[int]) -> None:
        """The same for how many keys there are, depth by depth: no more of them are looked at
        than an entry may have.
        """
        found = 0
        for count in counts:
            found += count
            if found > self.max_keys:
                raise InvalidArgumentError(f"a camera holds at most {self.max_keys} keys")

    def check_bytes(self, entry: Mapping[str, Any]) -> None:
        """The same for its bytes alone."""
        if (size := bytes_of(entry)) > self.max_bytes:
            raise InvalidArgumentError(
                f"a camera holds at most {self.max_bytes} bytes as JSON, not {size}"
            )


def bytes_of(entry: Mapping[str, Any]) -> int:
    """Return how many bytes the entry is as JSON."""
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), default=str)
    return len(text.encode("utf-8", "surrogatepass"))


def _counts_of(entry: Mapping[str, Any]) -> Iterator[int]:
    """Yield how many keys there are at each depth, items of lists included."""
    level: list[Any] = [entry]
    while level:
        yield sum(map(len, level))
        inner = [
            value for one in level for value in (one.values() if isinstance(one, Mapping) else one)
        ]
        level = [value for value in inner if isinstance(value, Mapping | list)]
