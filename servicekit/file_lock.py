"""A lock of a file that is waited for, and not for ever."""

import fcntl
import time
from typing import TextIO

_LOOK_SECONDS = 0.01


def taken_within(lock: TextIO, seconds: float) -> bool:
    """Take the lock of an open file alone, until it is closed; False if others keep it. Blocks."""
    over = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > over:
                return False
        time.sleep(_LOOK_SECONDS)
