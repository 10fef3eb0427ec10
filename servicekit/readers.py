"""Does the caller read secrets? If not, what it is told holds none.

The gateway says which roles do, on calls of RPCs that answer with secrets, and which roles the
caller has. A call of which it says neither is of whoever may read all: access is off.
"""

import json
from collections.abc import Iterable
from contextvars import ContextVar

# Metadata: roles, with commas between. The gateway drops it from what clients send.
METADATA = "x-camplane-unmasked"
# Metadata: a JSON list of the roles of the caller's verified token; dropped likewise.
ROLES = "camplane-roles"

Metadata = tuple[tuple[str, str | bytes], ...]
_reads_secrets: ContextVar[bool] = ContextVar("reads_secrets", default=True)


def reads_secrets() -> bool:
    """May the caller of the call that runs read secrets?"""
    return _reads_secrets.get()


def begin(metadata: Iterable[tuple[str, str | bytes]]) -> None:
    """Take what the gateway says of the caller of the call that begins."""
    told = dict(metadata)
    reading = told.get(METADATA)
    may = reading is None or not _roles(told.get(ROLES, "")).isdisjoint(str(reading).split(","))
    _reads_secrets.set(may)


def told_of(metadata: Iterable[tuple[str, str | bytes]]) -> Metadata:
    """Return what the gateway says of the caller, for a call that is made to answer this one."""
    return tuple((name, value) for name, value in metadata if name in (METADATA, ROLES))


def _roles(value: str | bytes) -> frozenset[str]:
    """Return the roles of a header; none where it is no list."""
    try:
        found = json.loads(value)
    except ValueError:
        return frozenset()
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()
