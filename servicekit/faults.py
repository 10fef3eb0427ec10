"""Which gRPC statuses are the server's fault, not the caller's."""

# https://opentelemetry.io/docs/specs/semconv/rpc/grpc/: a server span is an
# error for these codes only; NOT_FOUND and the like are the caller's.
SERVER_FAULTS = frozenset(
    {
        "UNKNOWN",
        "DEADLINE_EXCEEDED",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
    }
)
