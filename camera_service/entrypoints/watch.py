"""State changes of cameras as a numbered stream that can be resumed.

Whoever made a change (this service, the other implementation, a person with
an editor, the kernel), it is found by looking twice a second and comparing.
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from camplane.camera.v1 import camera_service_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp

from camera_service.application.entry_masking import harmless_entry
from camera_service.domain.condition import condition_of
from camera_service.domain.entry import Entry
from camera_service.domain.errors import RevisionCompactedError
from camera_service.domain.model import State
from camera_service.domain.results import CameraSnapshot, Restarts
from camera_service.entrypoints import encoding
from servicekit.upkeep import Trouble

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
KEPT_EVENTS = 10_000

_STATES = {
    State.STOPPED: pb.CAMERA_STATE_STOPPED,
    State.STARTING: pb.CAMERA_STATE_STARTING,
    State.STREAMING: pb.CAMERA_STATE_STREAMING,
    State.SOURCE_FAILED: pb.CAMERA_STATE_SOURCE_FAILED,
    State.REMOVED: pb.CAMERA_STATE_REMOVED,
    State.RESTARTING: pb.CAMERA_STATE_RESTARTING,
    State.CRASH_LOOP: pb.CAMERA_STATE_CRASH_LOOP,
}
_CAUSES = {
    "auth": pb.STREAM_FAILURE_AUTH,
    "not_found": pb.STREAM_FAILURE_NOT_FOUND,
    "refused": pb.STREAM_FAILURE_REFUSED,
    "timeout": pb.STREAM_FAILURE_TIMEOUT,
    "decode": pb.STREAM_FAILURE_DECODE,
    "ended": pb.STREAM_FAILURE_ENDED,
    "worker_exited": pb.STREAM_FAILURE_WORKER_EXITED,
    "worker_killed": pb.STREAM_FAILURE_WORKER_KILLED,
    "worker_hung": pb.STREAM_FAILURE_WORKER_HUNG,
    "worker_not_started": pb.STREAM_FAILURE_WORKER_NOT_STARTED,
}


@dataclass(frozen=True)
class Again:
    """How often it failed in a row, and when it is tried again (Unix seconds)."""

    failures: int = 0
    at: float | None = None


@dataclass(frozen=True)
class Seen:
    """What a watcher is told of one camera; a change of any of it but `again` is an event."""

    camera_id: str
    entry: Entry | None
    state: State
    cause: str | None = None
    pid: int = 0
    restarts: Restarts | None = None
    again: "Again" = field(default=Again(), compare=False)


def see(snapshot: CameraSnapshot) -> Seen:
    """Return what a snapshot shows a watcher."""
    now = condition_of(snapshot.status, snapshot.report, snapshot.restarts)
    again = Again(now.failures, now.next_retry_at)
    return Seen(
        *(snapshot.camera_id, snapshot.entry, now.state, now.cause),
        *(snapshot.status.pid, snapshot.restarts, again),
    )


def differences(before: Mapping[str, Seen], after: Mapping[str, Seen]) -> list[Seen]:
    """Return what changed: cameras as they are now, and those that are gone."""
    changed = [seen for camera_id, seen in after.items() if before.get(camera_id) != seen]
    gone = [camera_id for camera_id in before if camera_id not in after]
    return changed + [Seen(camera_id, None, State.REMOVED) for camera_id in gone]


@dataclass(frozen=True, slots=True)
class Event:
    """One change. message: as it is told to who may read secrets; entry: the camera's, whole."""

    message: pb.WatchCamerasResponse
    entry: Entry | None

    @property
    def revision(self) -> int:
        """Its number."""
        return self.message.revision

    def told(self, reads_secrets: bool) -> pb.WatchCamerasResponse:
        """Return the message for a caller; what is made of the masked entry would hide less."""
        if reads_secrets or self.entry is None:
            return self.message
        message = pb.WatchCamerasResponse()
        message.CopyFrom(self.message)
        message.camera.CopyFrom(encoding.camera(harmless_entry(self.entry)))
        return message


class Watch:
    """Numbers the changes of one run of the service. Looks only once someone watches."""

    def __init__(self, look: Callable[[], Awaitable[Sequence[CameraSnapshot]]]) -> None:
        self._look = look
        self._epoch = uuid.uuid4().hex
        self._revision = 0
        self._seen: dict[str, Seen] = {}
        # The last event of each camera there is: the present state.
        self._latest: dict[str, Event] = {}
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._changed = asyncio.Condition()
        self._starting = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None

    async def events(self, epoch: str, after: int) -> AsyncIterator[Event]:
        """Yield the present state, or what came after a revision, and then each change."""
        async with self._starting:
            if self._looking is None:
                await self._look_once()
                self._looking = asyncio.create_task(self._keep_looking())
        if epoch:
            self._require_kept(epoch, after)
            last = after
        else:
            # In the order of their revisions: whoever stops on the way can resume there.
            present, last = sorted(self._latest.values(), key=_revision), self._revision
            for event in present:
                yield event
        while True:
            async with self._changed:
                while self._revision <= last:
                    await self._changed.wait()
                fresh = [event for event in self._events if event.revision > last]
            for event in fresh:
                if event.revision > last + 1:
                    raise RevisionCompactedError("the watcher fell too far behind; begin anew")
                last = event.revision
                yield event

    def close(self) -> None:
        """Stop looking."""
        if self._looking:
            self._looking.cancel()

    def _require_kept(self, epoch: str, after: int) -> None:
        oldest = self._events[0].revision if self._events else self._revision + 1
        if epoch != self._epoch or not oldest - 1 <= after <= self._revision:
            raise RevisionCompactedError(
                f"revision {after} of epoch {epoch!r} is not kept; watch again without one"
            )

    async def _keep_looking(self) -> None:
        trouble = Trouble(log.warning, "cannot look at the cameras, trying again: %s")
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look_once()
                trouble.is_over()
            except Exception as error:  # whatever it is, the next look may go well
                trouble.is_there(repr(error))

    async def _look_once(self) -> None:
        now = {snapshot.camera_id: see(snapshot) for snapshot in await self._look()}
        changed = differences(self._seen, now)
        if not changed:
            return
        events = [
            Event(self._message(seen, revision), seen.entry)
            for revision, seen in enumerate(changed, start=self._revision + 1)
        ]
        async with self._changed:
            self._seen = now
            self._revision += len(events)
            self._events.extend(events)
            self._latest |= {event.message.camera_id: event for event in events}
            self._latest = {camera_id: self._latest[camera_id] for camera_id in now}
            self._changed.notify_all()

    def _message(self, seen: Seen, revision: int) -> pb.WatchCamerasResponse:
        time = Timestamp()
        time.GetCurrentTime()
        event = pb.WatchCamerasResponse(
            epoch=self._epoch,
            revision=revision,
            time=time,
            camera_id=seen.camera_id,
            state=_STATES[seen.state],
            cause=_CAUSES.get(seen.cause, pb.STREAM_FAILURE_OTHER) if seen.cause else None,
            pid=seen.pid,
            camera=encoding.camera(seen.entry) if seen.entry is not None else None,
            failures=seen.again.failures,
            detail=seen.restarts.detail if seen.restarts else "",
        )
        if seen.again.at is not None:
            event.next_retry_at.FromMilliseconds(int(seen.again.at * 1000))
        return event


def _revision(event: Event) -> int:
    return event.revision
