"""Do the stores of the shared state agree? Asked of the camera context, remembered; repairs."""

import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import grpc
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc

from gateway.control.errors import (
    BackupNotFoundError,
    ConsistencyFailedError,
    ConsistencyUnknownError,
    InvalidRepairError,
    RepairRefusedError,
)
from gateway.control.remembered import Remembered
from servicekit.moments import now
from servicekit.readers import Metadata

log = logging.getLogger(__name__)

# The comparison reads every camera from both sides.
REMEMBER_SECONDS = 10.0
TIMEOUT_SECONDS = 5.0
# A repair may wait for workers to end.
REPAIR_SECONDS = 29.0

_T = TypeVar("_T")
_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRepairError,
    grpc.StatusCode.FAILED_PRECONDITION: RepairRefusedError,
    grpc.StatusCode.NOT_FOUND: BackupNotFoundError,
    grpc.StatusCode.INTERNAL: ConsistencyFailedError,
}


@dataclass(frozen=True)
class Finding:
    """One comparison; `issues` is empty when the stores agree.

    issue_kinds, note_kinds: how many there are of each kind; notes contradict nothing.
    """

    issues: tuple[str, ...]
    db_count: int
    yaml_count: int
    checked_at: str
    issue_kinds: Mapping[str, int] = field(default_factory=dict)
    note_kinds: Mapping[str, int] = field(default_factory=dict)


class Consistency:
    """The last comparison; at most one runs at a time."""

    def __init__(
        self, camera: grpc.aio.Channel, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._camera = camera_service_pb2_grpc.CameraServiceStub(camera)
        self._last = Remembered(self._found, REMEMBER_SECONDS, clock)

    async def finding(self) -> Finding | None:
        """Return the last comparison, at most ten seconds old; None when it cannot be made."""
        return await self._last.value()

    async def check(self) -> camera_service_pb2.CheckConsistencyResponse:
        """Compare now, and remember it; ConsistencyUnknownError and so on when that fails."""
        async with self._last.renewing() as keep:
            answer = await _answer(self._check())
            keep(_finding(answer))
            return answer

    async def repair(
        self, request: camera_service_pb2.RepairConsistencyRequest, reader: Metadata
    ) -> camera_service_pb2.RepairConsistencyResponse:
        """Have it repaired, or planned; what was remembered is forgotten.

        reader: what the gateway says of who is to read the answer (servicekit.readers).
        """
        call = self._camera.RepairConsistency(request, timeout=REPAIR_SECONDS, metadata=reader)
        try:
            return await _answer(call)
        finally:
            self._last.forget()

    async def undo(
        self, request: camera_service_pb2.UndoRepairRequest
    ) -> camera_service_pb2.UndoRepairResponse:
        """Have a repair undone; what was remembered is forgotten."""
        try:
            return await _answer(self._camera.UndoRepair(request, timeout=REPAIR_SECONDS))
        finally:
            self._last.forget()

    async def _found(self) -> Finding | None:
        try:
            return _finding(await self._check())
        except grpc.aio.AioRpcError as error:
            log.warning("CheckConsistency failed: %s: %s", error.code().name, error.details())
            return None

    async def _check(self) -> camera_service_pb2.CheckConsistencyResponse:
        request = camera_service_pb2.CheckConsistencyRequest()
        return await self._camera.CheckConsistency(request, timeout=TIMEOUT_SECONDS)


def _finding(answer: camera_service_pb2.CheckConsistencyResponse) -> Finding:
    return Finding(
        issues=tuple(issue.description for issue in answer.issues),
        db_count=answer.db_count,
        yaml_count=answer.yaml_count,
        checked_at=now(),
        issue_kinds=Counter(issue.kind for issue in answer.issues),
        note_kinds=Counter(note.kind for note in answer.notes),
    )


async def _answer(call: Awaitable[_T]) -> _T:
    """Return the camera context's answer; its refusal is ours, in its own words."""
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        refusal = _REFUSALS.get(error.code(), ConsistencyUnknownError)
        raise refusal(f"camera/domain: {error.details() or error.code().name}") from error
