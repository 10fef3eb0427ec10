"""CameraService, typed: each method decodes, calls one operation and encodes."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeAlias

import grpc
from camplane.camera.v1 import camera_service_pb2 as pb
from camplane.camera.v1 import camera_service_pb2_grpc as pb_grpc
from google.api import httpbody_pb2

from camera_service.application import pages
from camera_service.application.conditions import look
from camera_service.application.idempotency import IdempotentExecutor
from camera_service.application.ports import Operations
from camera_service.application.previews import Previews
from camera_service.application.reading import all_entries, one_entry, page_of_entries
from camera_service.domain.entry import (
    Entry,
    InputRule,
    changes,
    check_id,
    new_entry,
)
from camera_service.entrypoints import consistency_encoding, encoding
from camera_service.entrypoints.batches import Batches
from camera_service.entrypoints.log_stream import LogStreams, wanted_lines
from camera_service.entrypoints.watch import Watch
from servicekit import idempotency, naming, paging, readers, scopes
from servicekit.moments import now
from servicekit.threads import Threads
from servicekit.written_back import refuse_masks

NO_LOG = "Log file not found (process may not have started yet)"

Context: TypeAlias = grpc.aio.ServicerContext


def created(body: Mapping[str, Any], inputs: InputRule) -> Entry:
    """Return the entry of a new camera, which is one that the caller may ask for."""
    entry = new_entry(body, inputs)
    refuse_masks(entry)  # which looks at all of it, once it is known to be no deeper than allowed
    naming.name("camera_id", entry["id"])
    scopes.current().require(entry["id"])
    return entry


class CameraServicer(pb_grpc.CameraServiceServicer):
    """Serves either implementation."""

    def __init__(
        self,
        operations: Operations,
        watch: Watch,
        logs: LogStreams,
        threads: Threads,
        previews: Previews,
        batches: Batches,
        writes: IdempotentExecutor,
        controls: IdempotentExecutor,
        inputs: InputRule,
    ) -> None:
        self._cameras = operations.configuration
        self._control = operations.control
        self._observation = operations.observation
        self._consistency = operations.consistency
        self._watch = watch
        self._logs = logs
        self._threads = threads
        self._previews = previews
        self._batches = batches
        self._writes = writes
        self._inputs = inputs
        # Apart: a worker may take seconds to end, and nobody else is to wait for it.
        self._controls = controls

    async def ListCameras(
        self, request: pb.ListCamerasRequest, context: Context
    ) -> pb.ListCamerasResponse:
        page = paging.asked(request, pages.KEY)
        if page is None:
            entries = await self._threads(all_entries, self._cameras, request.active_only)
            return pb.ListCamerasResponse(cameras=map(encoding.camera, entries))
        found = await self._threads(page_of_entries, self._cameras, request.active_only, page)
        keyed = ((key, encoding.camera(entry)) for key, entry in found)
        cameras, after = paging.cut(keyed, page.size)
        token = paging.token(request, after)
        return pb.ListCamerasResponse(cameras=cameras, next_page_token=token)

    async def GetCamera(
        self, request: pb.GetCameraRequest, context: Context
    ) -> pb.GetCameraResponse:
        camera_id = check_id(request.camera_id)
        entry = await self._threads(one_entry, self._cameras, camera_id)
        return pb.GetCameraResponse(camera=encoding.camera(entry))

    async def CreateCamera(
        self, request: pb.CreateCameraRequest, context: Context
    ) -> pb.CreateCameraResponse:
        entry = created(encoding.plain(request.entry, self._inputs.size), self._inputs)
        await self._writes(self._cameras.create, entry)
        return pb.CreateCameraResponse(camera=encoding.camera(entry))

    async def UpdateCamera(
        self, request: pb.UpdateCameraRequest, context: Context
    ) -> pb.UpdateCameraResponse:
        camera_id = check_id(request.camera_id)
        wanted = changes(camera_id, encoding.plain(request.entry, self._inputs.size), self._inputs)
        await self._writes(self._cameras.update, camera_id, wanted)
        return pb.UpdateCameraResponse(status="success")

    async def DeleteCamera(
        self, request: pb.DeleteCameraRequest, context: Context
    ) -> pb.DeleteCameraResponse:
        await self._controls(self._cameras.delete, check_id(request.camera_id))
        return pb.DeleteCameraResponse(status="success")

    async def StartCamera(
        self, request: pb.StartCameraRequest, context: Context
    ) -> pb.StartCameraResponse:
        started = await self._controls(self._control.start, check_id(request.camera_id))
        return pb.StartCameraResponse(
            ok=True,
            running=True,
            pid=started.pid,
            log=started.log,
            cmd=encoding.command(started),
        )

    async def StopCamera(
        self, request: pb.StopCameraRequest, context: Context
    ) -> pb.StopCameraResponse:
        await self._controls(self._control.stop, check_id(request.camera_id))
        return pb.StopCameraResponse(ok=True, running=False)

    async def RestartCamera(
        self, request: pb.RestartCameraRequest, context: Context
    ) -> pb.RestartCameraResponse:
        started = await self._controls(self._control.restart, check_id(request.camera_id))
        return pb.RestartCameraResponse(
            ok=True,
            running=True,
            pid=started.pid,
            log=started.log,
            cmd=encoding.command(started),
        )

    async def GetCameraStatus(
        self, request: pb.GetCameraStatusRequest, context: Context
    ) -> pb.GetCameraStatusResponse:
        # Not in a thread: a `stat` and a poll cost less than the way there.
        status = self._observation.status(check_id(request.camera_id))
        return pb.GetCameraStatusResponse(
            ok=True, running=status.running, pid=status.pid, log=status.log
        )

    async def BatchGetCameraStatus(
        self, request: pb.BatchGetCameraStatusRequest, context: Context
    ) -> pb.BatchGetCameraStatusResponse:
        return await self._batches(
            list(request.camera_ids), encoding.worker_statuses, request.conditions
        )

    async def ActivateCamera(
        self, request: pb.ActivateCameraRequest, context: Context
    ) -> pb.ActivateCameraResponse:
        camera_id = check_id(request.camera_id)
        # Nothing is to be done for most: a `stat` says so, for less than the way to a thread.
        if not self._cameras.is_activated(camera_id):
            await self._writes(self._cameras.activate, camera_id)
        return pb.ActivateCameraResponse(ok=True, camera_id=camera_id, active=True)

    async def DeactivateCamera(
        self, request: pb.DeactivateCameraRequest, context: Context
    ) -> pb.DeactivateCameraResponse:
        stopped = await self._controls(self._cameras.deactivate, check_id(request.camera_id))
        return pb.DeactivateCameraResponse(
            ok=True, camera_id=request.camera_id, active=False, stopped=stopped
        )

    async def SetAutoStart(
        self, request: pb.SetAutoStartRequest, context: Context
    ) -> pb.SetAutoStartResponse:
        camera_id = check_id(request.camera_id)
        await self._writes(self._cameras.set_auto_start, camera_id, request.auto_start)
        return pb.SetAutoStartResponse(ok=True, camera_id=camera_id, auto_start=request.auto_start)

    async def GetCameraLogs(
        self, request: pb.GetCameraLogsRequest, context: Context
    ) -> pb.GetCameraLogsResponse:
        camera_id = check_id(request.camera_id)
        lines = wanted_lines(request, 1)
        tail = await self._threads(self._observation.logs, camera_id, lines)
        return pb.GetCameraLogsResponse(
            camera_id=camera_id,
            log_file=tail.log_file,
            total_lines=tail.total_lines,
            lines=tail.lines,
            message=NO_LOG if tail.total_lines is None else None,
        )

    async def TailCameraLogs(
        self, request: pb.TailCameraLogsRequest, context: Context
    ) -> AsyncIterator[pb.TailCameraLogsResponse]:
        camera_id, lines = check_id(request.camera_id), wanted_lines(request, 0)
        async for found in self._logs.follow(camera_id, lines, request.after):
            yield encoding.log_lines(found)

    async def GetCameraStats(
        self, request: pb.GetCameraStatsRequest, context: Context
    ) -> pb.GetCameraStatsResponse:
        camera_id = check_id(request.camera_id)
        status, report, condition = await self._threads(look, self._observation, camera_id)
        return pb.GetCameraStatsResponse(
            camera_id=camera_id,
            running=status.running,
            pid=status.pid,
            log_file=status.log,
            stats=encoding.stats(report),
            condition=encoding.condition(condition) if condition.cause else None,
        )

    async def GetCameraPreview(
        self, request: pb.GetCameraPreviewRequest, context: Context
    ) -> pb.GetCameraPreviewResponse:
        camera_id = check_id(request.camera_id)
        entry = await self._threads(self._cameras.get_entry, camera_id)
        picture = await self._previews.picture(camera_id, entry)
        image = httpbody_pb2.HttpBody(content_type="image/jpeg", data=picture)
        return pb.GetCameraPreviewResponse(image=image)

    async def RefreshCameras(
        self, request: pb.RefreshCamerasRequest, context: Context
    ) -> pb.RefreshCamerasResponse:
        await self._threads(self._cameras.refresh)
        return pb.RefreshCamerasResponse(
            status="success", message="All camera statuses refreshed", timestamp=now()
        )

    async def WatchCameras(
        self, request: pb.WatchCamerasRequest, context: Context
    ) -> AsyncIterator[pb.WatchCamerasResponse]:
        wanted = frozenset(request.camera_ids)
        scope, reads_secrets = scopes.current(), readers.reads_secrets()
        async for event in self._watch.events(request.epoch, request.after_revision):
            camera_id = event.message.camera_id
            if scope.holds(camera_id) and (not wanted or camera_id in wanted):
                yield event.told(reads_secrets)

    async def CheckConsistency(
        self, request: pb.CheckConsistencyRequest, context: Context
    ) -> pb.CheckConsistencyResponse:
        found = await self._threads(self._consistency.check)
        return consistency_encoding.check(found)

    async def RepairConsistency(
        self, request: pb.RepairConsistencyRequest, context: Context
    ) -> pb.RepairConsistencyResponse:
        asked = consistency_encoding.asked(request)
        idempotency.forget()
        return consistency_encoding.repair(await self._controls(self._consistency.repair, asked))

    async def UndoRepair(
        self, request: pb.UndoRepairRequest, context: Context
    ) -> pb.UndoRepairResponse:
        idempotency.forget()
        undone = await self._controls(self._consistency.undo, request.backup, request.force)
        return pb.UndoRepairResponse(restored=undone.restored, not_restored=undone.not_restored)
