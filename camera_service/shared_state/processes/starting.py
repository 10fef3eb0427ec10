"""Starts a worker's process: with its job, its log, its lock, its limits and its environment."""

import contextlib
import json
import os
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from camera_service.domain.entry import Entry, source_of
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.files.writing import writing
from camera_service.shared_state.processes.finding import START_ID
from camera_service.shared_state.processes.launching import Ended, Launch, WorkerLauncher
from camera_service.shared_state.processes.limits import Limiter
from camera_service.shared_state.processes.worker_command import check_inputs, environment
from camera_service.shared_state.processes.worker_settings import WorkerSettings
from servicekit import atomic_file
from servicekit.process import Identity


class WorkerStarter:
    """Starts the workers of one data directory. Thread-safe."""

    def __init__(
        self,
        layout: Layout,
        settings: WorkerSettings,
        launcher: Callable[[Ended], WorkerLauncher],
    ) -> None:
        self._layout = layout
        self._settings = settings
        self._launcher = launcher(self._ended)
        self._limiter = Limiter(settings.limits)

    def prepare(self) -> None:
        """Get ready to start workers fast, and return when that is done. Raises nothing."""
        self._launcher.prepare()

    def close(self) -> None:
        """Start no more workers; those that live go on."""
        self._launcher.close()

    def command(self, camera_id: str, entry: Entry) -> list[str]:
        """Return the command of the camera's worker; EntryUnusableError."""
        check_inputs(self._settings.inputs, entry)
        return self._settings.command.arguments(camera_id, entry)

    def new_start_id(self) -> str:
        """Return an id for the next start; "" for our own worker, which starts nothing."""
        return "" if self._settings.command.is_built_in else secrets.token_hex(8)

    def spawn(
        self, camera_id: str, entry: Entry, command: list[str], lock: int, start_id: str
    ) -> Identity:
        """Start the worker, which holds `lock` for its life, a descriptor of the caller's."""
        layout = self._layout
        own = {**self._own_variables(camera_id), **({START_ID: start_id} if start_id else {})}
        env = environment(os.environ, entry, own)
        with writing():
            for old in (layout.report, layout.exit):
                old(camera_id).unlink(missing_ok=True)
            log = layout.log(camera_id).open("ab")
        with log, _job(camera_id, entry) as job:
            return self._launcher.launch(
                Launch(
                    *(camera_id, command, layout.root, env),
                    stdin=job.fileno(),
                    log=log.fileno(),
                    lock=lock,
                    limit=partial(self._limiter.apply, camera_id),
                )
            )

    def _own_variables(self, camera_id: str) -> dict[str, str]:
        return {
            "CAMPLANE_STATS_FILE": str(self._layout.report(camera_id)),
            "CAMPLANE_LOG_FILE": str(self._layout.log(camera_id)),
            "CAMPLANE_LOG_MAX_BYTES": str(self._settings.log.max_bytes),
            "CAMPLANE_LOG_KEEP": str(self._settings.log.keep),
            "PYTHONUNBUFFERED": "1",
            **self._settings.inputs.sources.as_variables(),
        }

    def _ended(self, camera_id: str, worker: Identity, returncode: int) -> None:
        """Write down how a worker of ours ended; whoever supervises may be another process."""
        self._limiter.ended(camera_id)
        record = {**vars(worker), "returncode": returncode, "time": time.time()}
        with contextlib.suppress(OSError):  # not known is no harm
            atomic_file.replace(self._layout.exit(camera_id), json.dumps(record).encode())


def _job(camera_id: str, entry: Entry) -> BinaryIO:
    """Return what a worker reads from its standard input, as a file in memory.

    No pipe: one holds a bounded text where the worker does not read it, and a
    user who is not root may have 64 of that size.
    """
    line = {"camera_id": camera_id, "source": source_of(entry), "entry": entry}
    file = os.fdopen(os.memfd_create("camplane-job"), "w+b")
    file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    file.seek(0)
    return file
