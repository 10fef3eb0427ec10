"""What strangers send: it is refused in words, counted apart, and makes no figure doubtful."""

import contextlib
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.telemetry.requests import CUT_OFF
from gateway.vocabulary.split import Split
from tests.integration.gateway.http2_client import (
    END_HEADERS,
    END_STREAM,
    HEADERS,
    Http2Client,
    block,
    frame,
)
from tests.integration.gateway.rig import Gateway, running, until

PATH = "/api/v1/cameras"
BIG = "x" * 70_000
UPGRADE = "connection: upgrade\r\nupgrade: "
# By what is sent behind "Host", or in all: the status that it is refused with.
REFUSED = {
    "GET {path} HTTP/1.1\r\n\r\n": 400,
    "GET {path} HTTP/1.1\r\nhost localhost\r\n\r\n": 400,
    "GET {path} HTTP/1.1\r\n{host}x: a\0b\r\n\r\n": 400,
    "GET {path} HTTP/1.1\r\nhost: a b/c\r\n\r\n": 400,
    "GET HTTP/1.1\r\n{host}\r\n": 400,
    # The rest of the head never comes.
    "GET {path} HTTP/1.1\r\n{host}": 408,
    "GET * HTTP/1.1\r\n{host}\r\n": 400,
    "GET {path}#there HTTP/1.1\r\n{host}\r\n": 400,
    "GET {path} s HTTP/1.1\r\n{host}\r\n": 400,
    "GET {path}ä HTTP/1.1\r\n{host}\r\n": 400,
    "\x16\x03\x01\x02\r\n\r\n": 400,
    "BREW {path} HTTP/1.1\r\n{host}\r\n": 400,
    "QUERY {path} HTTP/1.1\r\n{host}\r\n": 400,
    "QUERY {path} HTTP/1.1\r\n{host}content-length: 2\r\n\r\n{{}}": 400,
    "POST {path} HTTP/1.1\r\n{host}content-length: -2\r\n\r\n": 400,
    "POST {path} HTTP/1.1\r\n{host}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n": 400,
    "POST {path} HTTP/1.1\r\n{host}transfer-encoding: chunked\r\n\r\nzz\r\n": 400,
    "POST {path} HTTP/1.1\r\n{host}transfer-encoding: gzip\r\n\r\n": 501,
    "QUERY {path} HTTP/1.1\r\n{host}content-type: text/plain\r\ncontent-length: 0\r\n\r\n": 405,
    "TRACE {path} HTTP/1.1\r\n{host}\r\n": 405,
    "OPTIONS {path} HTTP/1.1\r\n{host}\r\n": 405,
    "CONNECT localhost:80 HTTP/1.1\r\nhost: localhost:80\r\n\r\n": 404,
    "GET /nothing HTTP/9.9\r\n\r\n": 404,
    "GET {path} HTTP/1.1\r\n{host}{upgrade}websocket\r\n\r\n": 403,
    "GET {path} HTTP/1.1\r\n{host}{upgrade}tea\r\n\r\n": 403,
    "GET {path} HTTP/1.1\r\n{host}x: {big}\r\n\r\n": 431,
    "GET {path} HTTP/1.1\r\n{host}{many}\r\n": 431,
    "GET {path} HTTP/1.1\r\nhost: evil.example\r\n\r\n": 421,
    "POST {path} HTTP/1.1\r\n{host}origin: http://evil.example\r\ncontent-length: 0\r\n\r\n": 403,
}
SLOW = {form for form, status in REFUSED.items() if status == 408}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """A gateway whose control process takes in every span."""
    with running(Split(50, 50), otlp="control") as gateway:
        yield gateway


def send(gateway: Gateway, form: str) -> tuple[int, dict[str, str], bytes]:
    """Send these bytes; return the status, the headers and the body of the answer."""
    many = "".join(f"x-{number}: 1\r\n" for number in range(150))
    text = form.format(path=PATH, host="host: localhost\r\n", upgrade=UPGRADE, big=BIG, many=many)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        with contextlib.suppress(ConnectionError):  # refused before all of it was read
            connection.sendall(text.encode())
        received = connection.makefile("rb")
        status = int(received.readline().split()[1])
        headers = {}
        while line := received.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, received.read(int(headers.get("content-length", 0)))


def refused_in_words(gateway: Gateway, form: str) -> None:
    status, headers, body = send(gateway, form)
    answer = json.loads(body)
    assert (status, headers["content-type"]) == (REFUSED[form], "application/json"), form
    assert answer["detail"].strip(), form
    assert answer.get("message", answer["detail"]) == answer["detail"]
    assert bool(headers.get("allow")) == (status == 405), form


def broken_http2(gateway: Gateway) -> None:
    """Begin a request, and send what can be no part of it: there is no answer."""
    fields = {":method": "GET", ":scheme": "http", ":path": PATH, "Upper": "case"}
    with Http2Client(gateway.port) as client:
        client.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, block(fields)))
        assert HEADERS not in {kind for kind, _, _, _ in client.frames()}


def test_strangers_are_refused_in_words_and_make_no_figure_doubtful(gateway: Gateway) -> None:
    """Beside a hundred requests: no verdict is stalled by them."""
    with ThreadPoolExecutor() as strangers:
        # Those that are waited for come first, and are refused last.
        asked = [strangers.submit(refused_in_words, gateway, form) for form in SLOW]
        until(lambda: checks(gateway)["sufficient"], 30)
        before = checks(gateway)
        others = REFUSED.keys() - SLOW
        asked += [strangers.submit(refused_in_words, gateway, form) for form in others]
    for one in asked:
        one.result()
    for number in range(100):
        garbage = {"traceparent": "garbage"} if number % 2 else {}
        assert gateway.rest("GET", PATH, headers=garbage).status == 200
    broken_http2(gateway)
    refused = {f"HTTP {status}" for status in REFUSED.values()} | {CUT_OFF}

    def compared() -> Any:
        now = checks(gateway)
        whole = now["completeness"]["observed"] >= before["completeness"]["observed"] + 100
        return now if whole and now["refused"].keys() >= refused else None

    found = until(compared, 30)
    assert found["sufficient"]
    for check in ("completeness", "agreement"):
        assert found[check]["percent"] == 100.0, found
        assert found[check]["expected"] >= before[check]["expected"] + 100


def checks(gateway: Gateway) -> Any:
    return gateway.rest("GET", "/api/v1/monitoring/comparison").json["truth"]
