"""What an OTLP span says, under whatever names it says it. Pure."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import grpc

from gateway.comparison.codes import is_fault
from gateway.comparison.figures import DOMAIN, LEGACY
from gateway.envoy.actions import DRAWN
from gateway.envoy.targets import CONTROL, OLD_HTTP
from gateway.rollout.split import CONTEXTS

GATEWAY = "camplane-gateway"
SERVER, CLIENT = 2, 3
_KINDS = {1: "internal", SERVER: "server", CLIENT: "client"}

ROUTE = "camplane.route"
KEPT = "camplane.kept"
# Four names for the status are in use.
_STATUS = (
    "grpc.status_code",
    "rpc.grpc.status_code",
    "rpc.response.status_code",
    "rpc.status_code",
)
_WANTED = frozenset(
    {
        *_STATUS,
        ROUTE,
        KEPT,
        "app.impl",
        "camplane.attempt_us",
        "camplane.attempts",
        "camplane.before_us",
        "camplane.details",
        "http.status_code",
        "response_flags",
        "upstream_cluster.name",
    }
)
_STATUS_FORM = re.compile(r"[1-5][0-9]{2}")
# Others are no names of ours: a key for each would be ever more keys.
_CLUSTER_FORM = re.compile(rf"({'|'.join(CONTEXTS)})_({DOMAIN}|{LEGACY})|{OLD_HTTP}|{CONTROL}")
_CODES = {str(code.value[0]): code.name for code in grpc.StatusCode}
# The client went away: nobody's fault.
_CLIENT_LEFT = ("DC", "DR")
_OWN_ANSWER = "via_upstream"
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
MOST_ATTRIBUTES = 64


class Request(NamedTuple):
    """One request, as the gateway's own span tells it; fields as in RequestKey.

    attempts: how often a service was asked; before_us: from the request's first
    byte to the last attempt; attempt_us: that attempt; None where there was none.
    client_left: it never got its answer.
    """

    trace_id: bytes
    span_id: bytes
    start_ns: int
    end_ns: int
    context: str
    rpc: str
    cluster: str
    assigned: str
    answered: str
    code: str
    fault: bool
    drawn: bool
    attempts: int
    before_us: float | None
    attempt_us: float | None
    client_left: bool

    @property
    def is_fallback(self) -> bool:
        """Did legacy answer what domain was asked first?"""
        return self.assigned == DOMAIN and self.answered == LEGACY


def wanted(span: Any) -> dict[str, str]:
    """Return the attributes that figures are made of, as text."""
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


def request(span: Any, tags: Mapping[str, str], contexts: Mapping[str, str]) -> Request | None:
    """Read the gateway's span of a request; None when it names an RPC that nobody knows.

    contexts: the context of each RPC, by label.
    """
    label, _, choice = tags.get(ROUTE, "").partition(" ")
    cluster = tags.get("upstream_cluster.name", "").strip("-")
    context = contexts.get(label)
    if context is None:
        if cluster and "/" in label:
            return None
        # No operation: 404, 405, a preflight, a page.
        label, context, choice = "", "gateway", ""
    left = not set(_CLIENT_LEFT).isdisjoint(tags.get("response_flags", "").split(","))
    asked = tags.get("app.impl", "")
    by_service = tags.get("camplane.details") == _OWN_ANSWER
    code = "CANCELLED" if left else _code(tags, by_service)
    return Request(
        trace_id=span.trace_id,
        span_id=span.span_id,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        context=context,
        rpc=label,
        cluster=cluster if label and _CLUSTER_FORM.fullmatch(cluster) else "",
        assigned=_assigned(cluster) if label else "",
        answered=asked if by_service and asked in (LEGACY, DOMAIN) else "",
        code=code,
        fault=is_fault(code),
        drawn=choice == DRAWN,
        attempts=int(_number(tags.get("camplane.attempts")) or 0),
        before_us=_number(tags.get("camplane.before_us")),
        attempt_us=_number(tags.get("camplane.attempt_us")),
        client_left=left,
    )


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
            return _CODES.get(value, value if value in _CODES.values() else "UNKNOWN")
    return ""


def cut(value: str) -> str:
    """Return a text that is not too long to be kept."""
    return value if len(value) <= CUT_BYTES else f"{value[:CUT_BYTES]}…"


def kind_of(span: Any) -> str:
    """Return the span's kind, in the contract's words."""
    return _KINDS.get(span.kind, "internal")


def _code(tags: Mapping[str, str], by_service: bool) -> str:
    code = grpc_code(tags)
    status = tags.get("http.status_code", "")
    # A gRPC answer of the gateway's own may say OK where there was none.
    if code and (by_service or code != "OK"):
        return code
    if status.startswith(("2", "3")) and by_service:
        return "OK"
    return f"HTTP {status}" if _STATUS_FORM.fullmatch(status) else "HTTP 0"


def _assigned(cluster: str) -> str:
    if cluster.endswith("_domain"):
        return DOMAIN
    return LEGACY if cluster == "old_http" or cluster.endswith("_legacy") else ""


def _number(value: str | None) -> float | None:
    """Return a tag's number; None for "-" and for what no proxy would write."""
    if value is None or not (value.isascii() and value.isdigit()) or len(value) > 15:
        return None
    return float(value)
