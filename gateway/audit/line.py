"""What a line of Envoy's audit log says, as the audit log keeps it. Pure."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from gateway.proxy.revocation import POLICY
from gateway.vocabulary.route_table import PARAMETER, bindings, path_regex, rpcs
from servicekit.naming import FIELDS

# What became of a call, and of a line that is none.
DONE, FAILED, REFUSED, TORN = "done", "failed", "refused", "torn"

NO_IDENTITY = "no token"
REVOKED = "the token was revoked"
CROSS_SITE = "a page of another origin"
UNKNOWN_HOST = "a name that is none of the gateway's"
BY_SERVICE = "refused by the service"

_DENIED = "rbac_access_denied"
_CSRF = "csrf_origin_mismatch"
_MISDIRECTED = "misdirected"
_OF_UPSTREAM = "via_upstream"
_REFUSING_CODES = (7, 16)
# Envoy's words for a provider whose token it is not.
_NOT_ITS = ("", "Jwt is missing", "Jwt issuer is not configured")
# How a line begins, and nothing within one: quotes are escaped there.
_BEGIN = b'{"at":'
_OF_TORN = 4096

Fields = Mapping[str, Any]


def entries(line: bytes) -> Iterator[Fields]:
    """Yield the entries of a line: one, or of a line that another one broke into, both."""
    begin = line.rfind(_BEGIN)
    if begin > 0:
        yield _torn(line[:begin])
    yield _read(line[max(begin, 0) :])


def document(fields: Fields) -> str:
    """Return an entry as the log keeps and hashes it: JSON with its keys in order."""
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode()


def _torn(part: bytes) -> Fields:
    return {"outcome": TORN, "line": part[:_OF_TORN].decode("utf-8", "backslashreplace")}


def _read(line: bytes) -> Fields:
    try:
        return _entry(orjson.loads(line))
    # Envoy ended, or the disk was full, within it.
    except (ValueError, TypeError, LookupError, AttributeError):
        return _torn(line)


def _entry(told: Mapping[str, Any]) -> Fields:
    path, rpc = _text(told["path"]), _rpc(told)
    code = _code(told, path)
    outcome = _outcome(told, code)
    peer = _text(told["peer"])
    return {
        "at": _text(told["at"]),
        "subject": _text(told["subject"]),
        "token_id": _text(told["token_id"]),
        "address": _text(told["forwarded_for"]).rpartition(",")[2].strip() or peer,
        "peer": peer,
        "rpc": rpc,
        "method": _text(told["method"]),
        "path": path,
        **(_named(rpc, path) or _told(told.get("named"))),
        "status": int(told["status"] or 0),
        "grpc_status": code,
        "side": _text(told["side"]),
        "trace_id": _text(told["trace_id"]),
        "outcome": outcome,
        "reason": _reason(told, outcome),
    }


def _text(value: Any) -> str:
    return "" if value in (None, "-") else str(value)


def _rpc(told: Mapping[str, Any]) -> str:
    """Return the RPC, such as CameraService/StartCamera; "" for what is none."""
    route = _text(told["route"]).partition(" ")[0]
    return _text(told["write"]) or (route if "/" in route else "")


def _code(told: Mapping[str, Any], path: str) -> int | None:
    """Return the gRPC status: of a native call, and over REST that of a service's error."""
    said = _text(told["refusal"]) or (_text(told["grpc_status"]) if path in _native() else "")
    return int(said) if said.isdigit() else None


def _outcome(told: Mapping[str, Any], code: int | None) -> str:
    details = _text(told["details"])
    at_the_door = details.startswith(_DENIED) or details == _CSRF
    if at_the_door or code in _REFUSING_CODES or told["route"] == _MISDIRECTED:
        return REFUSED
    return FAILED if code or not 0 < int(told["status"] or 0) < 400 else DONE


def _reason(told: Mapping[str, Any], outcome: str) -> str:
    """Return why it was refused, or in Envoy's words how it failed."""
    details = _text(told["details"])
    if details.startswith(_DENIED):
        return _denied(told, details)
    if outcome == REFUSED:
        of_route = UNKNOWN_HOST if told["route"] == _MISDIRECTED else BY_SERVICE
        return CROSS_SITE if details == _CSRF else of_route
    return "" if details == _OF_UPSTREAM else details


def _denied(told: Mapping[str, Any], details: str) -> str:
    if f"[{POLICY}]" in details:
        return REVOKED
    if subject := _text(told["subject"]):
        return f"needs the role {_text(told['needs'])}, {subject} has {_text(told['roles'])}"
    troubles = [_text(one) for one in told["token_trouble"].values()]
    wrong = [one for one in troubles if one not in _NOT_ITS]
    return f"the token is not valid: {wrong[0]}" if wrong else NO_IDENTITY


def _named(rpc: str, path: str) -> Fields:
    """Return what the path names: camera_id, rule_id or context; over gRPC, the path has none."""
    for template, regex in _templates().get(rpc, ()):
        if found := re.fullmatch(rf"{regex}/*", path):
            return dict(zip(PARAMETER.findall(template), map(unquote, found.groups()), strict=True))
    return {}


def _told(values: Any) -> Fields:
    """Return what the service says that a call is of."""
    return {
        field: value
        for one in values or ()
        for field, value in parse_qsl(_text(one), errors="replace")
        if field in FIELDS
    }


@cache
def _templates() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return the path templates of each RPC, with expressions that tell the parameters."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for one in bindings():
        regex = path_regex(one.template).replace("[^/]+", "([^/]+)")
        found[one.rpc.label] = (*found.get(one.rpc.label, ()), (one.template, regex))
    return found


@cache
def _native() -> frozenset[str]:
    return frozenset(rpc.path for rpc in rpcs())
