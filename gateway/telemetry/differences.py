"""In which fields two replies differ. Pure."""

from typing import Any

MAX_FIELDS = 20
MAX_LENGTH = 100
# What differs though everything that may be told is alike, such as a password.
CONCEALED = "(concealed)"
# One was short enough to be told whole, the other was not.
SIZE = "(size)"


def differing_fields(one: Any, other: Any) -> tuple[str, ...]:
    """Return the paths at which two JSON values differ, such as cameras[].source, in order.

    At most MAX_FIELDS. An item of a list is compared with the one at its place;
    numbers of another type differ, as they do to a client with types.
    """
    found: dict[str, None] = {}
    _collect("", one, other, found)
    return tuple(found)


def _collect(path: str, one: Any, other: Any, found: dict[str, None]) -> None:
    if len(found) >= MAX_FIELDS:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            below = f"{path}.{name}" if path else name
            if name in one and name in other:
                _collect(below, one[name], other[name], found)
            elif len(found) < MAX_FIELDS:
                found[_cut(below)] = None
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            found[_cut(f"{path} (length)")] = None
        for a, b in zip(one, other, strict=False):
            _collect(f"{path}[]", a, b, found)
    elif type(one) is not type(other) or one != other:
        found[_cut(path or "(all)")] = None


def _cut(path: str) -> str:
    return path if len(path) <= MAX_LENGTH else f"{path[:MAX_LENGTH]}…"
