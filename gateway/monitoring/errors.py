"""What monitoring refuses, and what it is answered with."""

import grpc

from gateway.envoy.admin import AdminError
from servicekit.refusals import ErrorTable, Refusal


class ContextDownError(Exception):
    """Neither implementation of a context can serve; the message names them."""


class UnknownFilterError(Exception):
    """A parameter means nothing; the message names it and what it takes."""


class TraceNotKeptError(Exception):
    """The trace is not in the store; the message says which are."""


ERRORS = ErrorTable(
    "camplane.gateway",
    {
        ContextDownError: Refusal(grpc.StatusCode.UNAVAILABLE, "CONTEXT_DOWN"),
        UnknownFilterError: Refusal(grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_FILTER"),
        TraceNotKeptError: Refusal(grpc.StatusCode.NOT_FOUND, "TRACE_NOT_KEPT"),
        AdminError: Refusal(grpc.StatusCode.UNAVAILABLE, "ENVOY_UNREACHABLE"),
    },
)
