"""Commands as a person has them: in a terminal of so many columns."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Sequence

from camplane_tools.harness.environment import own_variables

ROWS = 40
# What moves the cursor or sets a colour.
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def in_terminal(
    command: Sequence[str], columns: int, seconds: float = 60, **variables: str
) -> tuple[str, int]:
    """Run a command in a terminal; return all it wrote there, with colours, and its exit code."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    known = {name: value for name, value in own_variables().items() if name != "COLUMNS"}
    process = subprocess.Popen(
        command,
        env={**known, "TERM": "xterm-256color", **variables},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    written = b""
    try:
        while part := _read(ours):
            written += part
        return written.decode().replace("\r\n", "\n"), process.wait(seconds)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def plain(written: str) -> str:
    """Return the text without what only a terminal understands."""
    return CONTROLS.sub("", written)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # all who could write have ended
        return b""
