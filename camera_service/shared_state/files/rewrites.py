"""Versions of cameras.yaml from before it was written anew as a whole.

A change that cannot be made line by line loses comments, anchors and layout. They stay here,
in `backups/cameras-<time>-<random>.yaml`, for their owner only: sources hold passwords.
"""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from servicekit import atomic_file

# Many: the one that a person looks for may be older than those that a program made since.
MAX_KEPT = 50


def keep(folder: Path, content: bytes) -> None:
    """Keep a version; OSError when it cannot be, and it must not be replaced then."""
    folder.mkdir(mode=0o700, exist_ok=True)
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S.%f")
    name = f"cameras-{now}-{secrets.token_hex(3)}.yaml"
    with atomic_file.prepared(folder / name, content, durable=True) as kept:
        kept.put()
    for old in sorted(folder.glob("cameras-*.yaml"))[:-MAX_KEPT]:
        old.unlink(missing_ok=True)
