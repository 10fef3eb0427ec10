"""Hostile requests at the real gateway: no server fault, no hang, no password, no growth."""

import http.client
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.vocabulary.route_table import PARAMETER, bindings
from tests.stack import Stack

SECRET = "geheim-7Zx"
SECONDS = 5.0
GROWTH_KIB = 30 * 1024
KNOWN = ["cam0", "cam1", "1", "2", "batch-status", "refresh", "rules"]
SEGMENTS = st.sampled_from(
    [
        *("..", ".", "%2e%2e", "%2E%2E%2F", "..%2f..%2fetc", "%00", "%ff%fe", "%", "%zz", "%25"),
        *("a%2Fb", "%5C", "a;b", "a=b", "a&b", "%E6%91%84", "%ED%A0%80", "%0d%0aX:1", "%20", "+"),
        *("x" * 129, "x" * 9000, "0", "-1", "1e3", "2147483648", "99999999999999999999", "null"),
        *("{camera_id}", "[]", "~", "*", "'", "%22", "<script>", "1%00", "%F0%9F%93%B7", "1.0"),
        *KNOWN,
    ]
) | st.text(min_size=1, max_size=8).map(lambda text: quote(text, safe="", errors="replace"))
WORDS = st.sampled_from(
    [
        *("", "true", "false", "1", "0", "-1", "10001", "1e9", "NaN", "%ff", "%00", "yes", "on"),
        *("99999999999999999999", "null", "[]", "a%26b", "x" * 3000, "0x10", "%", "1.5", "+1"),
    ]
)
NAMES = st.sampled_from(
    sorted(
        {name for binding in bindings() for name in binding.query_parameters}
        | {"force_domain", "camera_id", "rule_id", "body", "body.data", "entry", "x", "%00", ""}
    )
)
QUERIES = st.lists(st.tuples(NAMES, WORDS).map("=".join), max_size=4).map("&".join)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10)
    | st.sampled_from(["../x", "\0", "x" * 300, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
FIELDS = [
    *(
        "id",
        "name",
        "source",
        "camera_ids",
        "active",
        "auto_start",
        "env",
        "resolution",
        "rule_type",
    ),
    *("profile", "conditions", "recipients", "enabled", "priority", "camera_id", "@type", "body"),
]
OBJECTS = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), VALUES, max_size=6)
COMPLETE = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["fuzzed", "cam0"]),
        "name": st.just("n"),
        "source": st.just(f"rtsp://u:{SECRET}@127.0.0.1:9/1"),
        "rule_type": st.just("t"),
        "conditions": VALUES,
    },
    optional=dict.fromkeys(FIELDS[4:8], VALUES),
)
BODIES = (
    st.sampled_from(
        [
            *(b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{}" * 2, b'{"id":1,"id":"2"}'),
            *(b"[" * 50_000, b'{"a":' * 50_000, b'{"n":1e999}', b'{"n":NaN}', b"\xef\xbb\xbf{}"),
            *(b'{"n":' + b"9" * 5000 + b"}", b'{"name":"\\ud800"}', b'{"name":"\\u0000"}'),
            *(
                b'{"x":"' + b"y" * 900_000 + b'"}',
                b"x" * 1_100_000,
                b'{"a":' + b"[" * 900 + b"]" * 900,
            ),
            *(b"a=b&c=d", b"<xml/>", b"\0" * 100, b'{"conditions":' + b"[" * 40 + b"]" * 40 + b"}"),
        ]
    )
    | st.binary(max_size=40)
    | (OBJECTS | COMPLETE).map(lambda value: json.dumps(value).encode())
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("content-type", "accept", "x-camplane-assigned", "x-envoy-retry-on", "traceparent"),
            *("x-camplane-path", "te", "grpc-timeout", "origin", "x-request-id", "authorization"),
            *("x-envoy-upstream-rq-timeout-ms", "grpc-encoding", "x-http-method-override"),
        ]
    ),
    st.sampled_from(
        [
            *("application/json", "application/grpc", "application/grpc-web+json", "text/plain"),
            *(
                "application/x-www-form-urlencoded",
                "",
                "domain",
                "5xx",
                "1n",
                "gzip",
                "é",
                "x" * 8000,
            ),
            *(
                "00-" + "f" * 32 + "-" + "f" * 16 + "-ff",
                "http://localhost:1",
                "trailers",
                "DELETE",
            ),
        ]
    ),
    max_size=3,
)
METHODS = st.sampled_from(
    ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get"]
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str], bytes]:
    """Draw a request to a documented route, more or less: (method, path, headers, body)."""
    # A stream ends when its client goes; it has tests of its own.
    answered = [binding for binding in bindings() if not binding.rpc.is_streaming]
    binding = draw(st.sampled_from(answered))
    segments = SEGMENTS if draw(st.booleans()) else st.sampled_from(KNOWN)
    path = PARAMETER.sub(lambda _: draw(segments), binding.template)
    path += draw(st.sampled_from(["", "", "", "", "/", "//", "/x", "%2F"]))
    if query := draw(QUERIES):
        path += f"?{query}"
    method = draw(METHODS) if draw(st.integers(0, 4)) == 0 else binding.http_method
    return method, path, draw(HEADERS), draw(BODIES)


