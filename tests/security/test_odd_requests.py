"""Requests that no client of the API sends: each is answered in words, over a raw socket."""

import json
import re
import socket
from urllib.parse import urlsplit

import pytest

from tests.e2e.command_line import Up

HOST = b"Host: localhost\r\n"
CAMERAS = b"/api/v1/cameras HTTP/1.1\r\n" + HOST
LONG = b"x" * 100_000
UPGRADE = b"Connection: Upgrade\r\nUpgrade: %s\r\n"

ODD = {
    "QUERY without a type": (b"QUERY " + CAMERAS, 400, "names the Content-Type"),
    "a WebSocket": (b"GET " + CAMERAS + UPGRADE % b"websocket", 403, "nothing is upgraded here"),
    "another upgrade": (b"GET " + CAMERAS + UPGRADE % b"spdy", 403, "nothing is upgraded here"),
    "CONNECT": (b"CONNECT other:1 HTTP/1.1\r\n" + HOST, 404, "no proxy"),
    "TRACE": (b"TRACE " + CAMERAS, 405, "Method Not Allowed"),
    "no host": (b"GET /api/v1/cameras HTTP/1.1\r\n", 400, "it has no Host"),
    "a fragment": (b"GET /api/v1/cameras#x HTTP/1.1\r\n" + HOST, 400, "has a fragment"),
    "a long path": (b"GET /" + LONG + b" HTTP/1.1\r\n" + HOST, 431, "60 KiB"),
    "many headers": (
        b"GET " + CAMERAS + b"".join(b"x%d: 1\r\n" % number for number in range(150)),
        431,
        "100 of them",
    ),
    "an encoding": (b"POST " + CAMERAS + b"Transfer-Encoding: gzip\r\n", 501, "chunked alone"),
    "two lengths": (
        b"POST " + CAMERAS + b"Content-Length: 3\r\nContent-Length: 4\r\n",
        400,
        "read",
    ),
    "a blank in a name": (b"GET " + CAMERAS + b"a b: c\r\n", 400, "cannot read this request"),
    "a small method": (b"get " + CAMERAS, 400, "cannot read this request"),
    "HTTP/1.0": (b"GET /nothing HTTP/1.0\r\n", 404, "Not Found"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_no_client_sends_is_answered_in_words(opened: Up, name: str) -> None:
    """No `detail` is empty, and 405 says what is allowed."""
    head, status, said = ODD[name]
    answer = _answer(opened.url, head + b"\r\n")
    first, _, rest = answer.partition(b"\r\n")
    headers, _, body = rest.partition(b"\r\n\r\n")
    assert int(first.split()[1]) == status
    assert said in json.loads(body)["detail"]
    assert (status == 405) is (b"allow: " in headers.lower())


def test_what_the_server_can_do_at_all_is_told(opened: Up) -> None:
    head = b"OPTIONS * HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    head, _, body = _answer(opened.url, head).partition(b"\r\n\r\n")
    assert head.split()[1] == b"204"
    assert b"\r\nallow: DELETE, GET, OPTIONS, POST, PUT" in head
    assert body == b""


def _answer(url: str, request: bytes) -> bytes:
    """Return the bytes of one answer, its body whole."""
    address = urlsplit(url)
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=10) as connection:
        connection.sendall(request)
        found = b""
        while piece := connection.recv(65536):
            found += piece
            head, end, body = found.partition(b"\r\n\r\n")
            length = re.search(rb"\ncontent-length: (\d+)", head.lower())
            if end and length and len(body) >= int(length[1]):
                break
        return found
