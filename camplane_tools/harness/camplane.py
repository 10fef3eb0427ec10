"""The camplane that is drilled: `camplane up` as its users start it, and its processes."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from camplane_tools.harness.waiting import until
from gateway.launcher import instance
from gateway.launcher.instance import Instance
from servicekit import process

LAUNCHER = "launcher"
SERVICES = ("camera/legacy", "camera/domain", "alert/legacy", "alert/domain", "control", "envoy")
UP_SECONDS = 60.0
DOWN_SECONDS = 30.0
# Of one process, until the launcher's wait for it is not worth waiting for.
_KILLS = 3

_COMMAND = str(Path(sys.executable).with_name("camplane"))


class UpError(Exception):
    """`camplane up` ended before it was up; the text is what it said."""


class Camplane:
    """One data directory, and the `camplane up` that runs on it now.

    settings: environment variables for it. output: takes what it prints. options: of
    `camplane up`, beside the data directory and the port.
    """

    def __init__(
        self, data: Path, output: Path, settings: dict[str, str], options: Sequence[str] = ()
    ) -> None:
        self.data = data
        self._options = options
        self.url = ""
        self._output = output
        changing = ("CAMPLANE_", "USE_DOMAIN_SERVICE", "ROLLOUT_PERCENT", "OTEL_")
        ours = {k: v for k, v in os.environ.items() if not k.startswith(changing)}
        self._environment = {**ours, **settings}
        self._process: subprocess.Popen[bytes] | None = None
        self._killed: Counter[str] = Counter()

    async def up(self) -> None:
        """Start it; return when it is up. UpError when it does not come up."""
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: ASYNC220 (milliseconds, and rarely)
                [_COMMAND, "up", "--data", str(self.data), "--port", "0", *self._options],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        found = await until("camplane is up", UP_SECONDS, self._started)
        assert found is not None
        self.url = found.url
        self._killed.clear()

    async def _started(self) -> Instance | None:
        assert self._process is not None
        if self._process.poll() is not None:
            raise UpError(self._output.read_text()[-2000:])
        found = instance.load(self.data)
        return found if found and found.pid == self._process.pid else None

    def pid(self, name: str) -> int:
        """Return the pid of a process by name, 0 while it does not run."""
        if name == LAUNCHER:
            return self._process.pid if self._process else 0
        found = instance.load(self.data)
        return found.processes.get(name, 0) if found else 0

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
        await self._stop()
        await self.up()

    async def down(self) -> None:
        """Stop it and its cameras, whatever state it is in."""
        await self._stop()
        done = await asyncio.to_thread(
            subprocess.run,
            [_COMMAND, "down", "--data", str(self.data)],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        with self._output.open("ab") as output:
            output.write(done.stdout + done.stderr)

    async def _stop(self) -> None:
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


def lives(pid: int) -> bool:
    """Does the process live?"""
    return process.identify(pid) is not None