def ask(stack: Stack, request: tuple[str, str, dict[str, str], bytes]) -> None:
    """Send the request and judge the answer."""
    method, path, headers, body = request
    url = urlsplit(str(stack.client.base_url))
    began = time.monotonic()
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=2 * SECONDS)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        connection.putheader("content-length", str(len(body)))
        for name, value in headers.items():
            connection.putheader(name, value)
        try:
            connection.endheaders(body)
        except (BrokenPipeError, ConnectionResetError):
            assert len(body) > 1_000_000  # refused before all of it was sent
        try:
            response = connection.getresponse()
            status, text = response.status, response.read()
        except (ConnectionError, http.client.BadStatusLine):
            assert len(body) > 1_000_000, "the connection was closed without an answer"
            return
    except TimeoutError as error:
        raise AssertionError("no answer") from error
    finally:
        connection.close()
    assert time.monotonic() - began < SECONDS
    # A fuzzed source cannot be opened: 502 is what the preview answers then.
    is_preview = "/preview" in path and status == 502
    assert status < 500 or is_preview, (status, text[:500])
    if status >= 400 and method != "HEAD" and text:
        assert isinstance(json.loads(text)["detail"], str), (status, text[:500])
        assert SECRET.encode() not in text


def memory(stack: Stack) -> dict[str, int]:
    """Return the resident memory, in KiB, of Envoy and of each service."""
    instance = json.loads((stack.root / "run" / "instance.json").read_text())
    return {name: resident(pid) for name, pid in instance["processes"].items()}


def resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("VmRSS is missing")


@pytest.mark.timeout(3600)
def test_no_hostile_request_is_a_server_fault_hangs_or_makes_memory_grow(stack: Stack) -> None:
    """After as many requests again as it took to warm up, nothing has grown by 30 MiB."""
    count = 2 * settings().max_examples

    @settings(max_examples=count, suppress_health_check=list(HealthCheck))
    @given(requests())
    @example(("POST", "/api/ping", {"content-type": "application/grpc-web+json"}, b""))
    @example(
        (
            "POST",
            "/api/v1/cameras",
            {},
            b'{"id":"d","name":"n","source":"s","x":' + b"[" * 500 + b"]" * 500 + b"}",
        )
    )
    def hammer(request: tuple[str, str, dict[str, str], bytes]) -> None:
        ask(stack, request)

    hammer()
    before = memory(stack)
    hammer()
    grown: dict[str, Any] = {n: size - before[n] for n, size in memory(stack).items()}
    assert max(grown.values()) < GROWTH_KIB, grown


def test_a_start_with_values_no_process_can_be_given_is_no_server_fault(stack: Stack) -> None:
    for number, more in enumerate(({"profile": "x" * 60_000}, {"env": {"A": "x" * 60_000}})):
        body = {"id": f"long{number}", "name": "n", "source": "s", **more}
        assert stack.client.post("/api/v1/cameras", json=body).status_code == 200
        for force in ("true", "false"):
            answer = stack.client.post(f"/api/v1/cameras/long{number}/start?force_domain={force}")
            assert answer.status_code in (200, 400), answer.text[:300]
