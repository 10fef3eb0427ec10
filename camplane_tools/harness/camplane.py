"""A camplane: `camplane up` as its users start it, and its processes.

It dies with this process. One that runs within this process instead, so that its services can
be changed one by one, is `inside.py`.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from camplane_tools.harness.environment import own_variables
from camplane_tools.harness.errors import NotInTimeError, UpError
from camplane_tools.harness.waiting import until
from gateway.launcher import instance
from gateway.launcher.children import WITH_PARENT
from gateway.launcher.instance import Instance
from servicekit import process

LAUNCHER = "launcher"
SERVICES = ("camera/legacy", "camera/domain", "alert/legacy", "alert/domain", "control", "envoy")
UP_SECONDS = 120.0
DOWN_SECONDS = 60.0
# Of one process, until the launcher's wait for it is not worth waiting for.
_KILLS = 3

_COMMAND = (sys.executable, "-m", "gateway.cli")


class Camplane:
    """One data directory, and the `camplane up` that runs on it now.

    settings: environment variables for it. output: takes what it prints. options: of
    `camplane up`, beside the data directory and the port.
    """

    def __init__(
        self, data: Path, output: Path, settings: Mapping[str, str], options: Sequence[str] = ()
    ) -> None:
        self.data = data
        self._options = options
        self.url = ""
        self._output = output
        # No line of its output is broken.
        self._environment = {**own_variables(), "COLUMNS": "1000", **settings}
        self._process: subprocess.Popen[bytes] | None = None
        self._killed: Counter[str] = Counter()

    async def up(self) -> None:
        """Start it; return when it is up. UpError when it does not come up."""
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: ASYNC220 (milliseconds, and rarely)
                [
                    *(*WITH_PARENT, *_COMMAND),
                    *("up", "--data", str(self.data), "--port", "0", *self._options),
                ],
                env=self._environment,
                cwd=self._output.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a Ctrl-C is for us; we end it in order
            )
        try:
            found = await until("camplane is up", UP_SECONDS, self._started)
        except NotInTimeError as error:
            raise UpError(f"camplane is not up after {UP_SECONDS:g} s") from error
        assert found is not None
        self.url = found.url
        self._killed.clear()

    async def _started(self) -> Instance | None:
        assert self._process is not None
        if self._process.poll() is not None:
            raise UpError(self.said().strip()[-2000:])
        found = instance.load(self.data)
        return found if found and found.pid == self._process.pid else None

    @property
    def exit_code(self) -> int | None:
        """With what the launcher ended; None while it runs."""
        return self._process.poll() if self._process else None

    def said(self) -> str:
        """Return all that it printed."""
        return self._output.read_text(errors="replace")

    @property
    def pids(self) -> Mapping[str, int]:
        """The pids of all its processes, by name; none while it does not run."""
        found = instance.load(self.data)
        return {**found.processes, LAUNCHER: found.pid} if found else {}

    def pid(self, name: str) -> int:
        """Return the pid of a process by name, 0 while it does not run."""
        if name == LAUNCHER:
            return self._process.pid if self._process else 0
        return self.pids.get(name, 0)

    def signal(self, name: str, number: signal.Signals) -> int:
        """Send a signal to a process by name; return its pid. ProcessLookupError without one."""
        pid = self.pid(name)
        if not pid:  # 0 would be all of our own group
            raise ProcessLookupError(f"{name} does not run")
        os.kill(pid, number)
        self._killed[name] += number == signal.SIGKILL
        return pid

    @property
    def is_worn(self) -> bool:
        """Would the launcher wait long before it starts some process once more?

        Its wait doubles with each end that follows the last within a minute.
        """
        return max(self._killed.values(), default=0) >= _KILLS

    async def gone(self) -> None:
        """Return when the launcher, which was killed, has ended."""
        assert self._process is not None
        await asyncio.to_thread(self._process.wait, DOWN_SECONDS)

    async def renew(self) -> None:
        """Stop it as Ctrl-C does, and start another one; cameras that run go on."""
        await self.stop()
        await self.up()

    async def down(self) -> None:
        """Stop it and its cameras, whatever state it is in."""
        await self.stop()
        done = await asyncio.to_thread(
            subprocess.run,
            [*_COMMAND, "down", "--data", str(self.data)],
            env=self._environment,
            cwd=self._output.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        with self._output.open("ab") as output:
            output.write(done.stdout + done.stderr)

    async def stop(self) -> None:
        """Stop it as Ctrl-C does, whatever state it is in; cameras that run go on."""
        if self._process and self._process.poll() is None:
            for name in (LAUNCHER, *SERVICES):
                with contextlib.suppress(ProcessLookupError):
                    if pid := self.pid(name):
                        os.kill(pid, signal.SIGCONT)
            self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, DOWN_SECONDS)
            self._process.kill()
            self._process.wait()

    @property
    def admin_socket(self) -> str:
        """Envoy's admin socket."""
        found = instance.load(self.data)
        return str(Path(found.run_directory) / "envoy-admin.sock") if found else ""


@contextlib.asynccontextmanager
async def raised(
    data: Path, settings: Mapping[str, str], options: Sequence[str] = ()
) -> AsyncIterator[Camplane]:
    """Run a camplane on a folder within the block; end it, and its cameras, too. UpError."""
    camplane = Camplane(data, data.with_suffix(".log"), settings, options)
    try:
        await camplane.up()
        yield camplane
    finally:
        await camplane.down()


@contextlib.asynccontextmanager
async def temporary(settings: Mapping[str, str]) -> AsyncIterator[Camplane]:
    """Run a camplane without cameras that run; all of it is gone when the block ends. UpError."""
    async with _to_be_removed(settings) as camplane:
        await camplane.up()
        yield camplane


async def refusal(settings: Mapping[str, str]) -> tuple[int | None, str]:
    """Start `camplane up` with settings that it should refuse; return its exit code and words.

    The code is None when it did not refuse; it is ended then.
    """
    async with _to_be_removed(settings) as camplane:
        with contextlib.suppress(UpError):
            await camplane.up()
        return camplane.exit_code, camplane.said()


@contextlib.asynccontextmanager
async def _to_be_removed(settings: Mapping[str, str]) -> AsyncIterator[Camplane]:
    with tempfile.TemporaryDirectory(prefix="camplane-temporary-") as name:
        camplane = Camplane(Path(name) / "data", Path(name) / "up.log", settings)
        try:
            yield camplane
        finally:
            await camplane.stop()


def lives(pid: int) -> bool:
    """Does the process live?"""
    return process.identify(pid) is not None
