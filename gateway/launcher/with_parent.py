"""Runs a command that the kernel kills when its parent dies: `python with_parent.py COMMAND …`.

A launcher that was killed leaves no services behind. Done by the child
between fork and the command, in a program of its own: code that Python runs
there instead (preexec_fn) may deadlock beside threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
