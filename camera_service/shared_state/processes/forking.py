"""Forks workers from a process that has loaded what they need: in milliseconds, sharing its memory.

Whatever cannot be forked is started as a program of its own. docs/adr/0011 says
what is gained and what happens when the parent dies.
"""

import contextlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future

from camera_service.shared_state.processes.launching import Ended, FreshLauncher, Launch
from camera_service.shared_state.processes.worker_command import environment
from camera_service.worker.parent import Notice, encode_order
from servicekit.process import Identity

log = logging.getLogger(__name__)

# What the parent can make a worker of.
_COMMAND = [sys.executable, "-m", "camera_service.worker"]
# Read while Python and its libraries load, which for a forked worker is over.
_READ_AT_LOAD = ("PYTHON", "LD_", "LC_", "LANG", "MALLOC_", "GLIBC_", "OPENBLAS_", "OMP_")
# While the parent loads, a start waits no longer than for a worker of its own to begin.
_READY_SECONDS = 0.2
_ANSWER_SECONDS = 10.0
_PAUSE_SECONDS = 60.0


class ParentLostError(Exception):
    """The parent did not do it, and no worker of this request will get its job."""


class ForkingLauncher:
    """Keeps one parent, made anew when it has died, and forks from it what it can."""

    def __init__(self, ended: Ended) -> None:
        self._ended = ended
        self._fresh = FreshLauncher(ended)
        self._lock = threading.Lock()
        self._parent: Parent | None = None
        self._not_before = 0.0
        self._closed = False

    def prepare(self) -> None:
        if parent := self._usable_parent():
            parent.ready.wait(_ANSWER_SECONDS)

    def launch(self, order: Launch) -> Identity:
        if list(order.command[: len(_COMMAND)]) == _COMMAND:
            parent = self._usable_parent()
            if parent and parent.suits(order.environment) and parent.ready.wait(_READY_SECONDS):
                try:
                    return parent.launch(order)
                except ParentLostError as error:
                    self._lose(parent, error)
        return self._fresh.launch(order)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            parent, self._parent = self._parent, None
        if parent:
            parent.close()

    def _usable_parent(self) -> "Parent | None":
        """Return the parent, a new one when there is none; None when that is of no use now."""
        with self._lock:
            if self._parent and self._parent.alive:
                return self._parent
            if self._closed or time.monotonic() < self._not_before:
                return None
            try:
                self._parent = Parent(self._ended)
            except OSError as error:
                log.warning("workers are not forked: their parent cannot be started: %s", error)
                self._not_before = time.monotonic() + _PAUSE_SECONDS
                self._parent = None
            return self._parent

    def _lose(self, parent: "Parent", error: ParentLostError) -> None:
        log.warning("a worker is started by itself: %s", error)
        parent.kill()
        with self._lock:
            if not parent.loaded:  # the next one would do no better
                self._not_before = time.monotonic() + _PAUSE_SECONDS


class Parent:
    """One process `camera_service.worker.parent`, and the thread that listens to it."""

    def __init__(self, ended: Ended) -> None:
        """Start it; it loads while we go on, and answers when it has. Raises: OSError."""
        self._ended = ended
        self._workers: dict[int, tuple[str, Identity]] = {}
        self._asked: deque[tuple[str, Future[Identity]]] = deque()
        self._asking = threading.Lock()
        # A single thread, so that it can fork: a core's worth of OpenBLAS would be more.
        own = {"PYTHONUNBUFFERED": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._environment = environment(os.environ, {}, own)
        self.alive = True
        self.loaded = False
        self.ready = threading.Event()  # to be asked, or to say that it cannot
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "camera_service.worker.parent", str(theirs.fileno())],
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        except OSError:
            self._channel.close()
            raise
        threading.Thread(target=self._listen, name="worker-parent", daemon=True).start()

    def suits(self, variables: Mapping[str, str]) -> bool:
        """Would a worker with this environment have been loaded as the parent was?"""
        ours = self._environment
        return all(
            variables.get(name, ours.get(name)) == ours.get(name)
            for name in {*variables, *ours}
            if name.startswith(_READ_AT_LOAD)
        )

    def launch(self, order: Launch) -> Identity:
        """Have a worker forked and return who it is. Raises: ParentLostError."""
        # The child waits for its order until we know of it, so one that we hear of too
        # late, or never, ends when `giver` is closed: nobody is started twice. The order
        # passes the parent by, which so never knows a password.
        reader, giver = os.pipe()
        try:
            try:
                answer = self._ask(order, [reader, order.stdin, order.log, order.lock])
            finally:
                os.close(reader)
            try:
                worker = answer.result(_ANSWER_SECONDS)
            except TimeoutError:
                raise ParentLostError("their parent does not answer") from None
            order.limit(worker.pid)
            text = encode_order(list(order.command), str(order.directory), order.environment)
            with contextlib.suppress(BrokenPipeError):  # it has ended; that is told apart
                while text:
                    text = text[os.write(giver, text) :]
            return worker
        finally:
            os.close(giver)

    def kill(self) -> None:
        """End it at once. Its workers go on."""
        self.alive = False
        self._process.kill()

    def close(self) -> None:
        """End it when it has done what it was asked. Its workers go on."""
        self.alive = False
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def _ask(self, order: Launch, descriptors: list[int]) -> Future[Identity]:
        answer: Future[Identity] = Future()
        with self._asking:  # answers come in the order of requests
            if not self.alive:
                raise ParentLostError("their parent has ended")
            try:
                socket.send_fds(self._channel, [b"w"], descriptors)
            except OSError as error:
                raise ParentLostError(f"their parent cannot be asked: {error.strerror}") from error
            self._asked.append((order.camera_id, answer))
        return answer

    def _listen(self) -> None:
        """Take what the parent tells until it ends, and wait for it."""
        try:
            while data := self._channel.recv(64):
                self._take(Notice.decode(data))
        except OSError:
            pass  # killed with requests unread
        with self._asking:
            self.alive = False
        self.ready.set()
        for _, answer in self._asked:
            answer.set_exception(ParentLostError("their parent has ended"))
        self._channel.close()
        self._process.wait()

    def _take(self, notice: Notice) -> None:
        if notice.kind == Notice.ENDED:
            self._ended(*self._workers.pop(notice.pid), notice.code)
            return
        if notice.kind == Notice.READY:
            self.loaded = True
            self.ready.set()
            return
        with self._asking:
            camera_id, answer = self._asked.popleft()
        if notice.kind == Notice.STARTED:
            worker = Identity(notice.pid, notice.start_time)
            self._workers[worker.pid] = (camera_id, worker)
            answer.set_result(worker)
        else:
            answer.set_exception(ParentLostError(f"it cannot fork: {os.strerror(notice.code)}"))
