"""Ends a read that waits within FFmpeg: PyAV has no way to tell it from another thread."""

import contextlib
import os
import socket
from pathlib import Path


def connections() -> frozenset[int]:
    """Return the descriptors of this process that are sockets."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # it was closed meanwhile
            if str(link.readlink()).startswith("socket:"):
                found.append(int(link.name))
    return frozenset(found)


def cut(descriptors: frozenset[int]) -> None:
    """Have whoever reads from these sockets read their end; the descriptors stay open."""
    for descriptor in descriptors:
        # Closed meanwhile, or one of datagrams, which has no end.
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as one:
            one.shutdown(socket.SHUT_RDWR)
