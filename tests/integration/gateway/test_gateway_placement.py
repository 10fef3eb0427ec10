"""What is predicted of a camera's side is what Envoy does."""

import random

import grpc
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc

from gateway.proxy.files import read_routing
from gateway.vocabulary.placement import bucket_of, explain, written
from tests.integration.gateway.rig import Gateway, sides

LETTERS = "abcXYZ0189 _.-~+%&;:@!'()门口北é🎥?#\"\\"
_choose = random.Random(11)
CAMERAS = [f"cam{number}" for number in range(150)] + sorted(
    {"".join(_choose.choices(LETTERS, k=_choose.randint(1, 12))) for _ in range(170)} - {".", ".."}
)
STATUS = camera_service_pb2.GetCameraStatusRequest(camera_id="c")


def native_sides(channel: grpc.Channel, named: list[str]) -> list[str]:
    stub = camera_service_pb2_grpc.CameraServiceStub(channel)
    calls = [stub.GetCameraStatus.future(STATUS, metadata=(("x-camera-id", one),)) for one in named]
    return [str(dict(call.initial_metadata())["x-camplane-path"]) for call in calls]


def test_each_camera_is_where_it_is_said_to_be_and_none_moves_back(gateway: Gateway) -> None:
    assert len(CAMERAS) >= 300
    ids = [written(one) for one in CAMERAS]
    paths = [f"/api/v1/cameras/{one}/status" for one in ids]
    before = ["legacy"] * len(CAMERAS)
    with gateway.channel() as channel:
        for weight in (10, 25, 50, 100):
            gateway.split(camera=weight)
            routing = read_routing(gateway.directory)
            predicted = [explain(one, routing).path for one in CAMERAS]
            assert sides(gateway, paths) == predicted
            assert native_sides(channel, ids) == predicted
            pairs = set(zip(before, predicted, strict=True))
            assert ("domain", "legacy") not in pairs
            before = predicted
    assert set(before) == {"domain"}


def test_the_step_that_moves_a_camera_is_the_one_that_was_said(gateway: Gateway) -> None:
    steps = (10, 25, 50, 100)
    gateway.split(camera=0)
    routing = read_routing(gateway.directory)
    said = {one: explain(one, routing, steps).moves_at for one in CAMERAS[:60]}
    for step in steps:
        gateway.split(camera=step)
        found = sides(gateway, [f"/api/v1/cameras/{one}/status" for one in said])
        arrived = [one for one, side in zip(said, found, strict=True) if side == "domain"]
        assert arrived == [one for one, at in said.items() if at is not None and at <= step]


def test_an_id_written_otherwise_falls_where_its_letters_say(gateway: Gateway) -> None:
    # The wart of hashing what the client wrote: it is known, and no more than that.
    gateway.split(camera=50)
    forms = [form for n in range(20) for form in (f"a+b{n}", f"a%2Bb{n}", f"a%2bb{n}", f"%61+b{n}")]
    expected = ["domain" if bucket_of(form) < 50 else "legacy" for form in forms]
    assert sides(gateway, [f"/api/v1/cameras/{form}/status" for form in forms]) == expected
    with gateway.channel() as channel:
        assert native_sides(channel, forms) == expected
    different = [expected[at : at + 4] for at in range(0, len(forms), 4)]
    assert any(len(set(one)) > 1 for one in different)
