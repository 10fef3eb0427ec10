"""The one listener: REST and native gRPC, limits, filters, traces, counters."""

from pathlib import Path
from typing import Any

from gateway.envoy import request_tag
from gateway.envoy.local_replies import local_replies
from gateway.envoy.metrics_routes import OWN_PATHS
from gateway.envoy.route_table import rpcs
from gateway.envoy.targets import FALLBACK, METADATA, PATH
from gateway.envoy.topology import Topology
from gateway.envoy.tracing import failed_attempts_log, tracing
from gateway.envoy.type_urls import TYPE

DESCRIPTORS = Path(__file__).parents[2] / "gen" / "descriptors.binpb"
LUA_SOURCE = Path(__file__).with_name("rest.lua")

# What the copies of requests are asked for by, by `camplane record`.
TAP = "requests"

# One counter for each kind of answer, and one histogram; gateway.monitoring reads them back.
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
    # "-" for what was not transcoded: native gRPC, the old server, Envoy's own answers.
    "rest_method": "%REQ(x-envoy-original-method)%",
}


def listener(topology: Topology, routes: Path) -> dict[str, Any]:
    """Return the listener; `routes` is the file that names where requests go."""
    return {
        "name": "gateway",
        "address": {
            "socket_address": {"address": topology.host, "port_value": topology.port},
        },
        "per_connection_buffer_limit_bytes": topology.limits.request_bytes,
        "filter_chains": [
            {
                "filters": [
                    {
                        "name": "envoy.filters.network.http_connection_manager",
                        "typed_config": _connection_manager(topology, routes),
                    }
                ]
            }
        ],
    }


def _connection_manager(topology: Topology, routes: Path) -> dict[str, Any]:
    limits = topology.limits
    manager = {
        "@type": f"{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "gateway",
        "codec_type": "AUTO",
        "rds": {
            "route_config_name": "gateway",
            "config_source": watched(routes),
        },
        "early_header_mutation_extensions": [_untrusted_headers()],
        "use_remote_address": True,
        # Paths stay as they came: an id of ".." is refused by the services,
        # and no path turns into another one.
        "normalize_path": False,
        "merge_slashes": False,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "max_request_headers_kb": limits.header_kib,
        "request_headers_timeout": "10s",
        "request_timeout": "30s",
        "stream_idle_timeout": "60s",
        "common_http_protocol_options": {"idle_timeout": "300s"},
        "http2_protocol_options": {"max_concurrent_streams": 100},
        "local_reply_config": local_replies(limits.request_bytes, limits.header_kib),
        "access_log": [_error_log(topology), _statistics()],
        "http_filters": _http_filters(topology),
    }
    if topology.otlp_endpoint is not None:
        manager["tracing"] = tracing()
    return manager


def _http_filters(topology: Topology) -> list[dict[str, Any]]:
    services = sorted({rpc.service for rpc in rpcs()})
    is_traced = topology.otlp_endpoint is not None
    return [
        # Does nothing until `camplane record` asks for copies over the admin socket.
        _filter(
            "tap",
            f"{TYPE}.filters.http.tap.v3.Tap",
            common_config={"admin_config": {"config_id": TAP}},
        ),
        _filter("cors", f"{TYPE}.filters.http.cors.v3.Cors"),
        {
            **_filter(
                "lua",
                f"{TYPE}.filters.http.lua.v3.Lua",
                default_source_code={"inline_string": LUA_SOURCE.read_text("utf-8")},
                # A new choice of route would draw the weights a second time.
                clear_route_cache=False,
            ),
            "disabled": True,
        },
        {
            **_filter(
                "grpc_json_transcoder",
                f"{TYPE}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
                proto_descriptor=str(DESCRIPTORS),
                services=services,
                match_incoming_request_route=True,
                ignore_unknown_query_parameters=True,
                query_param_unescape_plus=True,
                convert_grpc_status=True,
                max_request_body_size=topology.limits.request_bytes,
                max_response_body_size=topology.limits.response_bytes,
                print_options={
                    "always_print_primitive_fields": True,
                    "preserve_proto_field_names": True,
                    # Streams whose messages are no HttpBody.
                    "stream_sse_style_delimited": True,
                },
            ),
            "disabled": True,
        },
        _filter(
            "grpc_stats",
            f"{TYPE}.filters.http.grpc_stats.v3.FilterConfig",
            stats_for_all_methods=True,
            enable_upstream_stats=True,
            replace_dots_in_grpc_service_name=True,
        ),
        *([_status_kept()] if is_traced else []),
        _filter(
            "router",
            f"{TYPE}.filters.http.router.v3.Router",
            suppress_envoy_headers=True,
            upstream_log=[failed_attempts_log()] if is_traced else [],
        ),
    ]


def _status_kept() -> dict[str, Any]:
    """Keep an answer's gRPC status for the request's span, before the transcoder takes it off."""
    return _filter(
        "header_to_metadata",
        f"{TYPE}.filters.http.header_to_metadata.v3.Config",
        response_rules=[
            {
                "header": "grpc-status",
                "on_header_present": {"metadata_namespace": METADATA, "key": request_tag.REFUSAL},
            }
        ],
    )


def watched(file: Path) -> dict[str, Any]:
    """Return a source of configuration: a file that is replaced whole when it changes."""
    return {
        "resource_api_version": "V3",
        "path_config_source": {
            "path": str(file),
            "watched_directory": {"path": str(file.parent)},
        },
    }


def _filter(name: str, type_url: str, **config: Any) -> dict[str, Any]:
    return {"name": f"envoy.filters.http.{name}", "typed_config": {"@type": type_url, **config}}


def _untrusted_headers() -> dict[str, Any]:
    """Drop what services or Envoy itself would believe, before anything reads it."""
    return {
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": {
            "@type": f"{TYPE}.http.early_header_mutation.header_mutation.v3.HeaderMutation",
            "mutations": [
                {"remove_on_match": {"key_matcher": {"prefix": prefix}}}
                for prefix in ("x-camplane-", "x-envoy-")
            ],
        },
    }


def _error_log(topology: Topology) -> dict[str, Any]:
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


def _statistics() -> dict[str, Any]:
    tags = [{"name": name, "value_format": value} for name, value in ANSWER_TAGS.items()]
    path = {"name": ":path", "string_match": {"safe_regex": {"regex": OWN_PATHS}}}
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
