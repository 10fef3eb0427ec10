"""A command that is told to end twice clears up all the same."""

import signal
import subprocess
import sys

CHILD = """
import asyncio, sys
from gateway.cli.signals import cancel_when_told

async def work():
    cancel_when_told()
    try:
        print("at work", flush=True)
        await asyncio.Event().wait()
    finally:
        print("clearing up", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print("cleared up", flush=True)

try:
    asyncio.run(work())
except asyncio.CancelledError:
    sys.exit(1)
"""


def test_a_second_signal_does_not_break_the_clearing_up() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "at work\n"
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "clearing up\n"
        child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate("go on\n", timeout=30)
        assert (output, child.returncode) == ("cleared up\n", 1)
