"""Whether database and cameras.yaml agree: asked of the camera context, remembered for a while."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import grpc
from camplane.camera.v1 import camera_service_pb2, camera_service_pb2_grpc

log = logging.getLogger(__name__)

# The comparison reads every camera from both sides.
REMEMBER_SECONDS = 10.0
TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """One comparison; `issues` is empty when both sides agree."""

    issues: tuple[str, ...]
    db_count: int
    yaml_count: int
    checked_at: str


class Consistency:
    """The last comparison; at most one runs at a time."""

    def __init__(
        self, camera: grpc.aio.Channel, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._camera = camera_service_pb2_grpc.CameraServiceStub(camera)
        self._clock = clock
        self._one = asyncio.Lock()
        self._found: Finding | None = None
        self._fresh_until = float("-inf")

    async def finding(self) -> Finding | None:
        """Return the last comparison, at most ten seconds old; None when it cannot be made."""
        async with self._one:
            if self._clock() >= self._fresh_until:
                self._found = await self._compare()
                self._fresh_until = self._clock() + REMEMBER_SECONDS
            return self._found

    async def _compare(self) -> Finding | None:
        request = camera_service_pb2.CheckConsistencyRequest()
        try:
            answer = await self._camera.CheckConsistency(request, timeout=TIMEOUT_SECONDS)
        except grpc.aio.AioRpcError as error:
            log.warning("CheckConsistency failed: %s: %s", error.code().name, error.details())
            return None
        return Finding(
            issues=tuple(issue.description for issue in answer.issues),
            db_count=answer.db_count,
            yaml_count=answer.yaml_count,
            checked_at=now(),
        )


def now() -> str:
    """Return the time as the API writes it: ISO 8601, UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat()
