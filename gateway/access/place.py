"""Where tokens and their key lie in a data directory."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from servicekit.file_lock import taken_within

# A write takes some milliseconds; who holds the lock for longer stands still.
LOCK_SECONDS = 5.0


class AccessLockedError(OSError):
    """Another process keeps the lock of the tokens; the message says which file that is."""


@dataclass(frozen=True)
class AccessPlace:
    """The folder of tokens and keys, its owner's alone."""

    folder: Path

    @property
    def key(self) -> Path:
        """The private key that tokens are signed with."""
        return self.folder / "key.json"

    @property
    def public_keys(self) -> Path:
        """What Envoy verifies tokens with."""
        return self.folder / "jwks.json"

    @property
    def tokens(self) -> Path:
        """What is known of the tokens that were made; not the tokens themselves."""
        return self.folder / "tokens.json"

    @property
    def uses(self) -> Path:
        """When they were used last."""
        return self.folder / "uses.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers out, whichever process they are in.

        AccessLockedError when one keeps the lock for LOCK_SECONDS.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / ".lock"
        with path.open("a") as lock:
            path.chmod(0o600)
            if not taken_within(lock, LOCK_SECONDS):
                raise AccessLockedError(f"{lock.name} is kept by another process")
            yield


def access_place(data: Path) -> AccessPlace:
    """Return the place in a data directory."""
    return AccessPlace(data / "access")
