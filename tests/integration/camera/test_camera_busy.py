"""An answer is true: a write that stood in line for too long is refused, and never happens."""

import asyncio
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf.struct_pb2 import Struct

from camera_service.shared_state.files import locks
from camera_service.shared_state.files.layout import Layout
from servicekit.turns import TIME_LIMIT


def within(seconds: float) -> list[tuple[str, str]]:
    """Return the metadata by which the gateway says how long it waits."""
    return [(TIME_LIMIT, f"{time.time():.3f} {seconds:g}")]


def fields(**values: str) -> Struct:
    found = Struct()
    found.update(values)
    return found


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


@pytest.fixture
def layout(root: Path) -> Layout:
    return Layout.under(root)


async def test_changes_behind_another_writer_are_refused_in_time_and_do_not_happen(
    client: Any, layout: Layout
) -> None:
    """More of them than there are threads; the gateway would have answered 504 for each."""
    await client.create({"id": "cam0", "name": "n", "source": "x.mp4"})
    new = pb.CreateCameraRequest(entry=fields(id="cam1", name="n", source="x.mp4"))
    other = pb.UpdateCameraRequest(camera_id="cam0", entry=fields(name="other"))
    path = layout.cameras_file
    with locks.exclusive(path.with_name(f".{path.name}.lock")):
        began = time.monotonic()
        calls = [client.typed.CreateCamera(new, metadata=within(2)) for _ in range(8)]
        calls.append(client.typed.UpdateCamera(other, metadata=within(2)))
        errors = await asyncio.gather(*map(refused, calls))
        assert time.monotonic() - began < 2
    assert {error.code() for error in errors} == {grpc.StatusCode.UNAVAILABLE}
    assert all("nothing was changed" in str(error.details()) for error in errors)
    # Those that still wait for the lock have it before these, and leave all as it is.
    for number in range(4):
        await client.create({"id": f"new{number}", "name": "n", "source": "x.mp4"})
    found = [(one["id"], one["name"]) for one in await client.entries()]
    assert found == [("cam0", "n"), *((f"new{number}", "n") for number in range(4))]


async def test_a_start_behind_another_one_of_the_camera_is_refused_and_starts_nothing(
    client: Any, layout: Layout
) -> None:
    await client.create({"id": "cam0", "name": "n", "source": "x.mp4"})
    start = pb.StartCameraRequest(camera_id="cam0")
    with locks.exclusive(layout.control_lock("cam0")):
        error = await refused(client.typed.StartCamera(start, metadata=within(1)))
        assert error.code() is grpc.StatusCode.UNAVAILABLE
    with locks.exclusive(layout.control_lock("cam0")):  # it had its turn before
        assert (await client.call("GetCameraStatus", camera_id="cam0")).running is False


async def test_a_client_that_leaves_while_its_change_waits_has_changed_nothing(
    client: Any, layout: Layout
) -> None:
    """Its own deadline, over which the service has the answer but nobody to give it to."""
    new = pb.CreateCameraRequest(entry=fields(id="cam1", name="n", source="x.mp4"))
    path = layout.cameras_file
    with locks.exclusive(path.with_name(f".{path.name}.lock")):
        error = await refused(client.typed.CreateCamera(new, timeout=0.5))
        codes = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
        assert error.code() in codes
    await client.create({"id": "cam2", "name": "n", "source": "x.mp4"})
    assert [one["id"] for one in await client.entries()] == ["cam2"]
