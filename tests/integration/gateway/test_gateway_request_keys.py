"""Each request carries a key of the gateway's, the same on a retry; a client's passes beside it."""

import re
import time
import uuid
from typing import Any

import pytest
from camplane.camera.v1 import camera_service_pb2 as pb
from camplane.camera.v1 import camera_service_pb2_grpc as pb_grpc

from gateway.proxy.targets import REQUEST_KEY, TIME_LIMIT
from servicekit import turns
from servicekit.idempotency import CLIENT_KEY, GATEWAY_KEY
from tests.integration.gateway.rig import Gateway
from tests.integration.gateway.upstream import GoneError

START = "/api/v1/cameras/c/start"


def gone(rpc: str, request: Any) -> None:
    raise GoneError("no database")


def keys(gateway: Gateway) -> list[str | None]:
    """Return the gateway's keys of what reached the services."""
    return [one.metadata.get(REQUEST_KEY) for _, one in gateway.take_received()]


def test_services_look_for_the_key_where_the_gateway_puts_it() -> None:
    assert REQUEST_KEY == GATEWAY_KEY


def test_a_retry_carries_the_key_of_the_first_attempt_and_no_other_request_does(
    gateway: Gateway,
) -> None:
    gateway.upstreams["camera/domain"].behave = gone
    for _ in range(20):
        assert gateway.rest("POST", START).path == "legacy"
    found = keys(gateway)
    assert len(found) == 40
    assert found[:20] == found[20:]  # first domain's, then legacy's
    assert len(set(found)) == 20
    assert all(key and re.fullmatch(r"[0-9a-f-]{36}", key) for key in found)


@pytest.mark.parametrize("header", ["x-camplane-request-key", "X-Request-Id"])
def test_no_client_chooses_the_gateways_key(gateway: Gateway, header: str) -> None:
    chosen = str(uuid.uuid4())
    for _ in range(2):
        gateway.rest("POST", START, headers={header: chosen})
    first, second = keys(gateway)
    assert first != second
    assert chosen not in (first, second)


def test_a_clients_key_reaches_the_service_as_it_is(gateway: Gateway) -> None:
    gateway.rest("POST", START, headers={"Idempotency-Key": 'a "b" ~'})
    [(_, received)] = gateway.take_received()
    assert received.metadata[CLIENT_KEY] == 'a "b" ~'


def test_native_calls_have_both_keys_too(gateway: Gateway) -> None:
    with gateway.channel() as channel:
        stub = pb_grpc.CameraServiceStub(channel)
        metadata = [("x-camera-id", "c"), (CLIENT_KEY, "mine"), (REQUEST_KEY, "forged")]
        stub.StartCamera(pb.StartCameraRequest(camera_id="c"), metadata=metadata, timeout=10)
    [(_, received)] = gateway.take_received()
    assert received.metadata[CLIENT_KEY] == "mine"
    assert received.metadata[REQUEST_KEY] not in (None, "", "forged")


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"tab\there", b"\xc3\xa9", b"\xff", b"a\x7f"])
def test_a_key_that_is_none_is_refused_in_words_and_reads_do_not_mind(
    gateway: Gateway, key: bytes
) -> None:
    headers: dict[str, Any] = {"Idempotency-Key": key}
    answer = gateway.rest("POST", START, headers=headers)
    assert answer.status == 400, answer.body
    if answer.path:  # else Envoy itself took no such header
        assert answer.json["details"][0]["reason"] == "IDEMPOTENCY_KEY_INVALID"
        assert "1 to 255 printable ASCII characters" in answer.json["detail"]
        assert gateway.rest("GET", "/api/v1/cameras/c/status", headers=headers).status == 200


def test_a_write_is_told_when_it_came_and_how_long_it_is_waited_for(gateway: Gateway) -> None:
    """The same on a retry, whatever a client says; a read can be told late."""
    assert TIME_LIMIT == turns.TIME_LIMIT
    gateway.upstreams["camera/domain"].behave = gone
    began = time.time()
    gateway.rest("POST", START, headers={TIME_LIMIT: "1 1"})
    gateway.rest("POST", "/api/v1/cameras/c/stop")
    gateway.rest("GET", "/api/v1/cameras/c/status")
    with gateway.channel() as channel:
        pb_grpc.CameraServiceStub(channel).DeleteCamera(pb.DeleteCameraRequest(camera_id="c"))
    told: dict[str, list[str | None]] = {}
    for _, one in gateway.take_received():
        told.setdefault(one.rpc, []).append(one.metadata.get(TIME_LIMIT))
    assert told.pop("CameraService/GetCameraStatus") == [None, None]
    seconds = {"StartCamera": 15, "StopCamera": 30, "DeleteCamera": 30}
    assert told.keys() == {f"CameraService/{name}" for name in seconds}
    for name, expected in seconds.items():
        first, again = told[f"CameraService/{name}"]
        assert first == again
        came, waits = map(float, str(first).split())
        assert waits == expected
        assert began - 0.01 <= came <= time.time()
