"""A token of some cameras, as the gateway tells of it: what either implementation answers then."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from camplane.camera.v1 import camera_rest_service_pb2 as rest_pb
from camplane.camera.v1 import camera_service_pb2 as pb
from google.api import httpbody_pb2
from google.protobuf.struct_pb2 import Struct

HALLS = (("camplane-cameras", '["hall-*"]'),)
MINE, OTHERS, NOBODYS = "hall-1", "yard-1", "yard-none"
NAMED = (
    *("GetCamera", "UpdateCamera", "DeleteCamera", "StartCamera", "StopCamera", "RestartCamera"),
    *("GetCameraStatus", "ActivateCamera", "SetAutoStart", "DeactivateCamera", "GetCameraLogs"),
    *("TailCameraLogs", "GetCameraStats", "GetCameraPreview"),
)
OF_ALL = ("RefreshCameras", "CheckConsistency", "RepairConsistency", "UndoRepair")


def entry(camera_id: str) -> dict[str, Any]:
    return {"id": camera_id, "name": camera_id, "source": "clip.mp4", "rtsp_url": ""}


def struct(value: dict[str, Any]) -> Struct:
    found = Struct()
    found.update(value)
    return found


def body(value: Any) -> httpbody_pb2.HttpBody:
    return httpbody_pb2.HttpBody(content_type="application/json", data=json.dumps(value).encode())


async def told(method: Any, request: Any) -> tuple[str, str]:
    """Return the code and the text of a call of the halls' token; OK as soon as it is answered."""
    call = method(request, metadata=HALLS, timeout=10)
    try:
        if isinstance(call, grpc.aio.UnaryStreamCall):
            await call.read()
        else:
            await call
        return "OK", ""
    except grpc.aio.AioRpcError as error:
        return error.code().name, error.details() or ""
    finally:
        call.cancel()


async def filled(client: Any) -> None:
    for camera_id in (MINE, OTHERS):
        await client.create(entry(camera_id))


async def test_what_names_a_camera_is_refused_alike_whether_there_is_one_or_not(
    client: Any,
) -> None:
    """So no id can be probed; and of the token's own cameras it is done."""
    await filled(client)
    for rest, methods in ((False, NAMED), (True, ("GetCamera", "UpdateCamera", "TailCameraLogs"))):
        stub = client._rest if rest else client.typed
        for name in methods:
            kind = getattr(rest_pb, f"CameraRestService{name}Request") if rest else None
            request = kind or getattr(pb, f"{name}Request")
            refused = {
                camera_id: await told(getattr(stub, name), request(camera_id=camera_id))
                for camera_id in (OTHERS, NOBODYS)
            }
            assert {code for code, _ in refused.values()} == {"PERMISSION_DENIED"}, name
            texts = {text.replace(camera_id, "") for camera_id, (_, text) in refused.items()}
            assert len(texts) == 1, name
            if name not in ("DeleteCamera", "GetCameraPreview"):
                code, _ = await told(getattr(stub, name), request(camera_id=MINE))
                assert code == "OK", (name, code)
    assert [one["id"] for one in await client.entries()] == [MINE, OTHERS]


async def test_a_refused_read_says_of_which_camera_it_was(client: Any) -> None:
    """To the gateway, whose audit log keeps each refusal; one that is answered is not kept."""
    await filled(client)
    for name in ("GetCamera", "GetCameraStatus", "TailCameraLogs"):
        request = getattr(pb, f"{name}Request")
        call = getattr(client.typed, name)(request(camera_id=OTHERS), metadata=HALLS, timeout=10)
        assert await call.code() is grpc.StatusCode.PERMISSION_DENIED
        told_of = dict(await call.trailing_metadata() or ())
        assert told_of["camplane-named"] == f"camera_id={OTHERS}"
    call = client.typed.GetCamera(pb.GetCameraRequest(camera_id=MINE), metadata=HALLS)
    await call
    assert "camplane-named" not in dict(await call.trailing_metadata() or ())


async def test_what_is_of_the_whole_system_takes_a_token_of_all(client: Any) -> None:
    """It would tell of other cameras, or change them."""
    for name in OF_ALL:
        code, text = await told(getattr(client.typed, name), getattr(pb, f"{name}Request")())
        assert (code, "of all cameras" in text) == ("PERMISSION_DENIED", True), name


async def test_lists_leave_out_other_cameras(client: Any) -> None:
    """Over both contracts, the statuses and the changes that are watched included."""
    await filled(client)
    listed = await client.typed.ListCameras(pb.ListCamerasRequest(), metadata=HALLS)
    assert [one.camera_id for one in listed.cameras] == [MINE]
    rest = rest_pb.CameraRestServiceListCamerasRequest()
    shown = await client._rest.ListCameras(rest, metadata=HALLS)
    assert [one["id"] for one in json.loads(shown.body.data)["cameras"]] == [MINE]
    batch = await client.typed.BatchGetCameraStatus(
        pb.BatchGetCameraStatusRequest(), metadata=HALLS
    )
    assert [one.camera_id for one in batch.statuses] == [MINE]
    request = rest_pb.CameraRestServiceBatchGetCameraStatusRequest(body=body({}))
    answer = await client._rest.BatchGetCameraStatus(request, metadata=HALLS)
    assert list(json.loads(answer.body.data)) == [MINE]
    for camera_ids in ([MINE, OTHERS], [NOBODYS]):
        request.body.CopyFrom(body({"camera_ids": camera_ids}))
        code, _ = await told(client._rest.BatchGetCameraStatus, request)
        assert code == "PERMISSION_DENIED"
        named = pb.BatchGetCameraStatusRequest(camera_ids=camera_ids)
        code, _ = await told(client.typed.BatchGetCameraStatus, named)
        assert code == "PERMISSION_DENIED"


async def test_a_watcher_is_told_of_its_own_cameras_alone(client: Any) -> None:
    """Of what there is, and of what comes."""
    await filled(client)
    call = client.typed.WatchCameras(pb.WatchCamerasRequest(), metadata=HALLS)
    with contextlib.closing(_Cancelled(call)):
        assert (await call.read()).camera_id == MINE
        await client.create(entry("yard-2"))
        await client.create(entry("hall-2"))
        async with asyncio.timeout(10):
            assert (await call.read()).camera_id == "hall-2"


class _Cancelled:
    def __init__(self, call: Any) -> None:
        self.close: Callable[[], Any] = call.cancel


@pytest.mark.parametrize("rest", [False, True])
async def test_a_camera_is_made_within_the_tokens_alone(client: Any, rest: bool) -> None:
    """Refused alike when there is one of the id already; and nothing is made."""
    await filled(client)
    for camera_id, expected in (
        (OTHERS, "PERMISSION_DENIED"),
        (NOBODYS, "PERMISSION_DENIED"),
        (MINE, "ALREADY_EXISTS"),
        ("hall-2", "OK"),
    ):
        if rest:
            made = rest_pb.CameraRestServiceCreateCameraRequest(body=body(entry(camera_id)))
            code, _ = await told(client._rest.CreateCamera, made)
        else:
            typed = pb.CreateCameraRequest(entry=struct(entry(camera_id)))
            code, _ = await told(client.typed.CreateCamera, typed)
        assert code == expected, camera_id
    assert [one["id"] for one in await client.entries()] == [MINE, OTHERS, "hall-2"]
