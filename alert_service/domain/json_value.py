"""Which JSON a rule may hold."""

import sys
from typing import Any

from alert_service.errors import InvalidArgumentError

# A gRPC client reads at most 100 nested messages, and one JSON object takes
# three of them: a deeper rule would break every typed list it is in.
MAX_DEPTH = 32


def check_json(field: str, value: Any) -> None:
    """Accept any JSON value that both contracts can carry; raises InvalidArgumentError.

    Refused: what is no JSON, NUL characters and lone surrogates (PostgreSQL
    stores neither), numbers beyond a double's range and deeper nesting than
    MAX_DEPTH (protobuf carries neither).
    """
    _check(field, value, 0)


def check_characters(field: str, text: str) -> None:
    """Accept text that every database stores; raises InvalidArgumentError."""
    if "\0" in text:
        raise InvalidArgumentError(f"{field} must not contain NUL characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(f"{field} must not contain lone surrogates") from error


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
