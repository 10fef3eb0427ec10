"""Clients that take requests back, over HTTP/2: the patient and the malicious are told apart."""

from collections.abc import Iterator

import pytest

from gateway.proxy.resets import AT_ONCE
from tests.integration.gateway.http2_client import Http2Client
from tests.integration.gateway.rig import Gateway

STATUS = "/api/v1/cameras/c/status"
# A live stream of the control process, which says something every second.
LIVE = "/api/v1/rollouts/stream"


@pytest.fixture(autouse=True)
def slow(gateway: Gateway) -> Iterator[None]:
    """Have domain take longer than these clients wait."""
    gateway.upstreams["camera/domain"].seconds = 5.0
    yield
    gateway.upstreams["camera/domain"].seconds = 0.0


def test_hundreds_of_requests_taken_back_cost_no_other_stream_of_the_connection(
    gateway: Gateway,
) -> None:
    """As a REST client takes back whose own deadlines are short, while domain hangs."""
    with Http2Client(gateway.port) as client:
        live = client.get(LIVE)
        client.until_data(live)
        client.get_and_take_back(STATUS, 900)
        client.ping()
        client.until_data(live)


def test_a_client_that_takes_back_without_end_is_cut_off(gateway: Gateway) -> None:
    """CVE-2023-44487: what asks and takes back as fast as it can is no client of ours."""
    with Http2Client(gateway.port) as client, pytest.raises(ConnectionError):
        for _ in range(40):
            client.get_and_take_back(STATUS, AT_ONCE // 10)
            client.ping()
    assert gateway.rest("GET", "/api/v1/alerts/rules").status == 200
