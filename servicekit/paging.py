"""Pages of lists, as AIP-158 has them: what a request asks for, and the token of the next one.

A token holds the key of the last item that was given, not how many were: what is added or removed
meanwhile moves no other. Nothing is kept for it, so either implementation, at any time, takes it.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.message import Message

# What one page has at most. Clients of gRPC take 4 MiB unless they are told otherwise.
MAX_ITEMS, MAX_BYTES = 1000, 3 << 20
_PAGING = ("page_size", "page_token")
_LARGEST = 2**31 - 1

M = TypeVar("M", bound=Message)
# Where an item stands among all that there may ever be: texts, and numbers from 0 to 2^31 - 1.
Key = tuple[str | int, ...]


class PageRefusedError(Exception):
    """There is no such page; the text says what is wrong with the request."""


@dataclass(frozen=True)
class Page:
    """At most `size` items behind the one of this key, from the first on where it is None."""

    size: int
    after: Key | None = None


def asked(request: Any, form: tuple[type[str] | type[int], ...]) -> Page | None:
    """Return the page that a request asks for, None when it asks for none.

    form: of keys of its list. PageRefusedError for a negative size, and for a token that is none
    of this list's, or was given for another request.
    """
    if request.page_size < 0:
        raise PageRefusedError("page_size must not be negative; 0 leaves it to the server")
    if not request.page_size and not request.page_token:
        return None
    after = _read(request, form) if request.page_token else None
    return Page(min(request.page_size or MAX_ITEMS, MAX_ITEMS), after)


def token(request: Message, after: Key | None) -> str:
    """Return the token of the page behind a key; none for None."""
    if after is None:
        return ""
    text = json.dumps([_digest(request), *after], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def cut(found: Iterable[tuple[Key, M]], size: int) -> tuple[list[M], Key | None]:
    """Return the first `size` items, fewer if they are large but one at least.

    And the key of the last one, if there is another behind it.
    """
    items: list[M] = []
    held, last = 0, None
    for key, item in found:
        held += item.ByteSize()
        if items and (len(items) == size or held > MAX_BYTES):
            return items, last
        items.append(item)
        last = key
    return items, None


def _read(request: Any, form: tuple[type, ...]) -> Key:
    try:
        digest, *key = json.loads(base64.urlsafe_b64decode(request.page_token.encode()))
    except (ValueError, TypeError, RecursionError):
        raise _unknown() from None
    if tuple(map(type, key)) != form or any(not _is_part(part) for part in key):
        raise _unknown()
    if digest != _digest(request):
        raise PageRefusedError(
            "page_token was given for another request: send what else it had as it was, "
            "only page_size may be another; or begin anew, without a page_token"
        )
    return tuple(key)


def _unknown() -> PageRefusedError:
    return PageRefusedError(
        "page_token is none that was given: send next_page_token of the answer before as it is"
    )


def _is_part(part: str | int) -> bool:
    return isinstance(part, str) or 0 <= part <= _LARGEST


def _digest(request: Message) -> str:
    """Return what tells a request from others, whichever page of it is asked for."""
    rest = type(request)()
    rest.CopyFrom(request)
    rest.DiscardUnknownFields()
    for field in _PAGING:
        rest.ClearField(field)
    message = rest.SerializeToString(deterministic=True)
    name = request.DESCRIPTOR.full_name.encode()
    return hashlib.sha256(b"%s\0%s" % (name, message)).hexdigest()[:16]
