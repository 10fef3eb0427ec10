"""JSON text in and out of google.api.HttpBody: strict on the way in, compact on the way out."""

import functools
import json
import re
from typing import Any

import orjson
from google.api import httpbody_pb2

# Shorter integers fit 64 bits.
_LONG_NUMBER = re.compile(rb"[0-9]{19}")


class MalformedJsonError(Exception):
    """The body is not the JSON it should be; the message says what is wrong with it."""


def read_object(body: httpbody_pb2.HttpBody) -> dict[str, Any] | None:
    """Return the body's JSON object; None when there is no body, or it is null.

    Refused, with MalformedJsonError: anything that is no JSON (NaN, infinity
    and lone surrogates included), anything that is no object, a NUL character
    in any string or key, and a content type other than JSON (a form sent by a
    browser needs no preflight, so it must not be taken for JSON).
    """
    media_type = body.content_type.partition(";")[0].strip().lower()
    if body.data and media_type and not _is_json(media_type):
        raise MalformedJsonError(f"Content-Type must be application/json, not {media_type}")
    if not body.data:
        return None
    try:
        value = loads(body.data)
        has_nul = b"\\u0000" in body.data and _holds_nul(value)
    except ValueError as error:
        raise MalformedJsonError(f"the body is not valid JSON: {error}") from error
    except RecursionError as error:
        raise MalformedJsonError("the body is nested too deeply") from error
    if value is None:
        return None
    if not isinstance(value, dict):
        raise MalformedJsonError("the body must be a JSON object")
    if has_nul:
        raise MalformedJsonError("the body must not contain NUL characters")
    return value


def write(value: Any) -> httpbody_pb2.HttpBody:
    """Return `value` as a compact JSON body; non-ASCII letters stand as they are."""
    return httpbody_pb2.HttpBody(content_type="application/json", data=dumps(value))


def loads(text: bytes | str) -> Any:
    """Parse JSON text exactly; raises ValueError when it is none."""
    data = text.encode() if isinstance(text, str) else text
    value = orjson.loads(data)
    if _LONG_NUMBER.search(data):
        # orjson reads an integer beyond 64 bits as a float, json as an integer;
        # orjson has judged the text already, and is the stricter judge.
        return json.loads(data)
    return value


def dumps(value: Any) -> bytes:
    """Return `value` as compact JSON text; times as isoformat() prints them."""
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, which JSON allows and orjson does not
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def embedded(text: str | None) -> orjson.Fragment | None:
    """Return what `write` puts the JSON `text` in place of, compact; null for None.

    Raises ValueError when the text is no JSON.
    """
    if text is None:
        return None
    return _repeated(text) if len(text) <= _SHORT else _compact(text)


def _compact(text: str) -> orjson.Fragment:
    return orjson.Fragment(dumps(loads(text)))


# Short texts are alike from record to record and from request to request.
_SHORT = 256
_repeated = functools.lru_cache(maxsize=1024)(_compact)


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(item) for key, item in value.items())
    if isinstance(value, list):
        return any(_holds_nul(item) for item in value)
    return False
