"""What a write is of, or a refused read, as the service tells the gateway for its audit log.

Over REST the path names it; of a native call, and of what is made, only the service knows. It is
told in the answer's trailing metadata, where it does no harm: the caller named it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

from google.protobuf import descriptor_pool

# Trailing metadata: such as camera_id=gate%201&rule_id=7.
METADATA = "camplane-named"
# The fields of requests that name something.
FIELDS = ("camera_id", "rule_id", "alert_id", "context")
# No id is longer, and what is no id is not to fill a header.
_LONGEST = 200

# Returns what a request names.
Names = Callable[[Any], dict[str, str]]

_named: ContextVar[dict[str, str] | None] = ContextVar("named", default=None)


def names_of(method: str) -> Names:
    """Return what tells the names in requests of an RPC, such as /camplane.….CameraService/Stop."""
    pool = descriptor_pool.Default()  # type: ignore[no-untyped-call]
    fields = pool.FindMethodByName(method[1:].replace("/", ".")).input_type.fields_by_name
    present = [field for field in FIELDS if field in fields]
    return lambda request: {field: str(getattr(request, field)) for field in present}


def begin(names: dict[str, str]) -> None:
    """Note what the request of the call that begins names."""
    _named.set(names)


def name(field: str, value: str | int) -> None:
    """Note what the call that runs is of, where its request has no field for it."""
    names = _named.get()
    if names is not None:
        names[field] = str(value)


def metadata() -> tuple[tuple[str, str], ...]:
    """Return what the answer of the call that runs tells; nothing where it names nothing."""
    names = {field: value[:_LONGEST] for field, value in (_named.get() or {}).items() if value}
    return ((METADATA, urlencode(names, errors="replace")),) if names else ()
