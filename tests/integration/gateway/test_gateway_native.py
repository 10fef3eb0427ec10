"""gRPC clients call the same gateway, on the same port, under the same split."""

from collections.abc import Iterator

import grpc
import pytest
from camplane.alert.v1 import alert_service_pb2, alert_service_pb2_grpc
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc
from camplane.gateway.v1 import monitoring_service_pb2, monitoring_service_pb2_grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.integration.gateway.rig import Gateway, until
from tests.integration.gateway.upstream import BrokenError, GoneError, MissingError

STATUS = camera_service_pb2.GetCameraStatusRequest(camera_id="c")


@pytest.fixture
def channel(gateway: Gateway) -> Iterator[grpc.Channel]:
    with gateway.channel() as channel:
        yield channel


@pytest.fixture
def camera(channel: grpc.Channel) -> camera_service_pb2_grpc.CameraServiceStub:
    return camera_service_pb2_grpc.CameraServiceStub(channel)


def side(call: grpc.Call) -> str:
    return str(dict(call.initial_metadata())["x-camplane-path"])


def test_calls_reach_their_services_untouched(gateway: Gateway, channel: grpc.Channel) -> None:
    camera_service_pb2_grpc.CameraServiceStub(channel).GetCameraStatus(STATUS)
    rules = alert_service_pb2_grpc.AlertServiceStub(channel)
    rules.ListRules(alert_service_pb2.ListRulesRequest(camera_id="c", enabled=False))
    assert [(name, one.rpc, one.request) for name, one in gateway.take_received()] == [
        ("camera/domain", "CameraService/GetCameraStatus", {"camera_id": "c"}),
        ("alert/domain", "AlertService/ListRules", {"camera_id": "c", "enabled": False}),
    ]


def test_a_camera_named_in_metadata_keeps_the_side_that_it_has_in_rest(
    gateway: Gateway, camera: camera_service_pb2_grpc.CameraServiceStub
) -> None:
    gateway.split(camera=50)
    found = set()
    for number in range(60):
        name = f"cam%20{number}"
        metadata = (("x-camera-id", name),)
        _, call = camera.GetCameraStatus.with_call(STATUS, metadata=metadata)
        assert side(call) == gateway.rest("GET", f"/api/v1/cameras/{name}/status").path
        found.add(side(call))
    assert found == {"domain", "legacy"}


def test_without_that_metadata_each_call_is_drawn(
    gateway: Gateway, camera: camera_service_pb2_grpc.CameraServiceStub
) -> None:
    gateway.split(camera=50)
    found = [side(camera.GetCameraStatus.with_call(STATUS)[1]) for _ in range(150)]
    assert 30 <= found.count("domain") <= 120


def test_a_stream_passes_message_by_message(
    camera: camera_service_pb2_grpc.CameraServiceStub,
) -> None:
    call = camera.WatchCameras(camera_service_pb2.WatchCamerasRequest())
    assert len(list(call)) == 1
    assert side(call) == "domain"


def test_many_streams_of_one_channel_leave_room_for_its_calls(
    gateway: Gateway, camera: camera_service_pb2_grpc.CameraServiceStub
) -> None:
    domain = gateway.upstreams["camera/domain"]
    domain.seconds = 60.0
    streams = [camera.WatchCameras(camera_service_pb2.WatchCamerasRequest()) for _ in range(130)]
    try:
        for stream in streams:
            next(stream)
        domain.seconds = 0.0
        _, call = camera.GetCameraStatus.with_call(STATUS, timeout=10)
        assert side(call) == "domain"
    finally:
        domain.seconds = 0.0
        for stream in streams:
            stream.cancel()


def test_errors_keep_their_code_words_and_reason(
    gateway: Gateway, camera: camera_service_pb2_grpc.CameraServiceStub
) -> None:
    def refuse(rpc: str, request: object) -> None:
        raise MissingError("没有这个摄像头")

    gateway.upstreams["camera/domain"].behave = refuse
    with pytest.raises(grpc.RpcError) as raised:
        camera.GetCameraStatus(STATUS)
    error = raised.value
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert error.details() == "没有这个摄像头"
    trailing = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert info.reason == "CAMERA_NOT_FOUND"
    assert trailing["x-camplane-path"] == "domain"


def test_unavailable_falls_back_and_internal_does_not(
    gateway: Gateway, camera: camera_service_pb2_grpc.CameraServiceStub
) -> None:
    errors = iter((GoneError("no database"), BrokenError("broken")))

    def refuse(rpc: str, request: object) -> None:
        raise next(errors)

    gateway.upstreams["camera/domain"].behave = refuse
    _, call = camera.StartCamera.with_call(camera_service_pb2.StartCameraRequest(camera_id="c"))
    assert side(call) == "legacy"
    assert ("x-camplane-fallback", "true") in [tuple(pair) for pair in call.initial_metadata()]
    with pytest.raises(grpc.RpcError) as raised:
        camera.GetCameraStatus(STATUS)
    assert raised.value.code() is grpc.StatusCode.INTERNAL


def test_an_unknown_rpc_is_unimplemented_in_plain_words(channel: grpc.Channel) -> None:
    for path in ("/camplane.camera.v1.CameraService/Nope", "/nothing.Here/Call"):
        with pytest.raises(grpc.RpcError) as raised:
            channel.unary_unary(path)(b"")
        assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert raised.value.details() == "Not Found"


def test_when_nobody_serves_the_error_is_a_grpc_status(
    gateway: Gateway, camera: camera_service_pb2_grpc.CameraServiceStub
) -> None:
    names = ("camera/domain", "camera/legacy")
    for name in names:
        gateway.upstreams[name].stop()
    try:
        with pytest.raises(grpc.RpcError) as raised:
            camera.GetCameraStatus(STATUS)
        assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
        assert not raised.value.details().startswith("{")
        answer = gateway.rest("GET", "/api/v1/cameras/c/status")
        assert answer.status == 503
        assert "/api/v1/monitoring/health" in answer.json["detail"]
    finally:
        for name in names:
            gateway.upstreams[name].start()
    until(lambda: gateway.rest("GET", "/api/v1/cameras/c/status").path == "domain")


def test_reflection_and_health_answer_for_the_whole(channel: grpc.Channel) -> None:
    reflection = reflection_pb2_grpc.ServerReflectionStub(channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    [answer] = reflection.ServerReflectionInfo(iter([request]))
    names = {service.name for service in answer.list_services_response.service}
    assert {"camplane.camera.v1.CameraService", "camplane.alert.v1.AlertService"} <= names
    symbol = "camplane.camera.v1.CameraService"
    request = reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol)
    [answer] = reflection.ServerReflectionInfo(iter([request]))
    assert answer.file_descriptor_response.file_descriptor_proto
    health = health_pb2_grpc.HealthStub(channel)
    serving = health_pb2.HealthCheckResponse.SERVING
    until(lambda: health.Check(health_pb2.HealthCheckRequest()).status == serving)
    ping = monitoring_service_pb2_grpc.MonitoringServiceStub(channel).Ping
    assert ping(monitoring_service_pb2.PingRequest()).message == "pong"
