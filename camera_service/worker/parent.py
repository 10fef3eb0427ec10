"""`python -m camera_service.worker.parent FD`: has all a worker needs loaded, and forks workers.

FD is one end of a socket pair (SOCK_SEQPACKET); whoever starts workers has the
other. One byte with four descriptors asks for a worker; docs/adr/0011 says why.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self

from setproctitle import setproctitle, setthreadtitle

from servicekit import process

# What comes with a request: where the child's order is read, the worker's
# standard input, its log, its lock.
DESCRIPTORS = 4
# The lock's number in a worker, behind standard input, output and error.
LOCK_FD = 3

_NOTICE = struct.Struct("=cIQi")


@dataclass(frozen=True)
class Notice:
    """What the parent tells: READY first, STARTED or NOT_STARTED for each request, ENDED any time.

    start_time: the kernel's, for STARTED.
    code: for ENDED the exit code, negative when a signal ended it; for NOT_STARTED the errno.
    """

    kind: bytes
    pid: int = 0
    start_time: int = 0
    code: int = 0

    READY = b"r"
    STARTED = b"s"
    NOT_STARTED = b"n"
    ENDED = b"e"

    def encode(self) -> bytes:
        return _NOTICE.pack(self.kind, self.pid, self.start_time, self.code)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return cls(*_NOTICE.unpack(data))


def encode_order(command: list[str], directory: str, environment: Mapping[str, str]) -> bytes:
    """Return what a child reads to become a worker: its command, folder and environment."""
    order = {"command": command, "directory": directory, "environment": dict(environment)}
    return json.dumps(order).encode()


def main() -> None:
    """Fork workers as asked until the other end of the socket is closed."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    _load()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # nobody to tell
        channel.send(Notice(Notice.READY).encode())
        _serve(channel)


def _load() -> None:
    """Load what a worker loads, once, into pages that the workers share."""
    from camera_service.worker import (  # noqa: F401
        __main__,
        logs,
        reader,
        report,
        rotation,
        watchdog,
    )

    # A thread would be missing in the children, with whatever lock it held.
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        sys.exit(f"camera_service.worker.parent: {threads} threads; a fork needs a single one")
    # What is loaded lives for ever. A collection in a child would write to each object.
    gc.collect()
    gc.freeze()


def _serve(channel: socket.socket) -> None:
    children: dict[int, int] = {}  # pids by pidfd
    ready = select.poll()
    ready.register(channel, select.POLLIN)
    while True:
        for fd, _ in ready.poll():
            if fd != channel.fileno():
                ready.unregister(fd)
                _bury(channel, fd, children.pop(fd))
                continue
            request, descriptors, _, _ = socket.recv_fds(channel, 1, DESCRIPTORS)
            if not request:
                return  # the service has ended; its workers go on
            pid = _fork(channel, descriptors)
            if pid:
                child = os.pidfd_open(pid)
                children[child] = pid
                ready.register(child, select.POLLIN)


def _fork(channel: socket.socket, descriptors: list[int]) -> int:
    """Make a child and tell its pid, 0 when there is none; the descriptors are closed here."""
    try:
        pid = os.fork()
    except OSError as error:
        _close(descriptors)
        channel.send(Notice(Notice.NOT_STARTED, code=error.errno or 0).encode())
        return 0
    if pid == 0:
        _become_worker(*descriptors)
    # Before anyone knows of the child: one that is stopped at once would leave its lock
    # to us, and whoever starts the next would take us for the camera's worker.
    _close(descriptors)
    start_time = process.identify_child(pid).start_time
    channel.send(Notice(Notice.STARTED, pid, start_time).encode())
    return pid


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _bury(channel: socket.socket, pidfd: int, pid: int) -> None:
    """Wait for a child that has ended, and tell how."""
    os.close(pidfd)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    channel.send(Notice(Notice.ENDED, pid, code=code).encode())


def _become_worker(order: int, stdin: int, log: int, lock: int) -> NoReturn:
    """Be, in this child, what a fresh process of the ordered command would be; then exit."""
    code = 1
    try:
        code = _work(order, stdin, log, lock)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)  # what the parent would do at its end is not ours to do


def _work(order: int, stdin: int, log: int, lock: int) -> int:
    os.setsid()
    with open(order, "rb") as orders:
        text = orders.read()
    if not text:
        return 0  # whoever asked has given up; it may have started another
    ordered = json.loads(text)
    for source, number in ((stdin, 0), (log, 1), (log, 2), (lock, LOCK_FD)):
        os.dup2(source, number)
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        if int(name) > LOCK_FD:
            with contextlib.suppress(OSError):  # the listing's own is closed
                os.close(int(name))
    command = ordered["command"]
    # Before the environment changes: it is found in memory by what it was at the start.
    setproctitle(" ".join(command))
    setthreadtitle("camera worker")
    os.chdir(ordered["directory"])
    os.environ.clear()
    os.environ.update(ordered["environment"], CAMPLANE_LOCK_FD=str(LOCK_FD))
    time.tzset()
    from camera_service.worker.__main__ import main as work

    try:
        work(command[3:])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
