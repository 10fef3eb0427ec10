"""A camplane for a while: `camplane up` as its users start it, on a folder that goes with it."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.launcher.children import WITH_PARENT
from gateway.launcher.instance import Instance, load

UP_SECONDS = 120.0
DOWN_SECONDS = 60.0
_LOOK_SECONDS = 0.05
# What would change the camplane, if we inherited it to it.
_CHANGING = ("CAMPLANE_", "USE_DOMAIN_SERVICE", "ROLLOUT_PERCENT", "OTEL_")


class TemporaryError(Exception):
    """It does not come up; the text is what it said."""


@dataclass(frozen=True)
class Temporary:
    """A camplane that runs; all of `data` is gone when it ends."""

    data: Path
    instance: Instance

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.instance.url


@contextlib.asynccontextmanager
async def temporary(variables: Mapping[str, str]) -> AsyncIterator[Temporary]:
    """Run `camplane up` with these environment variables, and no other of its own.

    TemporaryError when it does not come up. It dies with this process, too.
    """
    with tempfile.TemporaryDirectory(prefix="camplane-temporary-") as name:
        data, output = Path(name) / "data", Path(name) / "up.log"
        process = await _start(data, output, variables)
        try:
            yield Temporary(data, await _until_up(process, data, output))
        finally:
            await _stop(process)


async def refusal(variables: Mapping[str, str]) -> tuple[int | None, str]:
    """Start `camplane up` with variables that it should refuse; return its exit code and words.

    The code is None when it did not refuse; it is ended then.
    """
    with tempfile.TemporaryDirectory(prefix="camplane-temporary-") as name:
        data, output = Path(name) / "data", Path(name) / "up.log"
        process = await _start(data, output, variables)
        try:
            with contextlib.suppress(TemporaryError):
                await _until_up(process, data, output)
            return process.returncode, await _said(output)
        finally:
            await _stop(process)


async def _start(
    data: Path, output: Path, variables: Mapping[str, str]
) -> asyncio.subprocess.Process:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(_CHANGING)}
    with output.open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *WITH_PARENT,
            *(sys.executable, "-m", "gateway.cli", "up", "--data", str(data), "--port", "0"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**ours, "COLUMNS": "1000", **variables},
            cwd=output.parent,
            start_new_session=True,  # a Ctrl-C is for us; we end it in order
        )


async def _until_up(process: asyncio.subprocess.Process, data: Path, output: Path) -> Instance:
    deadline = asyncio.get_running_loop().time() + UP_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        if process.returncode is not None:
            raise TemporaryError((await _said(output)).strip()[-2000:])
        found = load(data)
        if found and found.pid == process.pid:
            return found
        await asyncio.sleep(_LOOK_SECONDS)
    raise TemporaryError(f"camplane is not up after {UP_SECONDS:g} s")


async def _said(output: Path) -> str:
    return await asyncio.to_thread(output.read_text, errors="replace")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), DOWN_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
