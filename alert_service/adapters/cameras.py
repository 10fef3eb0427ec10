"""Follows the cameras' states, and stores what rules may be about."""

import asyncio
import logging
from collections.abc import Callable

import grpc
from camplane.camera.v1 import camera_service_pb2 as pb
from camplane.camera.v1.camera_service_pb2_grpc import CameraServiceStub

from alert_service.application.camera_reports import event_of
from alert_service.application.ports import EventStore, Run
from servicekit.upkeep import Trouble

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
_PREFIX = "CAMERA_STATE_"


class CameraFollower:
    """Follows WatchCameras of a service, over its restarts.

    clock: Unix time; stored: called when events were, in the event loop.
    """

    def __init__(
        self,
        address: str,
        store: EventStore,
        run: Run,
        clock: Callable[[], float],
        stored: Callable[[], None],
    ) -> None:
        self._address = address
        self._store = store
        self._run = run
        self._clock = clock
        self._stored = stored
        self._trouble = Trouble(log.warning, "cameras are not followed: %s")

    async def follow(self) -> None:
        """Follow until cancelled; after trouble from the present states on."""
        while True:
            try:
                async with grpc.aio.insecure_channel(self._address) as channel:
                    await self._listen(CameraServiceStub(channel))
            except grpc.aio.AioRpcError as error:
                self._trouble.is_there(error.details() or error.code().name)
            except Exception as error:  # whatever it was, the next time may go well
                self._trouble.is_there(str(error))
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self, cameras: CameraServiceStub) -> None:
        async for seen in cameras.WatchCameras(pb.WatchCamerasRequest()):
            self._trouble.is_over()
            state = pb.CameraState.Name(seen.state).removeprefix(_PREFIX)
            change, now = f"{seen.epoch}-{seen.revision}", self._clock()
            event = event_of(seen.camera_id, state, change, now)
            if event is not None:
                stored: int = await self._run(self._store.add, [event], now)
                if stored:
                    self._stored()
