"""Recorded requests as cases: HAR 1.2, or JSON lines as docs/compare.md describes them.

Secrets are taken out while a file is read, and counted: nothing that follows
has ever seen them. What cannot be used is skipped and said, line by line.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from camplane_tools.compare.model import Case, Request
from camplane_tools.compare.secrets import hidden_body, hidden_headers, hidden_text

MAX_BYTES = 256 * 1024 * 1024
# Headers that change what a server does with a request; others came from a
# browser, a proxy or a connection that is gone.
_KEPT = ("content-type", "accept", "accept-language", "last-event-id", "if-none-match")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RecordingError(ValueError):
    """The file is no recording; the text says why."""


class _UnusableError(ValueError):
    """One entry cannot be asked again; the text says why."""


@dataclass
class Recording:
    """What a file holds. problems: entries left out, and why. secrets: requests that held some."""

    cases: list[Case] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    secrets: int = 0


def read(path: Path) -> Recording:
    """Return the requests of a file; RecordingError when it cannot be read as one."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RecordingError(f"{path} is larger than {MAX_BYTES // 2**20} MiB; split it")
        text = path.read_text("utf-8")
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is no UTF-8 text (byte {error.start})") from error
    recording = Recording()
    for place, entry in _entries(path, text, recording):
        try:
            request = _request(entry)
        except _UnusableError as error:
            recording.problems.append(f"{path.name}, {place}: {error}")
            continue
        clean = without_secrets(request)
        recording.secrets += clean != request
        # Many ask the same; their place tells them apart.
        recording.cases.append(Case(f"{path.name}, {place}: {clean.label}", (clean,)))
    return recording


def without_secrets(request: Request) -> Request:
    """Return the request without what nobody may read."""
    return Request(
        request.method,
        hidden_text(request.target),
        hidden_body(request.body),
        hidden_headers(request.headers),
    )


def line_of(request: Request) -> str:
    """Return a request as a line of a recording."""
    entry: dict[str, Any] = {"method": request.method, "path": request.target}
    if request.headers:
        entry["headers"] = dict(request.headers)
    if request.body:
        try:
            entry["text"] = request.body.decode()
        except UnicodeDecodeError:
            entry["base64"] = base64.b64encode(request.body).decode()
    return json.dumps(entry, ensure_ascii=False)


def _entries(
    path: Path, text: str, recording: Recording
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if (document := _har(text)) is not None:
        yield from ((f"entry {n}", entry) for n, entry in enumerate(document, 1))
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            recording.problems.append(f"{path.name}, line {number}: not JSON")
            continue
        yield f"line {number}", entry
    if text.strip() and len(recording.problems) == len([li for li in text.splitlines() if li]):
        raise RecordingError(f"{path} is neither HAR nor JSON lines")


def _har(text: str) -> list[Any] | None:
    """Return the entries of a HAR file; None when the text is none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text)
        return [_from_har(entry) for entry in document["log"]["entries"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _from_har(entry: Any) -> Any:
    """Return a HAR entry as a line of JSON would have it; what is wrong with it stays wrong."""
    try:
        request = entry["request"]
        parts = urlsplit(request["url"])
        data = request.get("postData") or {}
        body = {"base64" if data.get("encoding") == "base64" else "text": data.get("text", "")}
        return {
            "method": request["method"],
            "path": parts.path + (f"?{parts.query}" if parts.query else ""),
            "headers": {one["name"]: one["value"] for one in request.get("headers", ())},
            **(body if data else {}),
        }
    except (KeyError, TypeError, AttributeError, ValueError):
        return None


def _request(entry: Any) -> Request:
    if not isinstance(entry, dict):
        raise _UnusableError("no request")
    method, target = entry.get("method"), entry.get("path")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise _UnusableError("method is none that can be asked")
    if not isinstance(target, str) or not target.startswith("/") or not target.isascii():
        raise _UnusableError("path must begin with / and be percent-encoded")
    if any(letter <= " " or letter == "\x7f" for letter in target):
        raise _UnusableError("path must hold no blanks")
    headers = entry.get("headers", {})
    if not isinstance(headers, dict):
        raise _UnusableError("headers must be an object")
    kept = {
        name.lower(): value
        for name, value in headers.items()
        if isinstance(value, str) and value.isascii() and name.lower() in _KEPT
    }
    return Request(method.upper(), target, _body(entry, kept), kept)


def _body(entry: Mapping[str, Any], headers: dict[str, str]) -> bytes:
    if "text" in entry and isinstance(entry["text"], str):
        return entry["text"].encode("utf-8", "surrogatepass")
    if "base64" in entry:
        try:
            return base64.b64decode(entry["base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise _UnusableError("base64 is malformed") from None
    if "body" in entry:
        headers.setdefault("content-type", "application/json")
        return json.dumps(entry["body"]).encode()
    return b""
