"""CameraRestService: the REST shapes that protobuf JSON cannot give, as JSON text."""

from collections.abc import AsyncIterator
from typing import TypeAlias

import grpc
from camplane.camera.v1 import camera_rest_service_pb2 as pb
from camplane.camera.v1 import camera_rest_service_pb2_grpc as pb_grpc

from camera_service.application.idempotency import IdempotentExecutor
from camera_service.application.ports import Operations
from camera_service.application.reading import all_entries, one_entry
from camera_service.domain.entry import InputRule, changes, check_id
from camera_service.domain.errors import InvalidArgumentError
from camera_service.entrypoints import encoding, sse
from camera_service.entrypoints.batches import Batches
from camera_service.entrypoints.log_stream import LogStreams, wanted_lines
from camera_service.entrypoints.servicer import created
from servicekit import json_body
from servicekit.threads import Threads

# What a browser sends by itself when its stream broke and it connects again.
LAST_EVENT_ID = "last-event-id"

Context: TypeAlias = grpc.aio.ServicerContext


class CameraRestServicer(pb_grpc.CameraRestServiceServicer):
    """Serves either implementation."""

    def __init__(
        self,
        operations: Operations,
        logs: LogStreams,
        threads: Threads,
        batches: Batches,
        writes: IdempotentExecutor,
        inputs: InputRule,
    ) -> None:
        self._cameras = operations.configuration
        self._logs = logs
        self._threads = threads
        self._batches = batches
        self._writes = writes
        self._inputs = inputs

    async def ListCameras(
        self, request: pb.CameraRestServiceListCamerasRequest, context: Context
    ) -> pb.CameraRestServiceListCamerasResponse:
        entries = await self._threads(all_entries, self._cameras, request.active_only)
        return pb.CameraRestServiceListCamerasResponse(body=json_body.write({"cameras": entries}))

    async def CreateCamera(
        self, request: pb.CameraRestServiceCreateCameraRequest, context: Context
    ) -> pb.CameraRestServiceCreateCameraResponse:
        body = json_body.read_object(request.body)
        if body is None:
            raise InvalidArgumentError("the body must be a JSON object")
        entry = created(body, self._inputs)
        await self._writes(self._cameras.create, entry)
        answer = {"ok": True, "camera": entry}
        return pb.CameraRestServiceCreateCameraResponse(body=json_body.write(answer))

    async def BatchGetCameraStatus(
        self, request: pb.CameraRestServiceBatchGetCameraStatusRequest, context: Context
    ) -> pb.CameraRestServiceBatchGetCameraStatusResponse:
        body = json_body.read_object(request.body) or {}
        conditions = body.get("conditions", False)
        if not isinstance(conditions, bool):
            raise InvalidArgumentError("conditions must be true or false")
        return await self._batches(body.get("camera_ids"), encoding.rest_statuses, conditions)

    async def GetCamera(
        self, request: pb.CameraRestServiceGetCameraRequest, context: Context
    ) -> pb.CameraRestServiceGetCameraResponse:
        camera_id = check_id(request.camera_id)
        entry = await self._threads(one_entry, self._cameras, camera_id)
        return pb.CameraRestServiceGetCameraResponse(body=json_body.write(entry))

    async def UpdateCamera(
        self, request: pb.CameraRestServiceUpdateCameraRequest, context: Context
    ) -> pb.CameraRestServiceUpdateCameraResponse:
        camera_id = check_id(request.camera_id)
        wanted = changes(camera_id, json_body.read_object(request.body) or {}, self._inputs)
        await self._writes(self._cameras.update, camera_id, wanted)
        return pb.CameraRestServiceUpdateCameraResponse(status="success")

    async def TailCameraLogs(
        self, request: pb.CameraRestServiceTailCameraLogsRequest, context: Context
    ) -> AsyncIterator[pb.CameraRestServiceTailCameraLogsResponse]:
        camera_id, lines = check_id(request.camera_id), wanted_lines(request, 0)
        headers = dict(context.invocation_metadata() or ())
        after = str(headers.get(LAST_EVENT_ID, ""))
        async for found in self._logs.follow(camera_id, lines, after):
            yield pb.CameraRestServiceTailCameraLogsResponse(body=sse.events(found))
