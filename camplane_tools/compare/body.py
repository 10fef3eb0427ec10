"""What a body holds: JSON with its types, a picture, events, text or bytes. Pure."""

import json
import re
import struct
from dataclasses import dataclass
from typing import Any

from camplane_tools.compare.model import Answer

_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_LOOSE = re.compile(r"[ \t\r\n]")
# JPEG's segments that tell the size: start of frame, but for those of tables.
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True)
class Body:
    """A body as it is compared.

    kind: empty, json, events, image, text, bytes or broken. value: the JSON value;
    a list of events; a picture's format and size; text; the number of bytes; what
    is broken. loose: JSON with blanks between its tokens.
    """

    kind: str
    value: Any = None
    loose: bool = False


class _NotStrictError(ValueError):
    """JSON that readers understand in different ways."""


def read(answer: Answer) -> Body:
    """Return what the answer's body holds; never raises."""
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not answer.body:
        return Body("empty")
    if media_type == "text/event-stream":
        return Body("events", _events(answer.body.decode(errors="replace")))
    if media_type == "application/json" or media_type.endswith("+json"):
        return _json(answer.body)
    if media_type.startswith("image/"):
        return Body("image", _image(answer.body))
    if media_type.startswith("text/"):
        return _text(answer.body)
    return Body("bytes", len(answer.body))


def _json(data: bytes) -> Body:
    try:
        text = data.decode()
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        return Body("broken", f"not UTF-8 at byte {error.start}")
    except RecursionError:
        return Body("broken", "JSON nested too deeply")
    except ValueError as error:
        return Body("broken", f"not JSON: {error}")
    return Body("json", value, bool(_LOOSE.search(_STRING.sub("", text.strip()))))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotStrictError("a key stands twice in an object")
    return found


def _constant(name: str) -> Any:
    raise _NotStrictError(f"{name} is no JSON")


def _text(data: bytes) -> Body:
    try:
        return Body("text", data.decode())
    except UnicodeDecodeError as error:
        return Body("broken", f"not UTF-8 at byte {error.start}")


def _events(text: str) -> list[dict[str, str]]:
    """Return the fields of each event that is whole; comments are left out."""
    found = []
    for block in text.split("\n\n")[:-1]:
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            found.append({name: value for name, _, value in (li.partition(": ") for li in lines)})
    return found


def _image(data: bytes) -> dict[str, Any]:
    """Return format and size: two encoders' bytes differ for the same picture."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return {"format": "png", "width": width, "height": height}
    if data[:2] == b"\xff\xd8":
        return {"format": "jpeg", **_jpeg_size(data), "whole": data.endswith(b"\xff\xd9")}
    return {"format": "unknown", "bytes": len(data)}


def _jpeg_size(data: bytes) -> dict[str, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return {"width": width, "height": height}
        at += 2 + length
    return {"width": 0, "height": 0}
