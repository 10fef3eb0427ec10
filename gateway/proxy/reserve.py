"""Room on the disk that is set aside: with a full one, too, requests are given back and tokens
revoked.
"""

import errno
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from servicekit.database.trouble import DatabaseTroubleError

log = logging.getLogger(__name__)

R = TypeVar("R")

RESERVE = "reserve"
# The routes of a thousand cameras that are pinned, twice, and a little.
_BYTES = 2 << 20
# What is left of the room is set aside again, however little, to this.
_STEP = 64 << 10
_FULL = (errno.ENOSPC, errno.EDQUOT)


def set_aside(directory: Path) -> None:
    """Keep the room, as far as the disk has it. Idempotent."""
    with suppress(OSError), (directory / RESERVE).open("ab") as reserve:
        for size in range(_BYTES, 0, -_STEP):
            with suppress(OSError):
                os.posix_fallocate(reserve.fileno(), 0, size)
                return


def release(directory: Path) -> bool:
    """Give the room to whoever writes next; was there any?"""
    try:
        (directory / RESERVE).unlink()
    except OSError:
        return False
    log.error("the disk of %s is full: the room that was set aside is used; make room", directory)
    return True


def in_need(directory: Path, write: Callable[[], R]) -> R:
    """Return what `write` returns, in the room set aside where the disk has no other.

    write: is called once more when it fails for want of room, and so is idempotent.
    """
    try:
        return write()
    except (OSError, DatabaseTroubleError) as error:
        # A database says in its own words that the disk is full.
        if getattr(error, "errno", errno.ENOSPC) not in _FULL or not release(directory):
            raise
    try:
        return write()
    finally:
        set_aside(directory)
