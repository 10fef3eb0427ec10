"""What Envoy's record says of an attempt that failed."""

from collections.abc import Mapping

from gateway.proxy.request_tag import CODE
from gateway.proxy.targets import IMPLEMENTATION, METADATA

LOG_NAME = "attempts"
# The record itself names no trace: Envoy knows of none when an attempt ends.
TRACE_PARENT = "traceparent"
# Of Unix time, with nanoseconds; when it began is in the record's own field.
ENDED = "ended"
CLUSTER = "upstream_cluster.name"
# Envoy's format of each attribute, "-" where it has no value.
ATTRIBUTES: Mapping[str, str] = {
    TRACE_PARENT: "%REQ(traceparent)%",
    CLUSTER: "%UPSTREAM_CLUSTER%",
    "app.impl": f"%UPSTREAM_METADATA({METADATA}:{IMPLEMENTATION})%",
    CODE: "%RESP(grpc-status)%",
    "response_flags": "%RESPONSE_FLAGS%",
    "camplane.failure": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    ENDED: "%EMIT_TIME(%s.%9f)%",
}
