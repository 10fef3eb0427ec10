"""Ctrl-C and kill, for commands that must end in order."""

import asyncio
import signal


def ending() -> list[signal.Signals]:
    """Return the signals that end a command.

    SIGINT too where it is ignored, as a shell starts what runs in its background; but not
    SIGHUP where it is: that was nohup.
    """
    ignores_hangup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *(() if ignores_hangup else (signal.SIGHUP,))]


def cancel_when_told() -> None:
    """Let the first of them cancel the current task; the next ones do not break its clearing up."""
    task = asyncio.current_task()
    assert task is not None

    def told() -> None:
        if not task.cancelling():
            task.cancel()

    for number in ending():
        asyncio.get_running_loop().add_signal_handler(number, told)
