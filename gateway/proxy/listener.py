"""The listeners: REST and native gRPC, limits, filters, traces, counters."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.proxy import forwarded, old_server, request_tag, resets, trace_context
from gateway.proxy.access_logs import answer_statistics, error_log
from gateway.proxy.access_replies import access_replies
from gateway.proxy.audit_log import audit_log
from gateway.proxy.authentication import OF_IDENTITY, authenticate
from gateway.proxy.authorization import authorize
from gateway.proxy.certificates import certified
from gateway.proxy.cross_site import cross_site
from gateway.proxy.http_filters import lua, named, off, router, served, transcoder, watched
from gateway.proxy.local_replies import local_replies
from gateway.proxy.oidc_login import oidc_login
from gateway.proxy.rates import rate_replies, rates
from gateway.proxy.targets import GRPC_STATUS, METADATA
from gateway.proxy.topology import GATEWAY, LOCAL, Topology
from gateway.proxy.tracing import failed_attempts_log, tracing
from gateway.proxy.transport import strict_transport, transport
from gateway.proxy.type_urls import TYPE
from gateway.vocabulary import tools
from servicekit import naming

# What the copies of requests are asked for by, by `camplane record`.
TAP = "requests"


def listeners(topology: Topology, routes: Path) -> Iterator[dict[str, Any]]:
    """Yield the listener; `routes` is the file that names where requests go.

    Where it has TLS, another one, of loopback and without it, is for the machine's own tools.
    """
    yield _listener(topology, routes, GATEWAY, topology.host, topology.port)
    if topology.tls is not None:
        plain = replace(topology, tls=None, rate=None)
        local = _listener(plain, routes, LOCAL, "127.0.0.1", topology.local_port)
        # Strangers who hold all connections must not keep the operator out.
        yield local | {"ignore_global_conn_limit": True}


def _listener(topology: Topology, routes: Path, name: str, host: str, port: int) -> dict[str, Any]:
    (chain,) = served(**_connection_manager(topology, routes))
    return {
        "name": name,
        "address": {"socket_address": {"address": host, "port_value": port}},
        "per_connection_buffer_limit_bytes": topology.limits.request_bytes,
        "filter_chains": [chain | transport(topology, routes.parent)],
    }


def _connection_manager(topology: Topology, routes: Path) -> dict[str, Any]:
    limits = topology.limits
    manager = {
        "stat_prefix": "gateway",
        "codec_type": "AUTO",
        "rds": {
            "route_config_name": "gateway",
            "config_source": watched(routes),
        },
        "early_header_mutation_extensions": [_before_all_else(topology)],
        **forwarded.BELIEVED,
        # What clients say of certificates is dropped; nobody behind us is told of them.
        "forward_client_cert_details": "SANITIZE",
        # Paths stay as they came: an id of ".." is refused by the services,
        # and no path turns into another one.
        "normalize_path": False,
        "merge_slashes": False,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "max_request_headers_kb": limits.header_kib,
        "request_headers_timeout": "10s",
        "request_timeout": _request_timeout(topology),
        "stream_idle_timeout": "60s",
        "common_http_protocol_options": {"idle_timeout": "300s"},
        # Of nginx as it comes, and of load balancers that look whether anybody is here.
        "http_protocol_options": {
            "accept_http_10": True,
            "default_host_for_http_10": "localhost",
        },
        "http2_protocol_options": {
            "max_concurrent_streams": limits.streams,
            **resets.OF_CLIENTS,
        },
        "local_reply_config": local_replies(
            limits.request_bytes,
            limits.header_kib,
            first=[*access_replies(topology.access), *rate_replies(topology.rate)],
        ),
        "access_log": [error_log(topology), answer_statistics(), *audit_log(topology)],
        "http_filters": _http_filters(topology, routes.parent),
        **old_server.of_connections(topology),
    }
    if topology.otlp_endpoint is not None:
        manager["tracing"] = tracing(topology.access)
    return manager


def _request_timeout(topology: Topology) -> str:
    """Return how long a request may take to come; the old server bounds what goes to it."""
    if topology.old_http is None:
        return "30s"
    return f"{topology.old_server.request_seconds:g}s"


def _http_filters(topology: Topology, folder: Path) -> list[dict[str, Any]]:
    return [
        forwarded.strangers(topology),
        # Does nothing until `camplane record` asks for copies over the admin socket.
        named(
            "tap",
            f"{TYPE}.filters.http.tap.v3.Tap",
            common_config={"admin_config": {"config_id": TAP}},
        ),
        named("cors", f"{TYPE}.filters.http.cors.v3.Cors"),
        cross_site(topology),
        *strict_transport(topology),
        *oidc_login(topology, folder),
        *authenticate(topology),
        *certified(topology.access),
        *rates(topology),
        *authorize(topology, folder),
        off(lua()),
        off(transcoder(topology)),
        _noted(),
        router(failed_attempts_log(topology, of_grpc=topology.old_http is None)),
    ]


def _noted() -> dict[str, Any]:
    """Keep for figures what only headers say: that a tool of camplane's own asks, and the status.

    An answer's gRPC status is kept before the transcoder takes it off; what the internal
    listener has made REST of says it in a header of its own. What a tool calls itself is
    anybody's text, and stays out.
    """
    of_tool = {"metadata_namespace": METADATA, "key": request_tag.OF_TOOL, "value": "yes"}
    kept = {"metadata_namespace": METADATA, "key": request_tag.REFUSAL}
    named_by_service = {"metadata_namespace": METADATA, "key": request_tag.NAMED}
    return named(
        "header_to_metadata",
        f"{TYPE}.filters.http.header_to_metadata.v3.Config",
        request_rules=[{"header": tools.HEADER, "on_header_present": of_tool, "remove": True}],
        response_rules=[
            {"header": "grpc-status", "on_header_present": kept},
            {"header": GRPC_STATUS, "on_header_present": kept, "remove": True},
            {"header": naming.METADATA, "on_header_present": named_by_service, "remove": True},
        ],
    )


def _before_all_else(topology: Topology) -> dict[str, Any]:
    """Change headers before anything reads them, the tracer included.

    Dropped is what services or Envoy itself would believe.
    """
    return {
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": {
            "@type": f"{TYPE}.http.early_header_mutation.header_mutation.v3.HeaderMutation",
            "mutations": [
                *(
                    {"remove_on_match": {"key_matcher": {"prefix": prefix}}}
                    for prefix in ("x-camplane-", "x-envoy-")
                ),
                {"remove_on_match": {"key_matcher": {"safe_regex": {"regex": OF_IDENTITY}}}},
                *([] if topology.otlp_endpoint is None else trace_context.restarted()),
            ],
        },
    }
