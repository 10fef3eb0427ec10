"""`python -m drill.rollout`: exit code 0 only if both runs of the plan went as promised."""

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
from drill.rollout.play import NotAsPromisedError, Played, play


def main() -> None:
    """Play both runs; print what came of them."""
    argparse.ArgumentParser(prog="python -m drill.rollout", description=__doc__).parse_args()
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201

    with tempfile.TemporaryDirectory(prefix="rollout-", ignore_cleanup_errors=True) as folder:
        try:
            good, bad = asyncio.run(_ending(play(Path(folder), tell)))
        except (NotAsPromisedError, UpError) as error:
            tell(f"not as promised: {error}")
            sys.exit(1)
        except (KeyboardInterrupt, asyncio.CancelledError):
            tell("interrupted")
            sys.exit(1)
    print(f"A healthy domain\n{_in_words(good)}\n\nA domain that turns bad\n{_in_words(bad)}")  # noqa: T201


async def _ending(drill: Coroutine[Any, Any, Any]) -> Any:
    """Run the drill; take SIGTERM for a Ctrl-C, so that nothing is left running."""
    running = asyncio.ensure_future(drill)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def _in_words(played: Played) -> str:
    lines = [
        f"  {one.context:6} {one.action:8} {one.from_weight:3} % to {one.to_weight:3} %"
        f"  on {one.requests:,} requests of domain"
        for one in played.decisions
    ]
    moved_back = ""
    if played.moved_back is not None:
        moved_back = f", {played.moved_back} cameras moved back on the way up"
    lines.append(
        f"  {played.requests:,} requests in {played.seconds:.0f} s, {played.failed} failed"
        f" of themselves{moved_back}"
    )
    if played.last_by_domain is not None:
        lines.append(
            f"  domain's last answer came {played.last_by_domain:.2f} s after the decision"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
