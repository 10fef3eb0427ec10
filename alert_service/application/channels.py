"""Which channels a rule names, and whether there are such. Pure."""

from collections.abc import Container
from typing import Any, NamedTuple


class Named(NamedTuple):
    """What a rule's notification_channels say.

    known: names of configured channels, each once. unknown: how many of its entries name none.
    """

    known: tuple[str, ...]
    unknown: int


def named_channels(value: Any, configured: Container[str]) -> Named:
    """Read notification_channels: a list of names, or one name; it may be any JSON."""
    if value is None:
        return Named((), 0)
    entries = value if isinstance(value, list) else [value]
    known = [one for one in entries if isinstance(one, str) and one in configured]
    return Named(tuple(dict.fromkeys(known)), len(entries) - len(known))
