"""Which JSON a rule may hold."""

import json
import sys
from typing import Any

from alert_service.domain.errors import InvalidArgumentError

# A gRPC client reads at most 100 nested messages, and one JSON object takes
# three of them: a deeper rule would break every typed list it is in.
MAX_DEPTH = 32
# Of one value, as JSON. Every list holds all rules, and one message holds every list: some rules of
# a megabyte made it one that nobody could read.
MAX_BYTES = 64 << 10
MAX_KEYS = 1000


def check_json(field: str, value: Any) -> None:
    """Accept any JSON value that both contracts can carry; raises InvalidArgumentError.

    Refused: what is no JSON, NUL characters and lone surrogates (PostgreSQL
    stores neither), numbers beyond a double's range and deeper nesting than
    MAX_DEPTH (protobuf carries neither); more than MAX_BYTES and MAX_KEYS.
    """
    # What is cheap comes first: it bounds what the others have to look at.
    if _more_keys(value, MAX_KEYS) < 0:
        raise InvalidArgumentError(f"{field} must hold at most {MAX_KEYS} keys and items")
    _check(field, value, 0)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if (size := len(text.encode())) > MAX_BYTES:
        raise InvalidArgumentError(
            f"{field} must hold at most {MAX_BYTES} bytes as JSON, not {size}"
        )


def check_characters(field: str, text: str) -> None:
    """Accept text that every database stores; raises InvalidArgumentError."""
    if "\0" in text:
        raise InvalidArgumentError(f"{field} must not contain NUL characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(f"{field} must not contain lone surrogates") from error


def _more_keys(value: Any, most: int) -> int:
    """Return how many more keys and items there may be beside those of the value."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner = [one for one in level if isinstance(one, dict | list)]
        most -= sum(map(len, inner))
        if most < 0 or not inner:
            break
        level = [item for one in inner for item in (one.values() if isinstance(one, dict) else one)]
    return most


def _check(field: str, value: Any, depth: int) -> None:
    if isinstance(value, str):
        check_characters(field, value)
    elif isinstance(value, dict | list):
        if depth == MAX_DEPTH:
            raise InvalidArgumentError(f"{field} must not nest deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise InvalidArgumentError(f"{field} must be JSON: its keys must be text")
                check_characters(field, key)
            value = value.values()
        for item in value:
            _check(field, item, depth + 1)
    elif isinstance(value, int | float):  # and so bool
        # Written so that NaN is refused as well.
        if not abs(value) <= sys.float_info.max:
            raise InvalidArgumentError(f"{field} must hold only numbers that fit a double")
    elif value is not None:
        raise InvalidArgumentError(f"{field} must be JSON, not {type(value).__name__}")
