"""Which recorded workers live: one `stat` and one poll a question, and word of each death.

A record is read once and its process is then held by a pidfd, which the
kernel ties to that process and no later one with the same number.
"""

import contextlib
import json
import os
import select
import threading
from dataclasses import dataclass

from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.processes import old_server
from servicekit import process
from servicekit.process import Identity

_Signature = tuple[int, int, int]


@dataclass
class _Known:
    """What one version of a record says, and whether its worker lives."""

    signature: _Signature
    recorded: Identity | None
    by_old_server: bool
    start_id: str
    alive: bool = False
    pidfd: int = -1


class Liveness:
    """The workers that records name. Thread-safe."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._known: dict[str, _Known] = {}
        self._held: dict[int, _Known] = {}
        self._deaths = select.epoll()
        # Beside the processes: readable from when nobody is to wait any more.
        self._over = os.eventfd(0)
        self._deaths.register(self._over, select.EPOLLIN)
        self._lock = threading.Lock()

    def find(self, camera_id: str) -> Identity | None:
        """Return the camera's recorded worker if it lives."""
        known = self._look(camera_id)
        return known.recorded if known is not None and known.alive else None

    def recorded(self, camera_id: str) -> Identity | None:
        """Return the recorded worker, alive or not; None when there is no record of one."""
        known = self._look(camera_id)
        return known.recorded if known is not None else None

    def is_of_old_server(self, camera_id: str) -> bool:
        """Is the recorded worker, alive or not, one that an old server started?"""
        known = self._look(camera_id)
        return known is not None and known.by_old_server

    def start_id(self, camera_id: str) -> str:
        """Return which start the recorded worker came of; "" of one that starts nothing itself."""
        known = self._look(camera_id)
        return known.start_id if known is not None else ""

    def wait_for_death(self, seconds: float) -> None:
        """Return when a worker that `find` found alive ends, or after `seconds`."""
        self._deaths.poll(seconds, 1)

    def stop_waiting(self) -> None:
        """Make `wait_for_death` return at once, now and from now on."""
        os.eventfd_write(self._over, 1)

    def close(self) -> None:
        """Let go of all processes; they live on."""
        with self._lock:
            for known in list(self._known.values()):
                self._release(known)
            self._known.clear()
            self._deaths.close()
            os.close(self._over)

    def _look(self, camera_id: str) -> _Known | None:
        try:
            stat = os.stat(self._layout.record_name(camera_id))  # noqa: PTH116 - the hot path
        except OSError:
            if camera_id in self._known:
                with self._lock:
                    if known := self._known.pop(camera_id, None):
                        self._release(known)
            return None
        signature = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        with self._lock:
            self._notice_deaths()
            known = self._known.get(camera_id)
            if known is None or known.signature != signature:
                if known is not None:
                    self._release(known)
                known = self._known[camera_id] = self._learn(camera_id, signature)
            elif known.alive and known.pidfd < 0:
                known.alive = known.recorded is not None and process.is_alive(known.recorded)
            return known

    def _learn(self, camera_id: str, signature: _Signature) -> _Known:
        """Read the record. One that was replaced since its `stat` is read again next time."""
        known = _Known(signature, *_read(self._layout.record_name(camera_id)))
        worker = known.recorded
        if worker is None or worker.boot != process.BOOT_ID:
            return known
        try:
            known.pidfd = os.pidfd_open(worker.pid)
        except ProcessLookupError:
            return known
        except OSError:  # no descriptor is left: ask /proc each time
            known.alive = process.is_alive(worker)
            return known
        # Held first, looked at second: it cannot become another process in between.
        known.alive = process.is_alive(worker)
        if known.alive:
            self._held[known.pidfd] = known
            self._deaths.register(known.pidfd, select.EPOLLIN)
        else:
            self._release(known)
        return known

    def _notice_deaths(self) -> None:
        while dead := [fd for fd, _ in self._deaths.poll(0, 16) if fd != self._over]:
            for pidfd in dead:
                self._release(self._held[pidfd])

    def _release(self, known: _Known) -> None:
        known.alive = False
        if known.pidfd >= 0:
            if self._held.pop(known.pidfd, None) is not None:
                with contextlib.suppress(OSError):
                    self._deaths.unregister(known.pidfd)
            os.close(known.pidfd)
            known.pidfd = -1


def _read(name: str) -> tuple[Identity | None, bool, str]:
    """Return who is recorded, if that can be read, whether by an old server, and its start's id."""
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - half the price, on every miss
            data = json.loads(file.read())
        pid, start_time, boot = data["pid"], data["start_time"], data["boot"]
        by_old_server = data.get(old_server.MARK) is True
        start_id = str(data.get("start_id", ""))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None, False, ""
    if type(pid) is not int or type(start_time) is not int or not 0 < pid < 2**31:
        return None, False, ""
    return Identity(pid, start_time, str(boot)), by_old_server, start_id
