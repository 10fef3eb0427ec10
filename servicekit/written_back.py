"""What was read with masks and is written back: a mask that comes back unchanged keeps its secret.

Whoever reads all, changes one value and writes all back means well. A mask that stands for nothing
which is stored there would be stored itself, in the secret's place: it is refused. In a list a mask
stands for what is at its place, so one in a list whose items were left out, added or moved is
refused, too: it would stand for another's secret. Pure.
"""

from collections.abc import Mapping
from typing import Any

from servicekit.masking import HIDDEN

_NOTHING = object()


class MaskRefusedError(Exception):
    """A value holds a mask that stands for nothing; the text says where, and what to do."""

    def __init__(self, place: str, why: str = "is not what was read there") -> None:
        super().__init__(
            f"{place} holds {HIDDEN}, which stands for a secret that is not shown, and {why}: "
            "give the secret itself, or leave out what you do not change"
        )


def refuse_masks(new: Mapping[str, Any]) -> None:
    """Raise MaskRefusedError for what is new and holds a mask."""
    unmasked(new, {})


def unmasked(
    wanted: Mapping[str, Any], stored: Mapping[str, Any], *shown: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is wanted, with what is stored for each mask; MaskRefusedError for others.

    shown: the ways in which what is stored is read, each with its keys in the same order.
    """
    return _mapping("", wanted, (stored, *shown))


def holds_mask(value: Any) -> bool:
    """Does a mask stand anywhere in it?"""
    if isinstance(value, Mapping):
        return any(holds_mask(name) or holds_mask(inner) for name, inner in value.items())
    if isinstance(value, list):
        return any(map(holds_mask, value))
    return isinstance(value, str) and HIDDEN in value


def _unmasked(place: str, wanted: Any, known: tuple[Any, ...]) -> Any:
    """known: what is stored there, and how it is shown; _NOTHING where nothing is."""
    if isinstance(wanted, Mapping):
        return _mapping(f"{place}.", wanted, known)
    if isinstance(wanted, list):
        return _list(place, wanted, known)
    if not holds_mask(wanted) or wanted == known[0]:
        return wanted
    if wanted not in known:
        raise MaskRefusedError(place)
    return known[0]


def _list(place: str, wanted: list[Any], known: tuple[Any, ...]) -> list[Any]:
    if holds_mask(wanted) and wanted != known[0] and _has_others(wanted, known):
        raise MaskRefusedError(place, "of which item is not known: some were left out or moved")
    return [
        _unmasked(f"{place}[{at}]", one, tuple(_item(values, at) for values in known))
        for at, one in enumerate(wanted)
    ]


def _has_others(wanted: list[Any], known: tuple[Any, ...]) -> bool:
    """Is the list of another length than any view of it, or has it a masked item of elsewhere?"""
    views = [values for values in known if isinstance(values, list)]
    if any(len(values) != len(wanted) for values in views):
        return True
    masked = [(at, one) for at, one in enumerate(wanted) if holds_mask(one)]
    return any(
        one in values and one not in (view[at] for view in views)
        for values in views
        for at, one in masked
    )


def _mapping(before: str, wanted: Mapping[str, Any], known: tuple[Any, ...]) -> dict[str, Any]:
    found = {}
    for name, inner in wanted.items():
        stored_name = _stored_name(name, known)
        if stored_name is None:
            raise MaskRefusedError(f"{before}{name}")
        below = tuple(_under(stored_name, values, known[0]) for values in known)
        found[stored_name] = _unmasked(f"{before}{name}", inner, below)
    return found


def _stored_name(name: str, known: tuple[Any, ...]) -> str | None:
    """Return the key that is meant; None for a masked one that is nobody's, or that of several."""
    if not holds_mask(name):
        return name
    stored, *shown = known
    if not isinstance(stored, Mapping) or name in stored:
        return name if isinstance(stored, Mapping) else None
    meant = {of for view in shown for of, seen in _pairs(stored, view) if seen == name}
    return meant.pop() if len(meant) == 1 else None


def _under(name: str, values: Any, stored: Any) -> Any:
    """Return what stands under the stored key in what is stored, or in a view of it."""
    return next((values[seen] for of, seen in _pairs(stored, values) if of == name), _NOTHING)


def _pairs(stored: Any, view: Any) -> list[tuple[Any, Any]]:
    """Return the keys of what is stored with those of a view, which shows as many."""
    if not isinstance(stored, Mapping) or not isinstance(view, Mapping):
        return []
    return list(zip(stored, view, strict=True)) if len(stored) == len(view) else []


def _item(values: Any, at: int) -> Any:
    return values[at] if isinstance(values, list) and at < len(values) else _NOTHING
