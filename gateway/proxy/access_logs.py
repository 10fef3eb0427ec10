"""What Envoy writes down and counts of every answer, by its access loggers."""

from typing import Any

from gateway.proxy.metrics_routes import OWN_PATHS
from gateway.proxy.request_tag import REFUSAL
from gateway.proxy.targets import FALLBACK, METADATA, PATH
from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE

# One counter for each kind of answer, and one histogram; gateway.control reads them back.
ANSWERS_SCOPE = "camplane"
ANSWERS_COUNTER = "answers"
DURATION_HISTOGRAM = "duration_us"
ANSWER_TAGS = {
    "status": "%RESPONSE_CODE%",
    "grpc_status": "%GRPC_STATUS_NUMBER%",
    "cluster": "%UPSTREAM_CLUSTER%",
    "path": f"%RESP({PATH})%",
    "fallback": f"%RESP({FALLBACK})%",
    "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    "flags": "%RESPONSE_FLAGS%",
    # Its first digit: did the client itself say how long it waits? The whole would be ever new.
    "deadline": "%REQ(grpc-timeout):1%",
    # "-" for what was not transcoded here: native gRPC, the old server, Envoy's own answers.
    "rest_method": "%REQ(x-envoy-original-method)%",
    "route": "%ROUTE_NAME%",
    "refusal": f"%DYNAMIC_METADATA({METADATA}:{REFUSAL})%",
}


def error_log(topology: Topology) -> dict[str, Any]:
    """Return the log of each answer of 400 and above, which the control process reads back."""
    at_least_400 = {"op": "GE", "value": {"default_value": 400, "runtime_key": "unused"}}
    return {
        "name": "envoy.access_loggers.file",
        "filter": {"status_code_filter": {"comparison": at_least_400}},
        "typed_config": {
            "@type": f"{TYPE}.access_loggers.file.v3.FileAccessLog",
            "path": topology.error_log,
            "log_format": {
                "json_format": {
                    "timestamp": "%START_TIME(%Y-%m-%dT%H:%M:%S.%6f)%",
                    "status_code": "%RESPONSE_CODE%",
                    "method": "%REQ(x-envoy-original-method?:METHOD)%",
                    # Without its query, which may hold what no log should.
                    "path": "%PATH(NQ:ORIG_OR_PATH)%",
                    "details": "%RESPONSE_CODE_DETAILS%",
                }
            },
        },
    }


def answer_statistics() -> dict[str, Any]:
    """Return the log that counts answers: by kind, whatever side gave them, traced or not."""
    tags = [{"name": name, "value_format": value} for name, value in ANSWER_TAGS.items()]
    path = {
        "name": ":path",
        "string_match": {"safe_regex": {"regex": OWN_PATHS}},
        # A request that was refused before it had a path is counted, too.
        "treat_missing_header_as_empty": True,
    }
    return {
        "name": "envoy.access_loggers.stats",
        # What looks at the figures is not in them.
        "filter": {"header_filter": {"header": {**path, "invert_match": True}}},
        "typed_config": {
            "@type": f"{TYPE}.access_loggers.stats.v3.Config",
            # Values come from services; a faulty one must not fill Envoy's memory.
            "stats_scope": {"prefix": ANSWERS_SCOPE, "max_counters": 5000},
            "counters": [{"stat": {"name": ANSWERS_COUNTER, "tags": tags}, "value_fixed": 1}],
            # Envoy's own histogram of whole requests counts whole milliseconds.
            "histograms": [
                {
                    "stat": {"name": DURATION_HISTOGRAM},
                    "unit": "Microseconds",
                    "value_format": "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%",
                }
            ],
        },
    }
