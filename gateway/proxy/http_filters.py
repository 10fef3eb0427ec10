"""What Envoy's listeners have alike: the connection manager, HTTP filters and their names."""

from pathlib import Path
from typing import Any

import camplane

from gateway.proxy.topology import Topology
from gateway.proxy.type_urls import TYPE
from gateway.vocabulary.route_table import rpcs

DESCRIPTORS = Path(camplane.__path__[0]) / "descriptors.binpb"
LUA_SOURCE = Path(__file__).with_name("rest.lua")

HttpFilter = dict[str, Any]


def named(name: str, type_url: str, **config: Any) -> HttpFilter:
    """Return a filter of this name and configuration."""
    return {"name": f"envoy.filters.http.{name}", "typed_config": {"@type": type_url, **config}}


def overwrite(key: str, value: str) -> dict[str, Any]:
    """Return the mutation that sets a header; a value that is empty adds none."""
    header = {"key": key, "value": value}
    return {"append": {"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}}


def watched(file: Path) -> dict[str, Any]:
    """Return a source of configuration: a file that is replaced whole when it changes."""
    return {
        "resource_api_version": "V3",
        "path_config_source": {
            "path": str(file),
            "watched_directory": {"path": str(file.parent)},
        },
    }


def served(**manager: Any) -> list[dict[str, Any]]:
    """Return a listener's filter chains: an HTTP connection manager of this configuration."""
    type_url = f"{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager"
    config = {"@type": type_url, **manager}
    name = "envoy.filters.network.http_connection_manager"
    return [{"filters": [{"name": name, "typed_config": config}]}]


def lua() -> HttpFilter:
    """Return the filter that runs rest.lua."""
    return named(
        "lua",
        f"{TYPE}.filters.http.lua.v3.Lua",
        default_source_code={"inline_string": LUA_SOURCE.read_text("utf-8")},
        # A new choice of route would draw the weights a second time.
        clear_route_cache=False,
    )


def transcoder(topology: Topology) -> HttpFilter:
    """Return the filter that makes gRPC of REST."""
    return named(
        "grpc_json_transcoder",
        f"{TYPE}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        proto_descriptor=str(DESCRIPTORS),
        services=sorted({rpc.service for rpc in rpcs()}),
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
    )


def router(upstream_log: list[dict[str, Any]]) -> HttpFilter:
    """Return the filter that asks upstreams; `upstream_log` takes its attempts."""
    return named(
        "router",
        f"{TYPE}.filters.http.router.v3.Router",
        suppress_envoy_headers=True,
        upstream_log=upstream_log,
    )


def unless(predicate: dict[str, Any], http_filter: HttpFilter) -> HttpFilter:
    """Return the filter, skipped for requests of which the matcher's predicate is true."""
    skip = {"@type": f"{TYPE}.filters.common.matcher.action.v3.SkipFilter"}
    skipped = {
        "predicate": predicate,
        "on_match": {"action": {"name": "skip", "typed_config": skip}},
    }
    return named(
        "match_delegate",
        f"{TYPE}.common.matching.v3.ExtensionWithMatcher",
        extension_config=http_filter,
        xds_matcher={"matcher_list": {"matchers": [skipped]}},
    )


def off(http_filter: HttpFilter) -> HttpFilter:
    """Return the filter, off unless a route turns it on."""
    return {**http_filter, "disabled": True}
