"""Who may read no secrets, as the gateway tells of it: both contracts, either implementation."""

import asyncio
import json
from typing import Any

import pytest
from camplane.camera.v1 import camera_rest_service_pb2 as rest_pb
from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf.json_format import MessageToDict

PASSWORD = "hunter2-of-the-gate"
GATE = {
    "id": "gate",
    "name": "Gate",
    "source": f"rtsp://admin:{PASSWORD}@10.0.0.7/live?channel=1",
    "resolution": "1920x1080",
    "active": True,
    "kennwort": PASSWORD,
    "pin": 4711,
    "onvif": {"user": "admin", "zugang": [PASSWORD]},
    "notes": f"log in as admin with {PASSWORD}",
    "location": f"behind the door of {PASSWORD}",
}
SHOWN = {
    "id": "gate",
    "name": "Gate",
    "source": "rtsp://***@10.0.0.7/live?channel=1",
    "resolution": "1920x1080",
    "active": True,
    **dict.fromkeys(("kennwort", "pin", "onvif", "notes"), "***"),
    "location": "behind the door of ***",
}
OF_READERS = ("x-camplane-unmasked", "operator,admin")
Metadata = tuple[tuple[str, str], ...]


def asking(roles: str | None) -> Metadata:
    return (OF_READERS, *(() if roles is None else (("camplane-roles", roles),)))


async def rest_reads(client: Any, metadata: Metadata) -> list[dict[str, Any]]:
    """Return the camera as both reads of REST have it."""
    request = rest_pb.CameraRestServiceListCamerasRequest()
    listed = await client._rest.ListCameras(request, metadata=metadata)
    named = rest_pb.CameraRestServiceGetCameraRequest(camera_id="gate")
    one = await client._rest.GetCamera(named, metadata=metadata)
    return [*json.loads(listed.body.data)["cameras"], json.loads(one.body.data)]


async def typed_reads(client: Any, metadata: Metadata) -> list[dict[str, Any]]:
    """Return the camera's entry as all typed reads have it."""
    found = []
    for size in (0, 1):
        request = pb.ListCamerasRequest(page_size=size)
        found += (await client.typed.ListCameras(request, metadata=metadata)).cameras
    named = pb.GetCameraRequest(camera_id="gate")
    found.append((await client.typed.GetCamera(named, metadata=metadata)).camera)
    assert [one.source for one in found] == [SHOWN["source"]] * 3
    return [MessageToDict(one)["entry"] for one in found]


@pytest.mark.parametrize("roles", ['["viewer"]', '["releaser", "viewer"]', "[]", "admin", None])
async def test_who_is_no_operator_reads_no_password(client: Any, roles: str | None) -> None:
    """However its key is called, in whatever language, and wherever else it stands."""
    await client.create(GATE)
    found = await rest_reads(client, asking(roles)) + await typed_reads(client, asking(roles))
    assert found == [SHOWN] * 5
    assert PASSWORD not in json.dumps(found)


@pytest.mark.parametrize(("roles", "plain"), [('["viewer"]', False), ('["operator"]', True)])
async def test_changes_are_told_with_what_the_caller_may_read(
    client: Any, roles: str, plain: bool
) -> None:
    await client.create(GATE)
    request = pb.WatchCamerasRequest(camera_ids=["gate"])
    events = client.typed.WatchCameras(request, metadata=asking(roles))
    event = await asyncio.wait_for(events.read(), 20)
    events.cancel()
    told = MessageToDict(event.camera)["entry"]
    assert (told["pin"] == GATE["pin"]) is plain
    assert plain or told == SHOWN


async def test_operators_read_what_is_configured_and_so_does_everybody_without_access(
    client: Any,
) -> None:
    """Over REST, that is: sources over gRPC were never shown with their credentials."""
    await client.create(GATE)
    for metadata in (asking('["operator"]'), asking('["viewer", "admin"]'), ()):
        assert await rest_reads(client, metadata) == [GATE] * 2
        assert await typed_reads(client, metadata) == [{**GATE, "source": SHOWN["source"]}] * 3


async def test_what_was_read_with_a_mask_and_is_written_back_keeps_the_password(
    client: Any,
) -> None:
    """And what was changed beside it is changed; a new source is a new source."""
    await client.create(GATE)
    camera = (await client.call("GetCamera", camera_id="gate")).camera
    camera.entry["name"] = "Back gate"
    await client.call("UpdateCamera", camera_id="gate", entry=camera.entry)
    assert await client.entries() == [{**GATE, "name": "Back gate"}]
    other = {"source": SHOWN["source"].replace("live", "other")}
    await client.call("UpdateCamera", camera_id="gate", entry=other)
    assert await client.entries() == [{**GATE, "name": "Back gate", **other}]
