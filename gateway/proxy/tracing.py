"""What Envoy tells of requests: a span of each, and a record of each attempt that failed."""

from typing import Any

from gateway.proxy import request_tag
from gateway.proxy.attempt_record import ATTRIBUTES, LOG_NAME
from gateway.proxy.authentication import OWN, claim
from gateway.proxy.clusters import OTLP
from gateway.proxy.native_routes import CAMERA_ID_METADATA
from gateway.proxy.targets import ASSIGNED_SIDE, IMPLEMENTATION, METADATA
from gateway.proxy.topology import Access, Topology
from gateway.proxy.type_urls import TYPE

SERVICE_NAME = "camplane-gateway"


def tracing(access: Access) -> dict[str, Any]:
    """Return the connection manager's tracing: one span a request (docs/adr/0023)."""
    token = {"tag": request_tag.TOKEN, "value": claim(OWN, "jti")}
    return {
        "random_sampling": {"value": 100},
        "custom_tags": [
            {"tag": request_tag.TAG, "value": request_tag.tag_format()},
            *([token] if access.looks else []),
            # Only of native gRPC: over REST it is in the path.
            {"tag": request_tag.CAMERA_ID, "request_header": {"name": CAMERA_ID_METADATA}},
            # By which tracing backends find a path's requests.
            _said_by("cluster", "app.impl.requested", ASSIGNED_SIDE),
            _said_by("host", "app.impl", IMPLEMENTATION),
        ],
        "provider": {
            "name": "envoy.tracers.opentelemetry",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
                "service_name": SERVICE_NAME,
                "grpc_service": {"envoy_grpc": {"cluster_name": OTLP}, "timeout": "5s"},
                "resource_detectors": [
                    {
                        "name": "envoy.tracers.opentelemetry.resource_detectors.static_config",
                        "typed_config": {
                            "@type": f"{TYPE}.tracers.opentelemetry.resource_detectors.v3"
                            ".StaticConfigResourceDetectorConfig",
                            "attributes": {"service.namespace": "camplane"},
                        },
                    }
                ],
                # A caller's "not sampled" would leave holes in the evidence.
                "sampler": {
                    "name": "envoy.tracers.opentelemetry.samplers.always_on",
                    "typed_config": {
                        "@type": f"{TYPE}.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig",
                    },
                },
            },
        },
    }


def _said_by(whom: str, tag: str, key: str) -> dict[str, Any]:
    """Return a tag whose value the metadata of the cluster or the host has."""
    said = {"key": METADATA, "path": [{"key": key}]}
    return {"tag": tag, "metadata": {"kind": {whom: {}}, "metadata_key": said}}


def failed_attempts_log(topology: Topology, of_grpc: bool = True) -> list[dict[str, Any]]:
    """Return the router's log of attempts: those that were, or could have been, repeated.

    of_grpc: the router may ask gRPC services; else an answer of 503 is one, and no
    attempt that failed. Nothing is logged where nobody listens.
    """
    if topology.otlp_endpoint is None:
        return []
    failed: list[dict[str, Any]] = [{"response_flag_filter": {}}]
    if of_grpc:
        failed.append({"grpc_status_filter": {"statuses": ["UNAVAILABLE"]}})
    return [_attempts_log(failed)]


def _attempts_log(failed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "envoy.access_loggers.open_telemetry",
        "filter": {"or_filter": {"filters": failed}} if failed[1:] else failed[0],
        "typed_config": {
            "@type": f"{TYPE}.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig",
            # Deprecated, but the fields in its place leave the interval at one second.
            "common_config": {
                "log_name": LOG_NAME,
                "transport_api_version": "V3",
                "grpc_service": {"envoy_grpc": {"cluster_name": OTLP}, "timeout": "5s"},
                # Ahead of the span of its request, in all but a few cases: spans wait for 0.2 s.
                "buffer_flush_interval": "0.05s",
            },
            "disable_builtin_labels": True,
            "attributes": {
                "values": [
                    {"key": name, "value": {"string_value": value}}
                    for name, value in ATTRIBUTES.items()
                ]
            },
        },
    }
