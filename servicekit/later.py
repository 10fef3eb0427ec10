"""Work that nobody waits for: done in order by one thread, dropped when there is too much."""

import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

log = logging.getLogger(__name__)

MAX_WAITING = 1000
# Done at once it would take the interpreter from the call that submits it, which
# still has to send its answer.
DELAY_SECONDS = 0.05


class Later:
    """A thread that starts with the first work. `submit` may be called by any thread."""

    def __init__(self, name: str) -> None:
        self._queue: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._started = False
        self._lock = threading.Lock()
        self.dropped = 0

    def submit(self, work: Callable[[], object]) -> None:
        """Do it soon; never waits. What it raises is logged."""
        if self._queue.qsize() >= MAX_WAITING:
            self.dropped += 1
            return
        if not self._started:
            self._start()
        self._queue.put(work)

    def close(self) -> None:
        """Return when all that was submitted is done. Blocks."""
        if self._started:
            self._queue.put(None)
            self._thread.join()

    def _start(self) -> None:
        with self._lock:
            if not self._started:
                self._started = True
                self._thread.start()

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            if self._queue.empty():
                time.sleep(DELAY_SECONDS)
            try:
                work()
            except Exception:  # one that fails must not end the others
                log.exception("work that nobody waits for failed")
