"""How cases are written down."""

import json
from typing import Any

from camplane_tools.compare.model import OTHER, OWN, Case, Given, Request

JSON = {"content-type": "application/json"}
NOTHING = object()

# The cameras of the fixture whose ids need no, some and full encoding.
IDS = ("cam0", "vid1", "cam_off", "cam_enabled_false", "cam_bare", "cam_domain", "12345")
SPACE, UNICODE = "cam%20space", "%E6%91%84%E5%83%8F%E5%A4%B41"
# What no camera may be called, as it stands in a path.
BAD_IDS = ("..%2f..%2fevil", "a%2Fb", "%00", "a%0ab", "%ff", "%2e%2e", "..", "a%5Cb", "x" * 129)


def ask(
    method: str,
    target: str,
    body: Any = NOTHING,
    raw: str | bytes | None = None,
    via: str = OWN,
    events: int = 0,
    headers: dict[str, str] | None = None,
) -> Request:
    """Return a request; `body` goes as JSON, `raw` as it is."""
    content = b"" if body is NOTHING else json.dumps(body).encode()
    if raw is not None:
        content = raw.encode() if isinstance(raw, str) else raw
    sent = JSON if headers is None else headers
    return Request(method, target, content, sent, via, events)


def other(method: str, target: str, body: Any = NOTHING) -> Request:
    """Return a request that the other implementation answers."""
    return ask(method, target, body, via=OTHER)


def case(name: str, *requests: Request, given: Given = Given()) -> Case:  # noqa: B008 (frozen)
    return Case(name, requests, given)


def shown(value: Any) -> str:
    """Return a value as a case's name shows it, short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:30]}… ({len(text)} letters)"
