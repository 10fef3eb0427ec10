"""How many cameras stand how: asked of the camera context, remembered."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import grpc
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc
from camplane.gateway.v1 import monitoring_service_pb2 as pb

from gateway.control.remembered import Remembered
from gateway.vocabulary.camera_states import FAILING, STATES

log = logging.getLogger(__name__)

# What it costs to look grows with the fleet: a file is read for each camera.
REMEMBER_SECONDS = 10.0
TIMEOUT_SECONDS = 5.0


class Fleet:
    """The last count; at most one is made at a time.

    channels: to the implementations that see the cameras; the first that answers is believed,
    since all see the same.
    """

    def __init__(
        self,
        channels: Sequence[grpc.aio.Channel],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stubs = [camera_service_pb2_grpc.CameraServiceStub(one) for one in channels]
        self._last = Remembered(self._count, REMEMBER_SECONDS, clock)

    async def counts(self) -> pb.CameraCounts | None:
        """Return the last count, at most ten seconds old; None when nobody can say."""
        return await self._last.value()

    async def _count(self) -> pb.CameraCounts | None:
        request = camera_service_pb2.BatchGetCameraStatusRequest(conditions=True)
        for stub in self._stubs:
            try:
                answer = await stub.BatchGetCameraStatus(request, timeout=TIMEOUT_SECONDS)
            except grpc.aio.AioRpcError as error:
                log.warning("cameras not counted: %s: %s", error.code().name, error.details())
            else:
                return counted(one.condition.state for one in answer.statuses)
        return None


def counted(states: Iterable[str]) -> pb.CameraCounts:
    """Count cameras by state. Pure."""
    found = Counter(states)
    return pb.CameraCounts(
        configured=found.total(),
        failing=sum(found[state] for state in FAILING),
        **{state: found[state] for state in STATES},
    )
