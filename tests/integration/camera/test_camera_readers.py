"""Who may read no secrets, as the gateway tells of it: both contracts, either implementation."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from camplane.camera.v1 import camera_rest_service_pb2 as rest_pb
from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf.json_format import MessageToDict

PASSWORD = "hunter2-of-the-gate"
# In no place that is known to hold one.
PATH_KEY = "k3y-of-the-gate"
GATE = {
    "id": "gate",
    "name": "Gate",
    "source": f"rtsp://admin:{PASSWORD}@10.0.0.7/live/{PATH_KEY}?channel=1",
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
    "source": "rtsp://***@10.0.0.7/live/***?channel=1",
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
    entries = [MessageToDict(one)["entry"] for one in found]
    assert [one.source for one in found] == [entry["source"] for entry in entries]
    return entries


@pytest.mark.parametrize("roles", ['["viewer"]', '["releaser", "viewer"]', "[]", "admin", None])
async def test_who_is_no_operator_reads_no_password(client: Any, roles: str | None) -> None:
    """However its key is called, in whatever language, and wherever else it stands."""
    await client.create(GATE)
    found = await rest_reads(client, asking(roles)) + await typed_reads(client, asking(roles))
    assert found == [SHOWN] * 5
    assert PASSWORD not in json.dumps(found)
    assert PATH_KEY not in json.dumps(found)


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
        typed = {**GATE, "source": f"rtsp://***@10.0.0.7/live/{PATH_KEY}?channel=1"}
        assert await typed_reads(client, metadata) == [typed] * 3


@pytest.mark.parametrize("roles", ['["viewer"]', '["operator"]'])
async def test_what_was_read_with_a_mask_and_is_written_back_keeps_its_secrets(
    client: Any, roles: str
) -> None:
    """Over either contract, all of them; and what was changed beside them is changed."""
    stored = {**GATE, "env": {"REDIS_URL": "redis://u:p@h"}}
    await client.create(stored)
    typed = [one for one in await typed_reads(client, asking(roles)) if one["id"] == "gate"]
    for number, entry in enumerate(await rest_reads(client, asking(roles)) + typed):
        name = {"name": f"Gate {number}"}
        await client.update("gate", {**entry, **name})
        assert await client.entries() == [{**stored, **name}]
        await client.call("UpdateCamera", camera_id="gate", entry={**entry, "name": "Gate"})
        assert await client.entries() == [stored]


@pytest.mark.parametrize(
    "entry",
    [
        {"source": "rtsp://***@10.0.0.8/live/***?channel=1"},
        {"kennwort": "hunter3 ***"},
        {"onvif": {"user": "***"}},
        {"env": "***"},
    ],
)
async def test_a_mask_that_stands_for_nothing_is_refused(
    client: Any, refused: Any, entry: dict[str, Any]
) -> None:
    """It would be stored in the secret's place; a camera that is made has none to stand for."""
    await client.create(GATE)
    for write in (
        lambda: client.call("UpdateCamera", camera_id="gate", entry=entry),
        lambda: client.update("gate", entry),
        lambda: client.call("CreateCamera", entry={**GATE, "id": "other", **entry}),
        lambda: client.create({**GATE, "id": "other", **entry}),
    ):
        with pytest.raises(refused, match="which stands for a secret") as found:
            await write()
        assert found.value.code == "INVALID_ARGUMENT"
    assert await client.entries() == [GATE]


async def test_a_log_is_read_by_viewers_without_what_is_not_known_of_its_urls(
    client: Any, root: Path
) -> None:
    """Whichever program wrote it, whole and as it goes on; operators see which stream it is."""
    await client.create(GATE)
    line = f"opening rtsp://admin:{PASSWORD}@10.0.0.7/live/{PATH_KEY}: 401"
    (root / "logs").mkdir(exist_ok=True)
    (root / "logs" / "detect_gate.log").write_text(line + "\n")
    for roles, shown in (
        ('["viewer"]', "opening rtsp://***@10.0.0.7/live/*** 401"),
        ('["operator"]', f"opening rtsp://***@10.0.0.7/live/{PATH_KEY}: 401"),
    ):
        asked = {"camera_id": "gate", "lines": 5}
        tail = await client.typed.GetCameraLogs(
            pb.GetCameraLogsRequest(**asked), metadata=asking(roles)
        )
        assert list(tail.lines) == [shown]
        call = client.typed.TailCameraLogs(
            pb.TailCameraLogsRequest(**asked), metadata=asking(roles)
        )
        assert list((await asyncio.wait_for(call.read(), 20)).lines) == [shown]
        call.cancel()
