"""What codes mean: server faults, and which codes of two protocols say the same. Pure."""

from collections.abc import Iterable

from servicekit.faults import SERVER_FAULTS

OK = "OK"
# The client left before the answer: nobody knows what it would have been.
CANCELLED = "CANCELLED"
# A stream that lasts until its client leaves was ended by its server, with a success.
ENDED = "ENDED_BY_SERVER"

# As the transcoder answers them over REST.
_HTTP = {
    "OK": 200,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_PREFIX = "HTTP "
# 502 is none of them: a camera's source that cannot be read is not the service's fault.
_FAULTS = SERVER_FAULTS | {_PREFIX + str(_HTTP[code]) for code in SERVER_FAULTS}


def http(status: int | str) -> str:
    """Return the code of an HTTP answer that has no gRPC status."""
    return f"{_PREFIX}{status}"


def is_fault(code: str) -> bool:
    """Is the code ("INTERNAL", "HTTP 503") the server's fault, not the client's?"""
    return code in _FAULTS


def is_success(code: str) -> bool:
    """Is the code an answer as it was asked for?"""
    status = http_status(code)
    return code == OK or (status is not None and 200 <= status < 400)


def is_missing(code: str) -> bool:
    """Does the code say that what was asked for is not there?"""
    return http_status(code) == _HTTP["NOT_FOUND"]


def http_status(code: str) -> int | None:
    """Return the HTTP status that says the same as the code; None when there is none."""
    if code.startswith(_PREFIX):
        digits = code.removeprefix(_PREFIX)
        return int(digits) if digits.isascii() and digits.isdigit() else None
    return _HTTP.get(code)


def alike(code: str, others: Iterable[str]) -> tuple[str, ...]:
    """Return those of `others` that say the same as `code`.

    Two gRPC statuses are alike only if they are equal. A plain HTTP server knows
    no gRPC status, so "HTTP 404" is like all that become 404 over REST.
    """
    status = http_status(code)
    return tuple(
        other
        for other in others
        if other == code
        or (
            status is not None
            and code.startswith(_PREFIX) != other.startswith(_PREFIX)
            and http_status(other) == status
        )
    )
