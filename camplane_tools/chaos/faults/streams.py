"""Faults of a camera's stream: what the server at its other end may do."""

import contextlib
import os
from collections.abc import AsyncIterator

import grpc
from camplane.camera.v1 import camera_service_pb2 as pb
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub

from camplane_tools.chaos.rtsp import RtspServer, asks_for_a_password
from camplane_tools.chaos.site import PATIENCE_SECONDS, Site
from camplane_tools.chaos.watch import Watch
from camplane_tools.harness.api import camera_path
from camplane_tools.harness.errors import NotInTimeError

_NOISE = (pb.STREAM_FAILURE_DECODE, pb.STREAM_FAILURE_OTHER, pb.STREAM_FAILURE_TIMEOUT)


async def freezes(site: Site, watch: Watch) -> None:
    """The server falls silent, and goes on when the worker has said so."""
    async with _stream(site) as (server, camera_id):
        watch.fault()
        server.freeze()
        try:
            await _until_fails(site, camera_id, pb.STREAM_FAILURE_TIMEOUT)
        finally:
            server.go_on()
        watch.over()
        await site.until_moves(camera_id)
        watch.repaired()


async def closes(site: Site, watch: Watch) -> None:
    """The server ends the connection, and takes new ones."""
    async with _stream(site) as (server, camera_id):
        watch.fault()
        await server.kill()
        await server.start()
        watch.over()
        await site.until_moves(camera_id)
        watch.repaired()


async def refused(site: Site, watch: Watch) -> None:
    """Nothing listens at the address, and something does when the worker has said so."""
    async with _stream(site) as (server, camera_id):
        watch.fault()
        await server.kill()
        await _until_fails(site, camera_id, pb.STREAM_FAILURE_REFUSED)
        await server.start()
        watch.over()
        await site.until_moves(camera_id)
        watch.repaired()


async def asks(site: Site, watch: Watch) -> None:
    """Another server refuses the password; who put that right restarts the camera.

    By itself the worker leaves such a server alone for a minute and more, since
    cameras lock accounts.
    """
    async with _stream(site) as (server, camera_id):
        watch.fault()
        async with server.replaced(asks_for_a_password):
            await _until_fails(site, camera_id, pb.STREAM_FAILURE_AUTH)
        watch.over()
        await site.api.must("POST", camera_path(camera_id, "restart"), side="domain")
        await site.until_moves(camera_id)
        watch.repaired()


async def sends_garbage(site: Site, watch: Watch) -> None:
    """Another server answers with noise, until the worker has said that it fails.

    Noise that never becomes an answer is a server that does not answer in time.
    """
    async with _stream(site) as (server, camera_id):
        watch.fault()
        async with server.replaced(lambda request: os.urandom(4096)):
            await _until_fails(site, camera_id, *_NOISE)
        watch.over()
        await site.until_moves(camera_id)
        watch.repaired()


@contextlib.asynccontextmanager
async def _stream(site: Site) -> AsyncIterator[tuple[RtspServer, str]]:
    """Give a server, and a camera that streams from it."""
    server = RtspServer(site.folder / "rtsp.log")
    await server.start()
    try:
        async with site.camera(server.url) as camera_id:
            yield server, camera_id
    finally:
        await server.kill()


async def _until_fails(site: Site, camera_id: str, *causes: int) -> None:
    """Return when the camera is said to fail for one of these causes."""
    address = site.camplane.url.removeprefix("http://")
    seen: list[str] = []
    async with grpc.aio.insecure_channel(address) as channel:
        request = pb.WatchCamerasRequest(camera_ids=[camera_id])
        events = CameraServiceStub(channel).WatchCameras(request, timeout=PATIENCE_SECONDS)
        with contextlib.suppress(grpc.aio.AioRpcError):
            async for event in events:
                if event.cause in causes:
                    return
                seen.append(pb.StreamFailure.Name(event.cause))
    raise NotInTimeError(f"{camera_id} was never said to fail as it did; causes were {seen}")
