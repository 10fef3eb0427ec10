"""What monitoring refuses, and what it is answered with."""

import grpc

from gateway.envoy.admin import AdminError
from servicekit.refusals import ErrorTable, Refusal


class ContextDownError(Exception):
    """Neither implementation of a context can serve; the message names them."""


ERRORS = ErrorTable(
    "camplane.gateway",
    {
        ContextDownError: Refusal(grpc.StatusCode.UNAVAILABLE, "CONTEXT_DOWN"),
        AdminError: Refusal(grpc.StatusCode.UNAVAILABLE, "ENVOY_UNREACHABLE"),
    },
)
