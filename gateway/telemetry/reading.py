"""What an OTLP span says, under whatever names it says it. Pure."""

from collections.abc import Mapping
from typing import Any

import grpc

from gateway.proxy.tracing import SERVICE_NAME

GATEWAY = SERVICE_NAME
SERVER, CLIENT = 2, 3
_KINDS = {1: "internal", SERVER: "server", CLIENT: "client"}

KEPT = "camplane.kept"
# Three names for the status are in use.
_STATUS = (
    "rpc.grpc.status_code",
    "rpc.response.status_code",
    "rpc.status_code",
)
_WANTED = frozenset({*_STATUS, KEPT, "app.impl", "response_flags"})
CODES = {str(code.value[0]): code.name for code in grpc.StatusCode}
# What an attempt's flags and status say of why it failed.
_FLAGS = {
    "UF": "connection_refused",
    "UC": "connection_reset",
    "UR": "connection_reset",
    "LR": "connection_reset",
    "UT": "timeout",
}
_STATUSES = {"UNAVAILABLE": "unavailable", "DEADLINE_EXCEEDED": "timeout"}

CUT_BYTES = 256
MAX_ATTRIBUTES = 64


def wanted(span: Any) -> dict[str, str]:
    """Return what is read in spans of attempts and of services, as text."""
    found = {}
    for one in span.attributes:
        key = one.key
        if key in _WANTED:
            found[key] = one.value.string_value or text(one.value)
    return found


def text(value: Any) -> str:
    """Return an OTLP value as text; of a list or a map, its size alone."""
    kind = value.WhichOneof("value")
    if kind in ("array_value", "kvlist_value"):
        return f"({len(getattr(value, kind).values)} values)"
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind == "bytes_value":
        return f"({len(value.bytes_value)} bytes)"
    return str(getattr(value, kind)) if kind else ""


def failure(span: Any) -> str:
    """Return why an attempt failed, as in FallbackFigures.reason; "" when it did not."""
    tags = wanted(span)
    for flag in tags.get("response_flags", "").split(","):
        if flag in _FLAGS:
            return _FLAGS[flag]
    return _STATUSES.get(grpc_code(tags), "")


def grpc_code(tags: Mapping[str, str]) -> str:
    """Return the name of the gRPC status; "" when there is none."""
    for name in _STATUS:
        if value := tags.get(name, "").strip("-"):
            return CODES.get(value, value if value in CODES.values() else "UNKNOWN")
    return ""


def cut(value: str) -> str:
    """Return a text that is not too long to be kept."""
    return value if len(value) <= CUT_BYTES else f"{value[:CUT_BYTES]}…"


def kind_of(span: Any) -> str:
    """Return the span's kind, in the contract's words."""
    return _KINDS.get(span.kind, "internal")


def number(value: str) -> float | None:
    """Return the number that a tag says; None where there is none, or no proxy would write it."""
    if not (value.isascii() and value.isdigit()) or len(value) > 15:
        return None
    return float(value)
