"""A child process that is started again when it ends."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from servicekit.backoff import Schedule

_DELAYS = Schedule(first=0.5, longest=30.0)
# One that lived this long is given the first delay again.
STEADY_SECONDS = 60.0

# Told what happens to a child: its name and a sentence.
Tell = Callable[[str, str], None]

# Isolated and without site-packages, it costs 20 ms.
WITH_PARENT = (sys.executable, "-IS", str(Path(__file__).with_name("with_parent.py")))


class ChildFailedError(Exception):
    """A child ended before it was ready; the text is its own last error."""


@dataclass(frozen=True)
class ChildSpec:
    """What to run. `environment` is added to ours; `log` takes its output."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    # Added from the second start on.
    on_restart: Mapping[str, str] = field(default_factory=dict)


class Child:
    """Keeps one process running until `stop`, once it served.

    pid_changed: called when the process ended, and when it was started again.
    """

    def __init__(
        self, spec: ChildSpec, tell: Tell, pid_changed: Callable[[], None] = lambda: None
    ) -> None:
        self.spec = spec
        self._tell = tell
        self._pid_changed = pid_changed
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._stopping = False
        self._serves = False
        self._failure: ChildFailedError | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id now; None between an end and the next start."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if alive and self._process else None

    async def start(self) -> None:
        """Start the process."""
        await self._spawn()
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self, seconds: float) -> None:
        """End the process: SIGTERM, and SIGKILL when it lives `seconds` later."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), seconds)
            except TimeoutError:
                self._tell(self.spec.name, f"did not end within {seconds:g} s and is killed")
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._keeping:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping

    def serves(self) -> None:
        """Say that the process serves: from now on it is started again when it ends."""
        self._serves = True

    def failed(self) -> ChildFailedError | None:
        """Return why the process ended before it served, None when it did not."""
        return self._failure

    async def _spawn(self) -> None:
        extra = self.spec.on_restart if self._serves else {}
        with self.spec.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *WITH_PARENT,
                *self.spec.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.spec.environment, **extra},
                start_new_session=True,  # a Ctrl-C is for us; we end them in order
            )

    async def _keep(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while not self._stopping:
            began = loop.time()
            assert self._process is not None
            code = await self._process.wait()
            if self._stopping:
                return
            if not self._serves:
                cause = self._last_error()
                self._failure = ChildFailedError(
                    f"{self.spec.name} could not start: {cause} (log: {self.spec.log})"
                )
                return
            self._pid_changed()
            if loop.time() - began >= STEADY_SECONDS:
                failures = 0
            failures += 1
            delay = _DELAYS.delay(failures)
            self._tell(self.spec.name, f"{_ended(code)}; starting it again in {delay:g} s")
            await asyncio.sleep(delay)
            try:
                await self._spawn()
                self._pid_changed()
            except OSError as error:  # no memory, no file descriptor: the next round tries again
                self._tell(self.spec.name, f"cannot be started: {error.strerror}")

    def _last_error(self) -> str:
        """Return what the process said last; earlier ones wrote to the same log."""
        with contextlib.suppress(OSError), self.spec.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
            errors = [line for line in lines if line.startswith("error: ")]
            if errors:
                return errors[-1].removeprefix("error: ")
            if lines:
                return lines[-1]
        return "it said nothing"


def _ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
