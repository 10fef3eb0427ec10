"""Writes statistics and traces down, a second's worth at a time, in a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from gateway.telemetry.kept import KeptTrace
from gateway.telemetry.packed import Packed
from gateway.telemetry.store import TraceStore
from servicekit.database.trouble import DatabaseTroubleError

log = logging.getLogger(__name__)

TIDY_SECONDS = 60.0

PackedMinutes = Sequence[tuple[int, Packed]]


class Writer:
    """At most one batch at a time; a disk that takes nothing is said once, and tried again."""

    def __init__(self, store: TraceStore) -> None:
        self._store = store
        self._batch: tuple[Sequence[KeptTrace], PackedMinutes] | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._counts = (0, 0)
        self._troubled = False
        self._tidied = time.monotonic() - TIDY_SECONDS
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def load(self, since_minute: int) -> PackedMinutes:
        """Return the statistics that were written; none when they cannot be read."""
        try:
            self._store.prepare()
            return self._store.load(since_minute)
        except (DatabaseTroubleError, ValueError) as error:
            log.error("the statistics of earlier times cannot be read: %s", error)
            return ()

    def start(self, not_written: Callable[[list[int]], None]) -> None:
        """Begin; `not_written` is told of minutes that have to be written again."""
        self._not_written = not_written
        self._thread.start()

    def is_free(self) -> bool:
        """Is there no batch that waits?"""
        with self._changed:
            return self._batch is None

    def write(self, kept: Sequence[KeptTrace], minutes: PackedMinutes) -> None:
        """Write soon; only while `is_free`."""
        with self._changed:
            self._batch = (kept, minutes)
            self._changed.notify_all()

    def counts(self) -> tuple[int, int]:
        """Return how many traces are kept, and how many of them pinned, some seconds ago."""
        return self._counts

    def close(self) -> None:
        """Write what waits, and end. Blocks."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._store.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._batch is None and not self._closing:
                    self._changed.wait()
                batch = self._batch
            if batch is None:
                return
            try:
                self._write(*batch)
            except DatabaseTroubleError as error:
                if not self._troubled:
                    log.error("statistics and traces are not written, trying again: %s", error)
                self._troubled = True
                self._not_written([minute for minute, _ in batch[1]])
            with self._changed:
                self._batch = None

    def _write(self, kept: Sequence[KeptTrace], minutes: PackedMinutes) -> None:
        if kept or minutes:
            self._store.write(kept, minutes)
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidied = time.monotonic()
            self._store.tidy(int(time.time()) // 60)
        self._counts = self._store.counts()
        if self._troubled:
            log.info("statistics and traces are written again")
            self._troubled = False
