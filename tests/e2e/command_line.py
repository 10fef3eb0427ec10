"""camplane as its users have it: `camplane up` and the other commands, as processes."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from camplane_tools.harness.environment import own_variables
from servicekit import process

CAMPLANE = str(Path(sys.executable).with_name("camplane"))
# Runs a command that a closed terminal ends, also when the tests run under nohup.
HEARING = ("env", "--default-signal=HUP")
UP_SECONDS = 60.0
DOWN_SECONDS = 30.0
SERVICES = ("camera/legacy", "camera/domain", "alert/legacy", "alert/domain", "control", "envoy")


def environment(**variables: str) -> dict[str, str]:
    """Return ours without what would change camplane, and with `variables`."""
    return {**own_variables(), **variables}


def until(condition: Callable[[], Any], seconds: float = 20.0, what: str = "") -> Any:
    """Return what `condition` returns as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what or condition}"
        time.sleep(0.05)
    return found


def lives(pid: int) -> bool:
    return process.identify(pid) is not None


def processes_of(data: Path) -> list[str]:
    """Return the command lines of processes that know of the data directory."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if f"{data}/".encode() in told:
            found.append((folder / "cmdline").read_text())
    return found


class Up:
    """A `camplane up`: its URL, its processes, what it printed."""

    def __init__(
        self, folder: Path, data: Path, arguments: tuple[str, ...], **variables: str
    ) -> None:
        self.data = data
        self._output = folder / f"up-{time.monotonic_ns()}.log"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [*HEARING, CAMPLANE, "up", "--data", str(data), "--port", "0", *arguments],
                cwd=folder,
                env=environment(**variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> "Up":
        """Return when it is up."""
        until(lambda: "Ctrl-C" in self.output or self.process.poll() is not None, UP_SECONDS)
        assert self.process.poll() is None, self.output
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)
        return self

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def instance(self) -> dict[str, Any]:
        return json.loads((self.data / "run" / "instance.json").read_text())

    @property
    def url(self) -> str:
        return str(self.instance["url"])

    @property
    def pids(self) -> dict[str, int]:
        """The processes that live now, by name."""
        return dict(self.instance["processes"])

    def camplane(self, *arguments: str, code: int = 0) -> str:
        """Run a command on this camplane; return its standard output."""
        done = run(*arguments, "--data", str(self.data))
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """Return the JSON of an answer that must be 200."""
        answer = self.http.request(method, path, **request)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def running(self) -> dict[str, int]:
        """Return the pids of the cameras that run."""
        found = self.ask("POST", "/api/v1/cameras/batch-status")
        return {camera_id: s["pid"] for camera_id, s in found.items() if s["running"]}

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send the signal; return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(DOWN_SECONDS)

    def end(self) -> None:
        """Kill it, which is sooner done; return when its services have ended with it."""
        try:
            children = list(self.pids.values()) if self.process.poll() is None else []
        except FileNotFoundError:  # it never came up
            children = []
        self.process.kill()
        self.process.wait()
        until(lambda: not any(map(lives, children)))


def run(*arguments: str, seconds: float = 60, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, which must come within so many seconds."""
    return subprocess.run(
        [CAMPLANE, *arguments],
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@contextlib.contextmanager
def ending(folder: Path) -> Iterator[Callable[..., Up]]:
    """Give `up(*arguments, data=…, **environment)`; end everything it started afterwards."""
    started: list[Up] = []

    def up(*arguments: str, data: Path | None = None, **variables: str) -> Up:
        started.append(Up(folder, data or folder / "data", arguments, **variables))
        return started[-1].wait()

    try:
        yield up
    finally:
        for one in started:
            one.end()
            print(one.output)
        for data in {one.data for one in started}:
            if any((data / "workers").glob("*.json")):
                run("down", "--data", str(data))
