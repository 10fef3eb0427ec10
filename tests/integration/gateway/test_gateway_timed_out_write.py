"""A write that domain was too slow for may have happened: nobody else is asked for it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import ThreadingHTTPServer

import grpc
import pytest
from camplane.alert.v1.alert_service_pb2 import DeleteRuleRequest
from camplane.alert.v1.alert_service_pb2_grpc import AlertServiceStub
from camplane.camera.v1.camera_service_pb2 import ActivateCameraRequest
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub

from gateway.proxy.topology import Limits
from gateway.vocabulary.split import Split
from tests.integration.gateway.noting_server import Old
from tests.integration.gateway.rig import Gateway, running

SOON = Limits(timeout_seconds=1.0, long_timeout_seconds=1.0)
WRITES = (
    ("PUT", "/api/v1/cameras/c"),
    ("POST", "/api/v1/cameras/c/start"),
    ("DELETE", "/api/v1/cameras/c"),
    ("POST", "/api/v1/alerts/rules"),
    ("DELETE", "/api/v1/alerts/rules/1"),
)
CAMERA, RULE = ActivateCameraRequest(camera_id="c"), DeleteRuleRequest(rule_id=1)
LATE = "the service did not answer in time"


@pytest.fixture(scope="module", params=["services", "old server"])
def impatient(request: pytest.FixtureRequest) -> Iterator[Gateway]:
    """A gateway that waits for a second, before legacy services or an old HTTP server."""
    if request.param == "services":
        with running(Split(100, 100), limits=SOON) as gateway:
            yield gateway
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), Old)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"127.0.0.1:{server.server_port}"
        with running(Split(100, 100), limits=SOON, old_http=address) as gateway:
            yield gateway
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def hung(impatient: Gateway) -> Iterator[Gateway]:
    """The same with services of domain that do what they are asked, and answer too late."""
    impatient.take_received()
    Old.written.clear()
    domains = [one for one in impatient.upstreams.values() if one.implementation == "domain"]
    for domain in domains:
        domain.seconds = 5.0
    yield impatient
    for domain in domains:
        domain.seconds = 0.0


def test_a_write_that_timed_out_is_asked_of_nobody_else(hung: Gateway) -> None:
    """Over REST it is 504, over gRPC DEADLINE_EXCEEDED: UNAVAILABLE says nothing was done."""
    with ThreadPoolExecutor() as clients, hung.channel() as channel:
        rest = [clients.submit(hung.rest, *one, b"{}") for one in WRITES]
        activated = CameraServiceStub(channel).ActivateCamera.future(CAMERA)
        deleted = AlertServiceStub(channel).DeleteRule.future(RULE)
        calls = [activated.exception(), deleted.exception()]
    for answer in (one.result() for one in rest):
        assert (answer.status, answer.json["detail"]) == (504, LATE)
        assert answer.json["code"] == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
    assert {call.code() for call in calls} == {grpc.StatusCode.DEADLINE_EXCEEDED}
    assert Old.written == []
    received = hung.take_received()
    assert {name for name, _ in received} == {"camera/domain", "alert/domain"}
    assert len(received) == len(WRITES) + len(calls)
