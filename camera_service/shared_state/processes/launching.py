"""How a worker's process comes to be, whichever way: the order, and who carries it out."""

import errno
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from camera_service.domain.errors import EntryUnusableError, WorkerNotStartedError
from servicekit import process
from servicekit.process import Identity

# Told when a worker has ended and was waited for: the camera, who it was, and its
# exit code, negative when a signal ended it. Called from a thread of the launcher's.
Ended = Callable[[str, Identity, int], None]


@dataclass(frozen=True)
class Launch:
    """One worker to start. The three descriptors stay the caller's to close.

    limit: called with the pid of the new process, before it is at work.
    stdin: what the worker reads its job from. log: its output and errors.
    lock: what it holds for its life; told by CAMPLANE_LOCK_FD, which the
    launcher adds to `environment`.
    """

    camera_id: str
    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    stdin: int
    log: int
    lock: int
    limit: Callable[[int], None]


class WorkerLauncher(Protocol):
    """Starts workers, waits for those it started, and tells `Ended`."""

    def launch(self, order: Launch) -> Identity:
        """Start the worker, leader of a session of its own, and return who it is.

        It may have ended already. Raises: WorkerNotStartedError, EntryUnusableError. Thread-safe.
        """
        ...

    def prepare(self) -> None:
        """Get ready to launch fast, and return when that is done. Raises nothing."""
        ...

    def close(self) -> None:
        """Start no more. What was started goes on. Idempotent."""
        ...


class FreshLauncher:
    """Starts any command as a program of its own."""

    def __init__(self, ended: Ended) -> None:
        self._ended = ended

    def launch(self, order: Launch) -> Identity:
        try:
            child = subprocess.Popen(
                order.command,
                cwd=order.directory,
                env={**order.environment, "CAMPLANE_LOCK_FD": str(order.lock)},
                stdin=order.stdin,
                stdout=order.log,
                stderr=order.log,
                pass_fds=(order.lock,),
                start_new_session=True,  # a Ctrl-C at our terminal is not meant for it
            )
        except (OSError, ValueError) as error:
            if isinstance(error, ValueError) or error.errno == errno.E2BIG:
                raise EntryUnusableError(
                    "the camera's entry holds values for the worker's arguments or "
                    "environment that are too long, or hold NUL; shorten them"
                ) from error
            raise WorkerNotStartedError(
                f"the worker command cannot be started: {error}; check the worker command setting"
            ) from error
        order.limit(child.pid)
        worker = process.identify_child(child.pid)
        # Someone must wait for a child, or it stays a zombie for as long as we live.
        threading.Thread(
            target=self._wait,
            args=(order.camera_id, worker, child),
            name=f"wait-{child.pid}",
            daemon=True,
        ).start()
        return worker

    def _wait(self, camera_id: str, worker: Identity, child: subprocess.Popen[bytes]) -> None:
        self._ended(camera_id, worker, child.wait())

    def prepare(self) -> None:
        pass

    def close(self) -> None:
        pass
