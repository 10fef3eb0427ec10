"""A demonstration as a command: on a folder of its own, told as it goes, ended by a signal."""

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from camplane_tools.harness.errors import HarnessError

T = TypeVar("T")

# Takes a line of progress.
Tell = Callable[[str], None]


class NotAsPromisedError(HarnessError):
    """What is shown did not come out as promised; the text tells what."""


def demonstrate(prefix: str, play: Callable[[Path, Tell], Coroutine[Any, Any, T]]) -> T:
    """Play on a new folder, and return what came of it; exit code 1 when it is not as promised.

    prefix: the beginning of the folder's name, which must be short.
    """
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201

    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        try:
            return asyncio.run(ending(play(Path(folder), tell)))
        except HarnessError as error:
            tell(f"not as promised: {error}")
        except (KeyboardInterrupt, asyncio.CancelledError):
            tell("interrupted")
    sys.exit(1)


async def ending(played: Coroutine[Any, Any, T]) -> T:
    """Run it; take SIGTERM for a Ctrl-C, so that nothing is left running."""
    running = asyncio.ensure_future(played)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running
