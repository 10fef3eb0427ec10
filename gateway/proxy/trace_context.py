"""Which trace a request belongs to by its caller's word: W3C Trace Context, as the tracer reads it.

Envoy's tracer makes no span of a request whose traceparent it cannot read, so that the request
would be in no figure. The specification says what is to be done: begin a new trace, and let go
of the tracestate with it.
"""

from typing import Any

from gateway.proxy.http_filters import overwrite

Mutation = dict[str, Any]

TRACEPARENT, TRACESTATE = "traceparent", "tracestate"
# Where what is believed waits while what came is taken off. No client can send these.
_BELIEVED, _BELIEVED_STATE = "x-camplane-traceparent", "x-camplane-tracestate"
# An expression's pattern is compiled once, but may not be large: so two, and "[0-f]" for a
# hexadecimal digit, which is one range and has some characters too many.
_SHAPE = "^[0-f]{2}-[0-f]{32}-[0-f]{16}-[0-f]{2}(-|$)"
_WRONG = "|".join(
    (
        "^ff",  # a version that never is
        "^00(-[0-f]+){3}-",  # version 00 ends with its flags; a later one may go on
        "^([0-f]+-){1,2}0+-",  # an id of zeros
        "^([0-f]+-){0,3}[0-f]*[:-`]",  # no digits, but in "[0-f]"
    )
)
# Several headers are joined by a comma here, which has not that shape.
_CAME = f"request.headers['{TRACEPARENT}']"
_VALID = f"{_CAME}.matches('{_SHAPE}') && !{_CAME}.matches('{_WRONG}')"
# What a later version adds is not known; the tracer refuses what is longer.
_KNOWN_LENGTH = 55


def restarted() -> list[Mutation]:
    """Return what makes the tracer begin a new trace where it can read none; the order counts.

    A value that there is not, which is what an expression with no header comes to, adds none.
    """
    return [
        overwrite(_BELIEVED, f"%CEL({_VALID} ? {_CAME} : '')%"),
        overwrite(_BELIEVED_STATE, f"%CEL({_VALID} ? request.headers['{TRACESTATE}'] : '')%"),
        {"remove": TRACEPARENT},
        {"remove": TRACESTATE},
        overwrite(TRACEPARENT, f"%REQ({_BELIEVED}):{_KNOWN_LENGTH}%"),
        overwrite(TRACESTATE, f"%REQ({_BELIEVED_STATE})%"),
        {"remove": _BELIEVED},
        {"remove": _BELIEVED_STATE},
    ]
