"""HTTP/1.0: nginx as it comes speaks it, and load balancers that look whether anybody is here."""

import socket

import pytest

from tests.integration.gateway.rig import Gateway


def spoken(gateway: Gateway, head: str, body: str = "") -> tuple[str, str]:
    """Send a request that ends as HTTP/1.0 says; return the answer's head and body."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall(f"{head}\r\n\r\n{body}".encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    answer, _, rest = received.decode().partition("\r\n\r\n")
    return answer, rest


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /api/ping", "200 OK"),
        ("GET /api/v1/cameras", "200 OK"),
        ("OPTIONS /", "204 No Content"),
        ("GET /", "404 Not Found"),
        ("GET /api/v1/cameras/", "307 Temporary Redirect"),
    ],
)
def test_a_request_without_a_host_is_answered_and_the_connection_ends(
    gateway: Gateway, request_line: str, status: str
) -> None:
    answer, _ = spoken(gateway, f"{request_line} HTTP/1.0")
    assert ("\r\nallow: OPTIONS" in answer) is request_line.startswith("OPTIONS")
    assert answer.startswith(f"HTTP/1.0 {status}\r\n"), answer


def test_a_write_has_its_body(gateway: Gateway) -> None:
    body = '{"name": "Gate"}'
    head = (
        "PUT /api/v1/cameras/cam0 HTTP/1.0\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}"
    )
    answer, _ = spoken(gateway, head, body)
    assert answer.startswith("HTTP/1.0 200 OK\r\n"), answer
    [(_, received)] = gateway.take_received()
    assert received.request["camera_id"] == "cam0"
