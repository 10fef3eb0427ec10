#!/usr/bin/env bash
# apprise (2.3.0 from PyPI): a webhook behind a 301 or 302 loses its notification, and apprise says
# SUCCESS.
#
# The json://, xml:// and form:// services POST the notification. Where the receiver answers 301 or
# 302 (http that moved to https, a trailing slash), the HTTP library below follows, as RFC 9110
# (15.4.2, 15.4.3) lets a user agent, with a GET that has no body. The target answers 200 to that,
# and the service reports that the notification was sent. Nobody has it, and nothing is tried again.
# 307 and 308 keep method and body. Who sends alerts so must name the URL that is answered without
# a redirect, or not take SUCCESS for delivered.
#
# Beside it: since notify() returns an object, `notify(...) is True` and `== True` are False for a
# success; only its truth value is as before.
#
# Seen with apprise 2.3.0 on Debian 12, Python 3.11:
#   301 SUCCESS, received: POST /moved (with a body), GET /target (0 bytes)
#   302 the same; 307 and 308 SUCCESS, received: POST /target with the body
# Exit code 0: as described; 1: apprise behaves otherwise now.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check apprise==2.3.0

cat >"$folder/try.py" <<'PYTHON'
import logging
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import apprise

logging.disable(logging.CRITICAL)
received = []


class Receiver(BaseHTTPRequestHandler):
    """Says that /moved/<status> is at /target, and takes whatever comes there."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        self.rfile.read(length)
        received.append((self.command, self.path.split("/")[1], length))
        moved = self.path.startswith("/moved/")
        self.send_response(int(self.path[-3:]) if moved else 200)
        if moved:
            self.send_header("location", "/target")
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
as_described = True
for status in (301, 302, 307, 308):
    for service in ("json", "xml", "form"):
        received.clear()
        sender = apprise.Apprise()
        sender.add(f"{service}://127.0.0.1:{server.server_port}/moved/{status}")
        result = sender.notify(title="Alert", body="the camera at the gate is offline")
        last = received[-1]
        lost = last[0] == "GET" and last[2] == 0
        told = "; ".join(f"{method} /{path} ({size} bytes)" for method, path, size in received)
        print(f"{status} {service:4} {result.status.name}, == True: {result == True}, received: {told}")
        as_described &= bool(result) and lost == (status in (301, 302)) and result != True
server.shutdown()
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
