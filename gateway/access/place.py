"""Where tokens and their key lie in a data directory."""

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


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

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers out, whichever process they are in."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as lock:
            (self.folder / ".lock").chmod(0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def access_place(data: Path) -> AccessPlace:
    """Return the place in a data directory."""
    return AccessPlace(data / "access")
