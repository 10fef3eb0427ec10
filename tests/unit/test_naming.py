"""What a write is of, as a service tells the gateway."""

from urllib.parse import parse_qs

import pytest
from camplane.alert.v1 import alert_service_pb2 as alert_pb
from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf.message import Message

from servicekit import naming

ODD = "a b&c=摄"


@pytest.mark.parametrize(
    ("rpc", "request_", "named"),
    [
        (
            "camera.v1.CameraService/StopCamera",
            pb.StopCameraRequest(camera_id="a b&c=摄"),
            "a b&c=摄",
        ),
        ("alert.v1.AlertService/DeleteRule", alert_pb.DeleteRuleRequest(rule_id=7), "7"),
    ],
)
def test_what_a_request_names_is_told_in_ascii(rpc: str, request_: Message, named: str) -> None:
    """Whatever characters it has."""
    naming.begin(naming.names_of(f"/camplane.{rpc}")(request_))
    ((name, value),) = naming.metadata()
    assert (name, value.isascii(), value.isprintable()) == (naming.METADATA, True, True)
    assert list(parse_qs(value).values()) == [[named]]


def test_what_is_made_is_told_by_who_makes_it() -> None:
    """Its request has no field for it; and what is no id fills no header."""
    naming.begin(naming.names_of("/camplane.camera.v1.CameraService/CreateCamera")(None))
    assert naming.metadata() == ()
    naming.name("camera_id", "\ud800" + "x" * 100_000)
    ((_, value),) = naming.metadata()
    assert 200 < len(value) < 300
    naming.begin({"camera_id": ""})
    assert naming.metadata() == ()
