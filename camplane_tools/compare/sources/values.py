"""Values at the edge of a type, and of another type. Pure."""

import random
from typing import Any

_STRINGS: tuple[Any, ...] = (
    *("", "a", "x" * 50, "x" * 129, "x" * 5000, "日本語", "📷", " ", "a b", "a/b", "../../evil"),
    *("a\x00b", "a\nb", "' OR 1=1 --", "%41", "null", "true", "0"),
)
_WHOLE: tuple[Any, ...] = (
    *(0, 1, -1, 100, 1000, 1001, 10000, 10001, 2**31 - 1, 2**31, -(2**31) - 1, 2**63, 10**20),
    *(1.0, 1.5, 1e100),
)
_TRUTH: tuple[Any, ...] = (True, False, "true", "yes", 1, 0)
_ANY: tuple[Any, ...] = (
    *(None, True, 0, -0.0, 1.5, 12345678901234567890, "", "text", [], [1, [2, [3]]], {}),
    *({"threshold": 5, "duration_seconds": 60}, {"z": 1, "a": {"b": [None]}}, [{"x": "日本"}]),
)
OF_TYPE: dict[str, tuple[Any, ...]] = {
    "string": _STRINGS,
    "integer": _WHOLE,
    "number": (*_WHOLE, 0.1, -0.0),
    "boolean": _TRUTH,
    "array": ([], [1], ["cam0"], ["cam0", "vid1"], [None], [[]], ["../../evil"]),
    "any": _ANY,
}
_WRONG: tuple[Any, ...] = (None, True, 5, 1.5, "text", [], {})


def value(chance: random.Random, kind: str) -> Any:
    """Return a value for a field of a type; one in four is of another type."""
    own = OF_TYPE.get(kind, _ANY)
    return chance.choice(_WRONG if chance.random() < 0.25 else own)


def text(chance: random.Random, kind: str, known: tuple[str, ...] = ()) -> str:
    """Return a value as a query or a path holds it; half of them are known ones, if there are."""
    if known and chance.random() < 0.5:
        return chance.choice(known)
    own = chance.choice(OF_TYPE.get(kind, _STRINGS))
    return own if isinstance(own, str) else str(own).lower() if isinstance(own, bool) else str(own)
