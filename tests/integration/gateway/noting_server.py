"""An old server that answers everything, and notes writes."""

from http.server import BaseHTTPRequestHandler
from typing import ClassVar


class Old(BaseHTTPRequestHandler):
    """Its writes, of all who use it, are in `written`: take them out before a test."""

    protocol_version = "HTTP/1.1"
    written: ClassVar[list[str]] = []

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.command != "GET":
            self.written.append(self.path)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

    def log_message(self, *arguments: object) -> None:
        pass
