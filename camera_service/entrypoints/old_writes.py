"""Locks on an old server's behalf: it is asked for writes under those that we take ourselves.

It reads cameras.yaml, changes it and writes it whole, and it starts workers, without a
lock. So Envoy asks here before it passes such a request on, and again when the headers
of the answer are there; by then the server has written (gateway.proxy.old_writes).
"""

import asyncio
import logging
from collections.abc import AsyncIterator

import grpc
import orjson
from camplane.ext_proc.v3 import external_processor_pb2 as pb
from camplane.ext_proc.v3 import external_processor_pb2_grpc as pb_grpc
from google.protobuf.duration_pb2 import Duration

from camera_service.entrypoints.old_operations import Needs, needs
from camera_service.shared_state.files.cameras_yaml import CamerasYaml
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.files.lock_queue import Held, LockQueue
from camera_service.shared_state.files.presence import Presence
from camera_service.shared_state.processes.workers import Workers
from servicekit.threads import Threads

log = logging.getLogger(__name__)

SERVICE = pb.DESCRIPTOR.services_by_name["ExternalProcessor"].full_name
# How long a request waits for its locks, and after how long Envoy is told that it does:
# one of whom it hears nothing is taken for dead, and the request passed on unlocked.
WAIT_SECONDS = 20.0
TOLD_AFTER_SECONDS = 0.5
ENVOY_WAITS_SECONDS = 25
# A server whose client has left, or whose connection broke, may be writing still.
GRACE_SECONDS = 2.0
# Locks of so many cameras can be waited for at once.
WAITING_THREADS = 32

_BUSY = (
    "others who change this camera or cameras.yaml took too long, so the old server was not "
    "asked. Nothing was changed: repeat it"
)
# The old server's connection broke before its answer began. It was never asked when none
# could be made.
_BROKEN, _NEVER_MADE = "upstream_reset_before_response_started", "connection_failure"
_WAITING = pb.ProcessingResponse(override_message_timeout=Duration(seconds=ENVOY_WAITS_SECONDS))
_PASS = pb.ProcessingResponse(request_headers=pb.HeadersResponse())
_PASS_ANSWER = pb.ProcessingResponse(response_headers=pb.HeadersResponse())


class OldWrites(pb_grpc.ExternalProcessorServicer):
    """Asked by Envoy about each write of cameras that is on its way to the old server."""

    def __init__(
        self, layout: Layout, file: CamerasYaml, workers: Workers, presence: Presence
    ) -> None:
        self._layout = layout
        self._file = file
        self._workers = workers
        self._presence = presence
        # Of its own: however many wait here, our own calls have their threads.
        self._threads = Threads(WAITING_THREADS, "old-writes")
        self._queue = LockQueue(self._threads)
        self._holding: set[_Locks] = set()

    async def Process(
        self,
        request_iterator: AsyncIterator[pb.ProcessingRequest],
        context: grpc.aio.ServicerContext,
    ) -> AsyncIterator[pb.ProcessingResponse]:
        self._presence.begin()
        locks = _Locks()
        taking: asyncio.Task[None] | None = None
        try:
            async for request in request_iterator:
                if request.HasField("request_headers"):
                    taking = asyncio.create_task(self._take(locks, _asked(request.request_headers)))
                    done, _ = await asyncio.wait({taking}, timeout=TOLD_AFTER_SECONDS)
                    if not done:
                        yield _WAITING
                    try:
                        await taking
                    except TimeoutError:
                        yield _refusal()
                        return
                    yield _PASS
                else:
                    if not _is_broken(request):
                        self._let_go(locks, answered=True)
                    yield _PASS_ANSWER
        finally:
            if taking:
                taking.cancel()
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self._let_go, locks)

    def close(self) -> None:
        """Let go of all, and end the threads; whoever waits gets its lock first."""
        self._presence.end()
        for held in list(self._holding):
            self._let_go(held)
        self._threads.close()

    async def _take(self, locks: "_Locks", needed: Needs) -> None:
        """Take the locks in the order that all keep: the camera's control, then the file's."""
        self._holding.add(locks)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                if needed.camera_id:
                    path = self._layout.control_lock(needed.camera_id)
                    locks.control = await self._queue.take(path)
                    locks.camera_id = needed.camera_id
                if needed.file:
                    locks.file = await self._queue.take(self._file.lock_path)
        except BaseException as error:
            self._let_go(locks)
            if isinstance(error, TimeoutError):
                log.warning("a write of the old server's was refused: its locks were not free")
            raise

    def _let_go(self, locks: "_Locks", answered: bool = False) -> None:
        # On the event loop: a few calls of the kernel cost less than the way to a thread.
        if locks not in self._holding:
            return
        self._holding.remove(locks)
        if locks.file:
            if answered:
                self._file.vouch()
            locks.file.release()
        if locks.control:
            if not self._workers.is_known(locks.camera_id):
                locks.control.path.unlink(missing_ok=True)  # an id that anybody may have made up
            locks.control.release()


class _Locks:
    """What is held for one request."""

    camera_id = ""
    control: Held | None = None
    file: Held | None = None


def _asked(headers: pb.HttpHeaders) -> Needs:
    told = {one.key: one.raw_value.decode("latin-1") for one in headers.headers.headers}
    return needs(told.get(":method", ""), told.get(":path", ""))


def _is_broken(request: pb.ProcessingRequest) -> bool:
    """Is it no answer of the old server's, though that may have begun to work?"""
    details = [
        str(told.fields["response.code_details"].string_value)
        for told in request.attributes.values()
    ]
    return any(one.startswith(_BROKEN) and _NEVER_MADE not in one for one in details)


def _refusal() -> pb.ProcessingResponse:
    # That the request waits on is no way out: it would be asked of a server that may
    # overwrite what another is told to be done.
    code = grpc.StatusCode.UNAVAILABLE.value[0]
    body = {"code": code, "message": _BUSY, "details": [], "detail": _BUSY}
    json = pb.HeaderValue(key="content-type", raw_value=b"application/json")
    return pb.ProcessingResponse(
        immediate_response=pb.ImmediateResponse(
            status=pb.HttpStatus(code=503),
            headers=pb.HeaderMutation(set_headers=[pb.HeaderValueOption(header=json)]),
            body=orjson.dumps(body),
            details="camera_locks_busy",
        )
    )
