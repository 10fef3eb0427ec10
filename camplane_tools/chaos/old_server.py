"""`python -m camplane_tools.chaos.old_server PORT CAMERAS_YAML`: a plain HTTP server.

It answers a few of the monolith's paths, as a program of an afternoon would. In
two points it differs from both implementations, and nobody has written them down:
the time of a ping has a zone, and the count of the rules is text.
"""

import json
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

CAMERAS = "/api/v1/cameras"
RULES = "/api/v1/alerts/rules"

Reply = tuple[int, Any]


def answer(cameras: list[dict[str, Any]], method: str, path: str) -> Reply:
    """Return status and JSON."""
    ids = [str(entry.get("id")) for entry in cameras]
    match method, [unquote(part) for part in path.strip("/").split("/")]:
        case "GET", ["api", "ping"]:
            return 200, {"message": "pong", "timestamp": datetime.now(UTC).isoformat()}
        case "GET", ["api", "v1", "cameras"]:
            return 200, {"cameras": cameras}
        case "GET", ["api", "v1", "cameras", camera_id, "status"]:
            return 200, _status(camera_id)
        case "POST", ["api", "v1", "cameras", "batch-status"]:
            return 200, {camera_id: _status(camera_id) for camera_id in ids}
        case "GET", ["api", "v1", "alerts", "rules"]:
            return 200, {"count": "0", "items": []}
        case "POST", ["api", "v1", "cameras"]:
            cameras.append({"id": f"made-{len(cameras)}"})
            return 200, {"ok": True}
        case "GET", ["api", "v1", "cameras", _]:
            return 405, {"detail": "Method Not Allowed"}
    return 404, {"detail": "Not Found"}


def _status(camera_id: str) -> dict[str, Any]:
    log = f"/srv/old/logs/detect_{camera_id}.log"
    return {"ok": True, "running": False, "pid": 0, "log": log}


def old_server(port: int, cameras: list[dict[str, Any]]) -> ThreadingHTTPServer:
    """Return the server, which listens on loopback; port 0 finds a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, value = answer(cameras, self.command, urlsplit(self.path).path)
            body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            if status == 405:
                self.send_header("allow", "DELETE, PUT")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or not arguments[0].isdecimal():
        sys.stderr.write("usage: python -m camplane_tools.chaos.old_server PORT CAMERAS_YAML\n")
        return 2
    document = yaml.safe_load(Path(arguments[1]).read_text("utf-8"))
    with old_server(int(arguments[0]), document["cameras"]) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
