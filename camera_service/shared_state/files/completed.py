"""Which keyed writes were carried out, in small files that both implementations share.

A write leaves two traces, and its own commit point lies between them:

- Its *intent*, written before it: the key, the answer, and what can be seen of
  it if it happens. One for each scope, which is what a writers' lock
  protects: cameras.yaml, or one camera's worker.
- Its *completion*, by key. It comes of the intent, when the write is done.

Who takes the lock of a scope recovers the intent that a writer who died left
there, before anything else: what it names can be seen, or it did not happen.
"""

import contextlib
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camera_service.domain.errors import StorageFailedError
from camera_service.shared_state.files.layout import Layout
from servicekit import atomic_file, idempotency
from servicekit.idempotency import AlreadyDoneError, Keyed

log = logging.getLogger(__name__)

# The scope of cameras.yaml; a camera's is its id, which has no slash.
FILE_SCOPE = "cameras/yaml"
# Completions that are remembered at most, of clients' keys and of the gateway's.
MAX_KEYS = 20_000
# Of the name of a completion, by who made its key.
_PREFIXES = {idempotency.CLIENT_SECONDS: "client-", idempotency.GATEWAY_SECONDS: "gateway-"}


@dataclass(frozen=True)
class Intent:
    """What a writer was about to do.

    name: of the completion it becomes. sign: what shows that it happened, a
    JSON value that whoever recovers it understands. answer: a JSON value.
    """

    name: str
    scope: str
    digest: str
    sign: Any
    answer: Any


class Completed:
    """The keyed writes that were carried out on one data directory. Thread-safe."""

    def __init__(self, layout: Layout) -> None:
        self._folder = layout.completed
        self._intents = layout.intents

    def check(self) -> None:
        """Raise AlreadyDoneError if the call that runs was carried out; KeyReusedError."""
        keyed = idempotency.current()
        if keyed is not None and (found := _read(self._folder / _name(keyed))) is not None:
            keyed.require_digest(found["digest"])
            raise AlreadyDoneError(found["answer"])

    def unrecovered(self) -> str | None:
        """Return the scope in which the call that runs may have been carried out by one who died.

        Or by one who is at it. Taking the scope's lock recovers it, either way.
        """
        keyed = idempotency.current()
        if keyed is None:
            return None
        for path in self._intents.glob("*"):
            intent = _intent(path)
            if intent is not None and intent.name == _name(keyed):
                return intent.scope
        return None

    # The following are for who holds the lock of the scope.

    def recover(self, scope: str, happened: Callable[[Intent], Any | None]) -> None:
        """Make the intent that was left in this scope a completion, or drop it.

        `happened` looks whether it was carried out, and returns the answer to
        it in a list of one; None if it was not. Then it is as `check`.
        """
        path = self._intent_path(scope)
        if path.exists():
            intent = _intent(path)  # None for one whose writer died while writing it
            if intent is not None and (answer := happened(intent)) is not None:
                self._complete(intent.name, intent.digest, answer[0])
            path.unlink(missing_ok=True)
        self.check()

    def intend(self, scope: str, sign: Any, answer: Any, durable: bool = False) -> str | None:
        """Note what the call that runs is about to do; return the name of its completion.

        None, and nothing is noted, for a call without a key. `durable`: what is
        done survives a loss of power, and so must a client's key. The gateway
        repeats at once or never, so its keys need not, and wait for no disk.
        OSError when it cannot be written.
        """
        keyed = idempotency.current()
        if keyed is None:
            return None
        intent = Intent(_name(keyed), scope, keyed.digest, sign, answer)
        self._intents.mkdir(parents=True, exist_ok=True)
        # Not renamed into place: what a writer who died left unfinished is no intent.
        fd = os.open(self._intent_path(scope), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(json.dumps(vars(intent)).encode())
            file.flush()
            if durable and keyed.is_clients:
                os.fsync(file.fileno())
        return intent.name

    def confirm(self, scope: str, *answer: Any) -> None:
        """Make the intent of the call that runs, carried out now, a completion.

        Its answer is the intent's, or the one given. Raises nothing: what
        cannot be written now is recovered by the next writer.
        """
        keyed = idempotency.current()
        if keyed is None:
            return
        path = self._intent_path(scope)
        try:
            if answer:
                self._complete(_name(keyed), keyed.digest, answer[0])
                path.unlink(missing_ok=True)
            else:
                path.rename(self._folder / _name(keyed))
        except OSError as error:
            log.warning("%s: %s", path, error)

    def prune(self) -> None:
        """Forget what need not be remembered any longer. Idempotent."""
        now = time.time()
        for seconds, prefix in _PREFIXES.items():
            found = sorted(self._ages(prefix, now))
            for position, (age, path) in enumerate(found):
                if age > seconds or position >= MAX_KEYS:
                    path.unlink(missing_ok=True)

    def _ages(self, prefix: str, now: float) -> Iterator[tuple[float, Path]]:
        for path in self._folder.glob(f"{prefix}*"):
            with contextlib.suppress(FileNotFoundError):
                yield now - path.stat().st_mtime, path

    def _complete(self, name: str, digest: str, answer: Any) -> None:
        text = json.dumps({"digest": digest, "answer": answer})
        atomic_file.replace(self._folder / name, text.encode())

    def _intent_path(self, scope: str) -> Path:
        return self._intents / hashlib.sha256(scope.encode()).hexdigest()[:32]


def _name(keyed: Keyed) -> str:
    """Return a file name: a key may hold anything, and be long."""
    return _PREFIXES[keyed.seconds] + hashlib.sha256(keyed.key.encode()).hexdigest()[:40]


def _intent(path: Path) -> Intent | None:
    found = _read(path)
    try:
        return Intent(**found) if found is not None else None
    except TypeError:
        return None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        raise StorageFailedError(f"{path} cannot be read: {error.strerror}") from error
    return found if isinstance(found, dict) else None
