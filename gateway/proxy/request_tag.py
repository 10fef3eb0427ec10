"""What figures are made of, in one tag of the gateway's span of a request.

A tag for each field would cost Envoy more, and whoever reads them several times as much.
"""

from collections.abc import Mapping

from gateway.proxy.targets import IMPLEMENTATION, METADATA
from servicekit import naming

TAG = "camplane.request"
# A tag of its own, that is there for requests with a token of camplane's alone: which one it was.
# Which camera a native gRPC client says that a call is about.
CAMERA_ID = "camplane.camera_id"
TOKEN = "camplane.token"  # noqa: S105 (the tag's name)
# Where the gRPC status of an answer is kept; the answer itself loses it when it becomes JSON.
REFUSAL = "grpc_status"
# Where it is kept what an error is of, as the service tells it (servicekit.naming).
NAMED = "named"
# Where it is kept that a request is of one of camplane's own tools.
OF_TOOL = "tool"
_SEPARATOR = "|"
# How a span that is kept tells of it: as the attributes that it would have been.
BEFORE_US, ATTEMPT_US = "camplane.before_us", "camplane.attempt_us"
ATTEMPTS, CODE = "camplane.attempts", "rpc.grpc.status_code"
_ATTRIBUTES = {
    "before_us": BEFORE_US,
    "attempt_us": ATTEMPT_US,
    "attempts": ATTEMPTS,
    "route": "camplane.route",
    "refusal": CODE,
    "details": "camplane.details",
}

# Envoy's format of each field, "-" where it has no value. Those that differ from request
# to request come first. The last may hold the separator.
FIELDS: Mapping[str, str] = {
    # From the request's first byte to the last attempt, and that attempt.
    "before_us": "%COMMON_DURATION(DS_RX_BEG:US_TX_BEG:us)%",
    "attempt_us": "%COMMON_DURATION(US_TX_BEG:US_RX_END:us)%",
    # Until the request was there to its last byte; there is none if its client broke it off.
    "received_us": "%COMMON_DURATION(DS_RX_BEG:DS_RX_END:us)%",
    # How long a gRPC client says that it waits.
    "timeout": "%REQ(grpc-timeout)%",
    # What a write that was done is of, as the service tells it (servicekit.naming).
    "named": f"%TRAILER({naming.METADATA})%",
    "route": "%ROUTE_NAME%",
    "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    "cluster": "%UPSTREAM_CLUSTER%",
    # Of the host that was asked last: right on every attempt.
    "implementation": f"%UPSTREAM_METADATA({METADATA}:{IMPLEMENTATION})%",
    "status": "%RESPONSE_CODE%",
    # Over REST, an error's; the other one is of every gRPC answer, and made up over REST.
    "refusal": f"%DYNAMIC_METADATA({METADATA}:{REFUSAL})%",
    "grpc_status": "%GRPC_STATUS_NUMBER%",
    "flags": "%RESPONSE_FLAGS%",
    "tool": f"%DYNAMIC_METADATA({METADATA}:{OF_TOOL})%",
    "details": "%RESPONSE_CODE_DETAILS%",
}
# How often a text is cut to take out what differs in each request.
_OWN = 5


def tag_format() -> str:
    """Return the tag's value, for Envoy to fill in."""
    return joined(FIELDS)


def joined(values: Mapping[str, str]) -> str:
    """Return the tag's text from the value of each field."""
    return _SEPARATOR.join(values[name] for name in FIELDS)


def attributes(text: str) -> dict[str, str]:
    """Return what the tag says that Envoy's own tags do not; nothing when it is none of ours."""
    try:
        *own, rest = own_and_rest(text)
        fields = dict(zip(FIELDS, own, strict=False)) | rest_fields(rest)
    except ValueError:
        return {}
    return {name: fields[field] for field, name in _ATTRIBUTES.items() if fields[field]}


def own_and_rest(text: str) -> tuple[str, str, str, str, str, str]:
    """Return the first five fields and the rest; ValueError if there is no such."""
    before_us, attempt_us, received_us, timeout, named, rest = text.split(_SEPARATOR, _OWN)
    return before_us, attempt_us, received_us, timeout, named, rest


def rest_fields(rest: str) -> dict[str, str]:
    """Return the other fields by name, "" for "-"; ValueError when they are not all there."""
    names = list(FIELDS)[_OWN:]
    values = rest.split(_SEPARATOR, len(names) - 1)
    return {name: "" if value == "-" else value for name, value in zip(names, values, strict=True)}
