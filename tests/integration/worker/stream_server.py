"""A server of streams by HTTP that are made while they are sent."""

import contextlib
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import av

MPEGTS = "video/mp2t"


class StreamServer:
    """Gives every connection what `send(number, target)` writes, until its reader has gone.

    number: of the connection, from 0 on. connections: how many there were.
    """

    def __init__(self, send: Callable[[int, Any], None], content_type: str = MPEGTS) -> None:
        self.connections = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                number = server.connections
                server.connections += 1
                self.send_response(200)
                self.send_header("content-type", content_type)
                self.end_headers()
                with contextlib.suppress(OSError, av.error.FFmpegError):
                    send(number, self.wfile)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/live"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
