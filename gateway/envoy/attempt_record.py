"""What Envoy's record says of an attempt that failed."""

from collections.abc import Mapping

from gateway.envoy.targets import IMPLEMENTATION, METADATA

LOG_NAME = "attempts"
# The record itself names no trace: Envoy knows of none when an attempt ends.
TRACE_PARENT = "traceparent"
# Of Unix time, with nanoseconds; when it began is in the record's own field.
ENDED = "ended"
# Envoy's format of each attribute, "-" where it has no value.
ATTRIBUTES: Mapping[str, str] = {
    TRACE_PARENT: "%REQ(traceparent)%",
    "upstream_cluster.name": "%UPSTREAM_CLUSTER%",
    "app.impl": f"%UPSTREAM_METADATA({METADATA}:{IMPLEMENTATION})%",
    "rpc.grpc.status_code": "%RESP(grpc-status)%",
    "response_flags": "%RESPONSE_FLAGS%",
    "camplane.failure": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    ENDED: "%EMIT_TIME(%s.%9f)%",
}
