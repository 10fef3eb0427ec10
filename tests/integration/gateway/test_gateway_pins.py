"""Pinned cameras: on their side whatever the split says, however the id is written."""

import random
import re
from urllib.parse import quote, unquote

import pytest
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc

from gateway.vocabulary.route_table import bindings
from gateway.vocabulary.routing import MAX_ID_BYTES, MAX_PINS, Routing
from gateway.vocabulary.split import Split
from tests.integration.gateway.rig import Gateway, sides
from tests.integration.gateway.upstream import GoneError

ALL_LEGACY, ALL_DOMAIN = Split(0, 0), Split(100, 100)
IDS = [
    "cam 7",
    "50%",
    "%41",
    "门口",
    "é",
    "a?b",
    "a#b",
    "x+y;z&=",
    'q"<>{}|^`',
    "🎥",
    "status",
]
STATUS = camera_service_pb2.GetCameraStatusRequest(camera_id="c")


def status(written: str) -> str:
    return f"/api/v1/cameras/{written}/status"


def native_side(stub: camera_service_pb2_grpc.CameraServiceStub, written: str) -> str:
    _, call = stub.GetCameraStatus.with_call(STATUS, metadata=(("x-camera-id", written),))
    return str(dict(call.initial_metadata())["x-camplane-path"])


@pytest.mark.parametrize(("split", "side"), [(ALL_LEGACY, "domain"), (ALL_DOMAIN, "legacy")])
def test_every_operation_of_a_pinned_camera_and_of_no_other_goes_to_its_side(
    gateway: Gateway, split: Split, side: str
) -> None:
    gateway.route(Routing(split, pins={"cam7": side, "batch-status": side}))
    for binding in bindings():
        if binding.rpc.context != "camera":
            continue
        for camera_id in ("cam7", "cam70", "cam"):
            path = re.sub(r"{\w+}", camera_id, binding.template)
            body = "{}" if binding.takes_body else None
            headers = {"content-type": "application/json"} if body else {}
            answer = gateway.rest(binding.http_method, path, body, headers)
            pinned = camera_id == "cam7" and binding.sticky_parameter is not None
            assert (answer.path == side) is pinned, (binding.rpc.label, path, answer)
    # An operation's own path is no camera, unless it is asked as one.
    path = "/api/v1/cameras/batch-status"
    headers = {"content-type": "application/json"}
    assert gateway.rest("POST", path, "{}", headers).path != side
    assert gateway.rest("DELETE", path).path == side


def test_an_id_is_known_in_every_encoding_and_nothing_else_is_taken_for_it(
    gateway: Gateway,
) -> None:
    gateway.route(Routing(ALL_DOMAIN, pins=dict.fromkeys(IDS, "legacy")))
    choose = random.Random(7)
    segments = {*map(quote, IDS), "cam7", "%41", "%%341", "%2541", "cam%207%20", "xcam%207", "%C3"}
    for camera_id in IDS:
        for _ in range(20):
            segments.add("".join(_written(one, choose) for one in camera_id))
    segments = {one for one in segments if "%C3%" in one or unquote(one).isprintable()}
    known = sorted(segments - {"%C3"})
    expected = ["legacy" if unquote(one) in IDS else "domain" for one in known]
    assert sides(gateway, [status(one) for one in known]) == expected
    with gateway.channel() as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        assert [native_side(stub, one) for one in known] == expected
    assert expected.count("domain") >= 4 and expected.count("legacy") > 100
    # The query is no part of the id.
    assert sides(gateway, [f"{status('a')}?b", "/api/v1/cameras/a?b"]) == ["domain", "domain"]


def _written(character: str, choose: random.Random) -> str:
    encoded = "".join(
        choose.choice((f"%{byte:02x}", f"%{byte:02X}")) for byte in character.encode()
    )
    is_raw = character.isascii() and character not in ' ?#%"<>{}|^`' and choose.random() < 0.5
    return character if is_raw else encoded


def test_the_caller_who_forces_a_side_gets_it(gateway: Gateway) -> None:
    gateway.route(Routing(ALL_DOMAIN, pins={"cam7": "legacy"}))
    path = status("cam7")
    assert sides(gateway, [path, f"{path}?force_domain=true"]) == ["legacy", "domain"]
    assert gateway.rest("GET", f"{path}?force_domain=maybe").status == 400
    assert gateway.rest("PUT", path).status == 405


def test_the_metadata_pins_calls_for_one_camera_alone(gateway: Gateway) -> None:
    gateway.route(Routing(ALL_DOMAIN, pins={"cam7": "legacy"}))
    named = (("x-camera-id", "cam7"),)
    with gateway.channel() as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        _, call = stub.ListCameras.with_call(
            camera_service_pb2.ListCamerasRequest(), metadata=named
        )
        assert dict(call.initial_metadata())["x-camplane-path"] == "domain"
        assert [native_side(stub, one) for one in ("cam7", "cam8")] == ["legacy", "domain"]
    # REST has the id in its path; a header beside it says nothing.
    answer = gateway.rest("GET", status("cam8"), headers=dict(named))
    assert answer.path == "domain"


def test_legacy_stands_in_for_a_domain_that_a_camera_is_pinned_to(gateway: Gateway) -> None:
    def refuse(rpc: str, request: object) -> None:
        raise GoneError("no database")

    gateway.route(Routing(ALL_LEGACY, pins={"cam7": "domain"}))
    gateway.upstreams["camera/domain"].behave = refuse
    answer = gateway.rest("GET", status("cam7"))
    assert (answer.status, answer.path) == (200, "legacy")
    assert answer.headers["x-camplane-fallback"] == "true"
    with gateway.channel() as channel:
        stub = camera_service_pb2_grpc.CameraServiceStub(channel)
        assert native_side(stub, "cam7") == "legacy"


@pytest.mark.parametrize("alphabet", ["%41-", "东西南北门口大厅"])
def test_as_many_pins_as_may_be_are_taken_up_be_the_ids_as_long_as_they_can(
    gateway: Gateway, alphabet: str
) -> None:
    choose = random.Random(1)
    length = MAX_ID_BYTES // len(alphabet[0].encode())
    ids = {"".join(choose.choices(alphabet, k=length)) for _ in range(MAX_PINS)}
    gateway.route(Routing(ALL_DOMAIN, pins=dict.fromkeys(ids, "legacy")))
    asked = sorted(ids)[::10]
    assert set(sides(gateway, [status(quote(one)) for one in asked])) == {"legacy"}
    assert set(sides(gateway, [status(quote(one[1:])) for one in asked])) == {"domain"}
