"""gRPC clients use the gateway's one port, over plain HTTP/2, without any JSON between."""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

import grpc
import pytest
from camplane.alert.v1 import alert_service_pb2, alert_service_pb2_grpc
from camplane.camera.v1 import camera_service_pb2 as pb
from camplane.camera.v1 import camera_service_pb2_grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)


@pytest.fixture(scope="module")
def channel(demo) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(demo.url.removeprefix("http://")) as channel:
        yield channel


@pytest.fixture(scope="module")
def cameras(channel) -> camera_service_pb2_grpc.CameraServiceStub:
    return camera_service_pb2_grpc.CameraServiceStub(channel)


def test_a_call_is_answered_with_messages(cameras, channel) -> None:
    answer = cameras.ListCameras(pb.ListCamerasRequest())
    assert {camera.camera_id for camera in answer.cameras} >= {"demo-street", "demo-file"}
    (street,) = (camera for camera in answer.cameras if camera.camera_id == "demo-street")
    assert street.source.startswith("rtsp://***@127.0.0.1:")
    rules = alert_service_pb2_grpc.AlertServiceStub(channel)
    assert list(rules.ListRules(alert_service_pb2.ListRulesRequest()).items) == []


def test_an_error_carries_its_reason(cameras) -> None:
    with pytest.raises(grpc.RpcError) as error:
        cameras.GetCamera(pb.GetCameraRequest(camera_id="nobody"))
    assert error.value.code() is grpc.StatusCode.NOT_FOUND
    trailing = dict(error.value.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    assert (info.reason, info.domain) == ("CAMERA_NOT_FOUND", "camplane.camera")


def test_watching_streams_the_present_state_and_then_each_change(cameras, demo, film) -> None:
    """Also when the change is made over REST, on the other path."""
    camera_id = "watched"
    call = cameras.WatchCameras(pb.WatchCamerasRequest(camera_ids=[camera_id]), timeout=30)
    entry = {"id": camera_id, "name": "n", "source": film}
    demo.ask("POST", "/api/v1/cameras?force_domain=false", json=entry)
    demo.ask("POST", f"/api/v1/cameras/{camera_id}/start?force_domain=true")
    states = []
    for event in call:
        states.append(event.state)
        if event.state == pb.CAMERA_STATE_STREAMING:
            demo.ask("DELETE", f"/api/v1/cameras/{camera_id}")
        if event.state == pb.CAMERA_STATE_REMOVED:
            break
    call.cancel()
    # Its worker ends before it is removed, which a slow machine has time to tell.
    assert pb.CAMERA_STATE_STREAMING in states
    assert states[-1] == pb.CAMERA_STATE_REMOVED


def test_a_cameras_calls_stay_on_one_path_and_on_the_one_of_its_rest_requests(
    cameras, demo
) -> None:
    """Given its id in x-camera-id, percent-encoded as in the path."""
    paths = {}
    for number in range(30):
        camera_id = f"门 {number}"
        metadata = (("x-camera-id", quote(camera_id, safe="")),)
        found = set()
        for _ in range(3):
            request = pb.GetCameraStatusRequest(camera_id=camera_id)
            _, call = cameras.GetCameraStatus.with_call(request, metadata=metadata)
            found.add(dict(call.initial_metadata())["x-camplane-path"])
        answer = demo.http.get(f"/api/v1/cameras/{quote(camera_id, safe='')}/status")
        assert found == {answer.headers["x-camplane-path"]}
        paths[camera_id] = found.pop()
    assert set(Counter(paths.values())) == {"legacy", "domain"}


@pytest.mark.parametrize(
    "service", ["", "camplane.camera.v1.CameraService", "camplane.alert.v1.AlertService"]
)
def test_health_is_asked_in_the_standard_way(channel, service) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    answer = stub.Check(health_pb2.HealthCheckRequest(service=service))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_the_contracts_can_be_asked_for_by_reflection(channel) -> None:
    database = ProtoReflectionDescriptorDatabase(channel)
    assert {
        "camplane.camera.v1.CameraService",
        "camplane.alert.v1.AlertService",
        "camplane.gateway.v1.MonitoringService",
    } <= set(database.get_services())
    file = database.FindFileContainingSymbol("camplane.camera.v1.CameraService")
    (service,) = (s for s in file.service if s.name == "CameraService")
    assert "WatchCameras" in {method.name for method in service.method}


def test_an_unknown_method_is_unimplemented(channel) -> None:
    call = channel.unary_unary("/camplane.camera.v1.CameraService/Nothing")
    with pytest.raises(grpc.RpcError) as error:
        call(b"")
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED
