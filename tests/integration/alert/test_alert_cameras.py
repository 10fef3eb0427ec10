"""A rule fires for a camera of camplane's own, whatever becomes of the camera service."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from camplane.camera.v1 import camera_service_pb2 as camera_pb
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub

from alert_service.application.camera_reports import event_of
from servicekit.database.connections import Database, parse_url

OFFLINE = {"name": "Offline", "rule_type": "camera_offline", "conditions": {}}
SECONDS = 30


@contextlib.asynccontextmanager
async def cameras_at(address: str, data: Path) -> AsyncIterator[CameraServiceStub]:
    """Run domain's camera service, and kill it at the end."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "camera_service"),
        env={**os.environ, "CAMPLANE_DATA": str(data), "CAMPLANE_LISTEN": address},
    )
    try:
        async with grpc.aio.insecure_channel(address) as channel:
            async with asyncio.timeout(SECONDS):
                await channel.channel_ready()
            yield CameraServiceStub(channel)
    finally:
        child.kill()
        await child.wait()


async def states(client: Any, expected: list[str]) -> None:
    """Wait until the history says so, oldest first."""

    async def told() -> list[str]:
        items = (await client.history())["items"]
        return [one["details"]["state"] for one in sorted(items, key=lambda one: one["id"])]

    async with asyncio.timeout(SECONDS):
        while await told() != expected:
            await asyncio.sleep(0.05)


async def test_it_fires_when_the_source_fails_and_is_over_when_it_is_stopped(
    serving: Any, sqlite_url: str, tmp_path: Path
) -> None:
    """The camera service comes later, is killed, and comes again."""
    address, data = f"unix:{tmp_path}/cameras.sock", tmp_path / "data"
    (data / "config").mkdir(parents=True)
    (data / "config" / "cameras.yaml").write_text(
        f"cameras: [{{id: broken, name: B, source: {tmp_path}/nothing.mp4, active: true}}]\n"
    )
    database = Database("alert", parse_url(sqlite_url))
    async with serving("domain", database, cameras=address) as client:
        await client.create(OFFLINE)
        async with cameras_at(address, data) as cameras:
            await cameras.StartCamera(camera_pb.StartCameraRequest(camera_id="broken"))
            await states(client, ["firing"])
        async with cameras_at(address, data) as cameras:
            await cameras.StopCamera(camera_pb.StopCameraRequest(camera_id="broken"))
            await states(client, ["firing", "resolved"])


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("SOURCE_FAILED", "source_failed"),
        ("CRASH_LOOP", "crash_loop"),
        ("RESTARTING", "worker_restarted"),
        ("STREAMING", "source_recovered"),
        ("STOPPED", "camera_stopped"),
        ("REMOVED", "camera_stopped"),
        ("STARTING", None),
    ],
)
def test_each_state_is_an_event_that_rules_know(state: str, kind: str | None) -> None:
    found = event_of("gate", state, "epoch-7", 5.0)
    assert (found and found.type) == kind
    assert found is None or (found.event_id, found.time, found.is_violation) == (
        *("epoch-7", 5.0, False),
    )
    assert event_of("c" * 51, state, "epoch-7", 5.0) is None
