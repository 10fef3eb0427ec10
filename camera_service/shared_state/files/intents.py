"""Keyed changes of cameras.yaml: what was about to be done, and whether it was."""

from collections.abc import Callable
from typing import Any

from camera_service.shared_state.files.completed import FILE_SCOPE, Completed, Intent
from servicekit import idempotency

# What tells one version of the file from another: (inode, mtime in ns, size).
Signature = tuple[int, int, int]


class FileIntents:
    """The intent of one cameras.yaml; for who holds its lock.

    completed: where keyed writes are noted; without it, keys mean nothing.
    """

    def __init__(self, completed: Completed | None) -> None:
        self._completed = completed

    def recover(self, present: Callable[[], Signature]) -> None:
        """Recover what a service that died left; raises AlreadyDoneError, see Completed.recover."""

        def happened(intent: Intent) -> list[Any] | None:
            return [intent.answer] if intent.sign == list(present()) else None

        if self._completed:
            self._completed.recover(FILE_SCOPE, happened)

    def change(self, signature: Signature) -> None:
        """Note a change, before it, by the version that it makes."""
        if self._completed:
            self._completed.intend(FILE_SCOPE, signature, idempotency.kept(), durable=True)

    def changed(self) -> None:
        if self._completed:
            self._completed.confirm(FILE_SCOPE)

    def unchanged(self) -> None:
        """Note a change that had nothing to do."""
        if self._completed:
            self._completed.confirm(FILE_SCOPE, idempotency.kept())
