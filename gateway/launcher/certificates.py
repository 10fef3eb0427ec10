"""`access.certificates`: from what stands in the file to what Envoy is told."""

from collections.abc import Mapping
from typing import Any

from gateway.proxy.topology import Certificate
from gateway.vocabulary.roles import ROLES

_KEYS = ("san", "subject", "roles", "cameras")
_DEFAULTS: Mapping[str, list[str]] = {"roles": [], "cameras": ["*"]}


def parse_certificates(value: Any) -> tuple[Certificate, ...]:
    """Return who comes by which certificate; ValueError with what is wrong."""
    if not isinstance(value, list):
        raise ValueError("give a list")
    found = tuple(map(_certificate, value))
    if len({one.name for one in found}) < len(found):
        raise ValueError("each is named once")
    return found


def _certificate(value: Any) -> Certificate:
    # Cryptography takes a while to import.
    from gateway.access.tokens import InvalidTokenRequestError, new_token

    if not isinstance(value, dict) or not value.keys() <= set(_KEYS):
        raise ValueError(f"each is a mapping of {', '.join(_KEYS)}")
    names = [value.get(key, "") for key in ("san", "subject")]
    if not all(isinstance(one, str) for one in names) or bool(names[0]) is bool(names[1]):
        raise ValueError("give san or subject, a text")
    roles, cameras = (_texts(value.get(key, one)) for key, one in _DEFAULTS.items())
    try:
        # It may say what a token may.
        found = new_token(names[0] or names[1], roles, 1, 0, cameras)
    except InvalidTokenRequestError as error:
        raise ValueError(str(error)) from error
    return Certificate(found.roles, found.cameras, *names)


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"give lists of roles ({', '.join(ROLES)}) and of cameras")
    return value
