"""A regular expression for camera ids, however a client may have written them in a URL."""

import re
from functools import lru_cache
from typing import Any

# What may follow a part of an id, by the part's forms; "" for: the id may end here.
_Trie = dict[str, Any]
_END = ""
_PART = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
# As they are they end a path.
_NEVER_RAW = "?#"


@lru_cache(maxsize=8)
def ids_pattern(camera_ids: frozenset[str]) -> str:
    """Return the expression (RE2 and Python) of these ids, and of no other.

    Each character stands for itself or percent-encoded, in digits of either case;
    one that no URL may hold as it is matches where a server lets it pass. Common
    beginnings are written once: Envoy compiles it anew at each change of the split.
    """
    trie: _Trie = {}
    for camera_id in sorted(camera_ids):
        node = trie
        for part in _PART.findall(camera_id):
            node = node.setdefault(_forms(part), {})
        node[_END] = {}
    return _pattern(trie)


def _forms(part: str) -> str:
    if len(part) == 1:
        encoded = _encoded(part)
        return encoded if part in _NEVER_RAW else f"(?:{re.escape(part)}|{encoded})"
    # A percent sign that is no escape is itself; before two digits it would be one.
    first, second = part[1], part[2]
    tail = _forms(second)
    return f"(?:%25{_forms(first)}{tail}|%{_encoded(first)}{tail}|%{first}{_encoded(second)})"


def _encoded(character: str) -> str:
    return "".join(f"%{_digit(byte >> 4)}{_digit(byte & 15)}" for byte in character.encode())


def _digit(value: int) -> str:
    digit = f"{value:X}"
    return digit if digit.isdigit() else f"[{digit}{digit.lower()}]"


def _pattern(trie: _Trie) -> str:
    if not trie:
        return ""
    branches = [forms + _pattern(after) for forms, after in trie.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
