"""`python -m drill.regression`: exit code 0 only if slow, wrong and down were all named."""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from drill.camplane import UpError
from drill.regression.acts import Act
from drill.regression.findings import Found
from drill.regression.play import NotNamedError, play


def main() -> None:
    """Play the acts; print what was named."""
    argparse.ArgumentParser(prog="python -m drill.regression", description=__doc__).parse_args()
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201

    with tempfile.TemporaryDirectory(prefix="regress-", ignore_cleanup_errors=True) as folder:
        try:
            found = asyncio.run(_ending(play(Path(folder), tell)))
        except (NotNamedError, UpError) as error:
            tell(f"not as promised: {error}")
            sys.exit(1)
        except (KeyboardInterrupt, asyncio.CancelledError):
            tell("interrupted")
            sys.exit(1)
    print("\n\n".join(_in_words(act, one) for act, one in found))  # noqa: T201


async def _ending(drill: Coroutine[Any, Any, Any]) -> Any:
    """Run the drill; take SIGTERM for a Ctrl-C, so that nothing is left running."""
    running = asyncio.ensure_future(drill)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def _in_words(act: Act, found: Found) -> str:
    return "\n".join(
        (
            f"{act.name}: {act.story}",
            f"  RPC    {found.rpc}",
            f"  span   {found.span}",
            f"  cause  {found.cause}",
            f"  trace  {found.trace_id}",
            *(f"  says   {sentence}" for sentence in found.sentences),
        )
    )


if __name__ == "__main__":
    main()
