"""cameras.yaml: read by anyone at any time, changed by one writer at a time.

The monolith reads and writes the same file. Keys, entries and comments that
this system does not know stay in it; a file that cannot be read as meant is
reported and left alone.

The monolith and editors take no lock and may write in place, so that for a moment
the file is a part of itself. The lock's file says which version is known to be whole;
one that it does not name is believed when it was left alone for a while, and nothing
is put in the place of a version other than the one that was read.
"""

import contextlib
import datetime
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from camera_service.domain.entry import Entry, key_of
from camera_service.domain.errors import ConfigurationUnreadableError, StorageFailedError
from camera_service.shared_state.files import locks, rewrites, yaml_text
from camera_service.shared_state.files.completed import Completed
from camera_service.shared_state.files.intents import FileIntents, Signature
from servicekit import atomic_file, turns
from servicekit.steps import step

# What a writer does with the next version before it becomes the file.
BeforeReplace = Callable[["Document"], None]
_Lock = Callable[[Path], contextlib.AbstractContextManager[bool | None]]

# Between two writes of one that writes in place, if what it prints takes its time.
SETTLED_SECONDS = 0.25
# For one that never stops writing nobody waits for ever.
LONGEST_SETTLING_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 0.005
# How often a change is made anew because somebody else wrote meanwhile.
MAX_ATTEMPTS = 5


class ChangedMeanwhileError(StorageFailedError):
    """Somebody who takes no lock wrote the file while it was being changed."""


@dataclass(frozen=True)
class Document:
    """One version of the file. `items` is its list of cameras, as YAML has it; do not change it."""

    signature: Signature
    text: str
    data: dict[str, Any]
    items: Sequence[Any]

    def entries(self) -> list[Entry]:
        """Return the cameras with JSON values only, in order; other items left out."""
        return [json_entry(item) for item in self.items if isinstance(item, dict)]

    def entry(self, camera_id: str) -> Entry | None:
        """Return the first camera with this id, with JSON values only."""
        position = find(self.items, camera_id)
        return None if position is None else json_entry(self.items[position])


def find(items: Sequence[Any], camera_id: str) -> int | None:
    """Return the position of the first camera with this id."""
    for position, item in enumerate(items):
        if key_of(item) == camera_id:
            return position
    return None


class Draft:
    """Changes to one version of the file, made under the lock and saved together."""

    def __init__(
        self,
        document: Document,
        write: Callable[["Draft", BeforeReplace], Document],
        intents: FileIntents,
    ) -> None:
        self.document = document
        self.items: list[Any] = list(document.items)
        self._write = write
        self._intents = intents

    def save(self, before_replace: BeforeReplace = lambda document: None) -> None:
        """Put the changes into the file, if there are any; the last thing that a call does.

        `before_replace` gets the next version when it is on disk, complete,
        and about to be renamed into place; when it raises, nothing is changed.
        StorageFailedError when the file cannot be written; it is unchanged then.
        """
        if not self._is_changed():
            self._intents.unchanged()
            return
        with step("cameras.yaml write"):
            self.document = self._write(self, before_replace)
        self._intents.changed()
        self.items = list(self.document.items)

    def entry(self, camera_id: str) -> Entry | None:
        """Return the camera's entry as it would be written, with JSON values only."""
        position = self._find(camera_id)
        return None if position is None else json_entry(self.items[position])

    def append(self, entry: Entry) -> None:
        """Add a camera behind the others."""
        self.items.append(dict(entry))

    def set(self, camera_id: str, changes: Entry) -> None:
        """Set some keys of a camera that is there; its other keys keep their exact values."""
        position = self._find(camera_id)
        if position is None:
            raise KeyError(camera_id)
        before = self.items[position]
        after = {**before, **changes}
        # By text: 1, 1.0 and true are equal to Python and three values to a client.
        if repr(json_entry(after)) != repr(json_entry(before)):
            self.items[position] = after

    def remove(self, camera_id: str) -> None:
        """Take out a camera that is there."""
        position = self._find(camera_id)
        if position is None:
            raise KeyError(camera_id)
        self.items[position] = None

    def _find(self, camera_id: str) -> int | None:
        return find(self.items, camera_id)

    def _is_changed(self) -> bool:
        old, new = self.document.items, self.items
        return len(old) != len(new) or any(a is not b for a, b in zip(old, new, strict=True))


class CamerasYaml:
    """The file at `path`. Reading is lock-free and costs one stat when nothing changed.

    completed: where keyed writes are noted; without it, keys mean nothing. require_presence:
    waits as long as somebody may be writing without the lock because we were away. backups:
    a folder for what the file was before a change that cannot be made line by line.
    """

    def __init__(
        self,
        path: Path,
        completed: Completed | None = None,
        require_presence: Callable[[], None] = lambda: None,
        backups: Path | None = None,
    ) -> None:
        self.path = path
        self._backups = backups
        self._intents = FileIntents(completed)
        self._require_presence = require_presence
        self.lock_path = path.with_name(f".{path.name}.lock")
        self._cached: Document | None = None
        self._reading = threading.Lock()

    def create_if_fresh(self) -> None:
        """Begin with no cameras where there never were any.

        Later a missing file is an error: somebody lost it, and taking that
        for "no cameras" would make every camera vanish.
        """
        if self.path.exists() or self.lock_path.exists():
            return
        with self._locked():
            if not self.path.exists():
                self._replace(b"cameras: []\n", lambda replacement: None)

    def remove_leftovers(self) -> None:
        """Remove what writers that were killed left beside the file; it holds passwords."""
        with self._locked():
            atomic_file.remove_leftovers(self.path)

    def signature(self) -> Signature:
        """Return the present version's signature, for the price of one stat."""
        try:
            stat = self.path.stat()
        except OSError as error:
            raise self._unreadable(error) from error
        return _signature(stat)

    def at_hand(self) -> Document | None:
        """Return the present version if it was read before, for the price of one stat."""
        cached = self._cached
        return cached if cached is not None and cached.signature == self.signature() else None

    def read(self) -> Document:
        """Return the present version; ConfigurationUnreadableError when it makes no sense."""
        if cached := self.at_hand():
            return cached
        with step("cameras.yaml read"), self._reading:
            self._cached = self._load()
            return self._cached

    @contextlib.contextmanager
    def edit(self) -> Iterator[Draft]:
        """Hold the writers' lock within the block, with a draft of the present version.

        Raises AlreadyDoneError when the call that runs was carried out before,
        WaitedTooLongError when it came too late.
        """
        with self._locked():
            turns.begin()
            yield self._draft()

    @contextlib.contextmanager
    def edit_if_free(self) -> Iterator[Draft | None]:
        """The same without waiting; None when another writer is at it."""
        with self._locked(locks.if_free) as free:
            yield self._draft() if free else None

    def change(
        self,
        apply: Callable[[Draft], None],
        before_replace: BeforeReplace = lambda document: None,
    ) -> None:
        """Save what `apply` does to a draft; anew if somebody who takes no lock wrote meanwhile."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                with self.edit() as draft:
                    apply(draft)
                    draft.save(before_replace)
                return
            except ChangedMeanwhileError:
                if attempt == MAX_ATTEMPTS:
                    raise

    def vouch(self) -> None:
        """Let readers know that the present version is whole; for who holds the writers' lock.

        It has a signature of its own then, though it was written in the same tick of the
        clock as the one before, and is of the same size.
        """
        with contextlib.suppress(OSError):
            stat = self.path.stat()
            if self._noted_whole() == _noted(_signature(stat)):
                os.utime(self.path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
                stat = self.path.stat()
            self._note_whole(_signature(stat))

    def _draft(self) -> Draft:
        self._settle()
        return Draft(self.read(), self._write, self._intents)

    def _settle(self) -> None:
        try:
            self._intents.recover(self.signature)
        except OSError as error:
            raise self._unwritable(error) from error

    @contextlib.contextmanager
    def rewriting(self) -> Iterator[Callable[[bytes], None]]:
        """Hold the writers' lock within the block, with what replaces the file by any bytes.

        For putting back what the file once was; StorageFailedError when it cannot be written.
        """
        with self._locked():
            turns.begin()
            self._settle()
            yield lambda content: self._replace(content, lambda signature: None)

    @contextlib.contextmanager
    def _locked(self, lock: _Lock = locks.exclusive) -> Iterator[bool | None]:
        with contextlib.ExitStack() as stack:
            try:
                with step("cameras.yaml lock"):
                    given = stack.enter_context(lock(self.lock_path))
            except OSError as error:
                raise self._unwritable(error) from error
            yield given

    def _load(self) -> Document:
        until = time.monotonic() + LONGEST_SETTLING_SECONDS
        while True:
            signature = self.signature()
            if not self._is_whole(signature) and time.monotonic() < until:
                time.sleep(LOOK_AGAIN_SECONDS)
                continue
            try:
                text = self.path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise self._unreadable(error) from error
            if self.signature() != signature:
                continue
            try:
                return self._parse(signature, text)
            except ConfigurationUnreadableError:
                # Somebody may be in the middle of writing it, and held up for longer than others:
                # what makes no sense is given the time that the longest are given.
                if _is_settled(signature, LONGEST_SETTLING_SECONDS) or time.monotonic() >= until:
                    raise
                time.sleep(LOOK_AGAIN_SECONDS)

    def _is_whole(self, signature: Signature) -> bool:
        """Is nobody in the middle of writing this version?

        One that was renamed into place is taken as it is. Of the first that we see nobody knows
        how it came: a process that starts may see the half of what is being written.
        """
        known = self._cached
        if known is not None and known.signature[0] != signature[0]:
            return True
        return _is_settled(signature) or self._noted_whole() == _noted(signature)

    def _noted_whole(self) -> bytes:
        try:
            return self.lock_path.read_bytes()
        except OSError:
            return b""

    def _note_whole(self, signature: Signature) -> None:
        fd = os.open(self.lock_path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(fd, _noted(signature), 0)
        finally:
            os.close(fd)

    def _parse(self, signature: Signature, text: str) -> Document:
        if not text.strip():
            # What a full disk or a writer that truncates leaves: no sign that
            # somebody wants to have no cameras.
            raise self._unreadable("it is empty; write `cameras: []` if there are to be none")
        try:
            data = yaml_text.load(text)
        except yaml.YAMLError as error:
            raise self._unreadable(error) from error
        data = {} if data is None else data
        if not isinstance(data, dict):
            raise self._unreadable("its top level is not a mapping")
        items = data.get(yaml_text.LIST_KEY)
        items = [] if items is None else items
        if not isinstance(items, list):
            raise self._unreadable(f"`{yaml_text.LIST_KEY}` is not a list")
        return Document(signature, text, data, items)

    def _write(self, draft: Draft, before_replace: BeforeReplace) -> Document:
        kept = [item for item in draft.items if item is not None]
        meant = {**draft.document.data, yaml_text.LIST_KEY: kept}
        text = yaml_text.edit(draft.document.text, draft.document.items, draft.items)
        if text is None or not _reads_as(text, meant):
            text = yaml_text.dump(meant)
            self._keep(draft.document)
        written: list[Document] = []

        def ready(signature: Signature) -> None:
            written.append(Document(signature, text, meant, kept))
            before_replace(written[0])
            self._intents.change(signature)
            self._note_whole(signature)
            self._require_presence()
            # As late as can be: between this and the rename nobody may write, who takes no lock.
            if self.signature() != draft.document.signature:
                raise ChangedMeanwhileError(
                    f"{self.path} was written by somebody else in the same moment. "
                    "Nothing was changed; repeat it"
                )

        self._replace(text.encode(), ready)
        with self._reading:
            self._cached = written[0]
        return written[0]

    def _keep(self, document: Document) -> None:
        if self._backups is None:
            return
        try:
            rewrites.keep(self._backups, document.text.encode())
        except OSError as error:
            raise StorageFailedError(
                f"{self.path} must be written anew, and {self._backups} cannot keep what it was: "
                f"{error.strerror}. Nothing was changed; check the disk space and its permissions"
            ) from error

    def _replace(self, content: bytes, ready: Callable[[Signature], None]) -> None:
        try:
            with atomic_file.prepared(self.path, content, durable=True) as replacement:
                ready(_signature(replacement.stat))
                replacement.put()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unreadable(self, cause: object) -> ConfigurationUnreadableError:
        if isinstance(cause, FileNotFoundError):
            return ConfigurationUnreadableError(
                f"{self.path} is missing. Put it back, or write `cameras: []` into it "
                "if there are to be no cameras"
            )
        return ConfigurationUnreadableError(
            f"{self.path} cannot be read: {_in_words(cause)}. "
            "It was left as it is; correct it by hand"
        )

    def _unwritable(self, error: OSError) -> StorageFailedError:
        return StorageFailedError(
            f"{self.path} cannot be written: {error.strerror}. Nothing was changed; "
            "check the disk space and the folder's permissions"
        )


def _in_words(cause: object) -> str:
    """Say what is wrong and where, without quoting the file: it holds passwords."""
    if isinstance(cause, yaml.MarkedYAMLError) and cause.problem_mark:
        return f"line {cause.problem_mark.line + 1}: {cause.problem}"
    if isinstance(cause, OSError):
        return str(cause.strerror)
    if isinstance(cause, UnicodeDecodeError | yaml.YAMLError):
        return "it is no plain UTF-8 text"
    return str(cause)


def _is_settled(signature: Signature, while_seconds: float = SETTLED_SECONDS) -> bool:
    """Was this version left alone for a while? One of the future is none that is being written."""
    seconds = time.time() - signature[1] / 1e9
    return not 0 <= seconds < while_seconds


def _noted(signature: Signature) -> bytes:
    """Return a signature as the lock's file has it, always of the same length."""
    return (" ".join(f"{part:020d}" for part in signature) + "\n").encode()


def _signature(stat: os.stat_result) -> Signature:
    return (stat.st_ino, stat.st_mtime_ns, stat.st_size)


def json_entry(item: Entry) -> Entry:
    """Return an entry with what JSON cannot hold (dates, sets, odd keys) turned into text."""
    return {str(key): _json_value(value) for key, value in item.items()}


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json_entry(value)
    if isinstance(value, list | tuple | set):
        return [_json_value(item) for item in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value)


def _reads_as(text: str, meant: dict[str, Any]) -> bool:
    try:
        return _same(yaml_text.load(text), meant)
    except yaml.YAMLError:
        return False


def _same(left: Any, right: Any) -> bool:
    """Equality that tells 1 from true and 1.0, minds the order of keys, and knows NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right or (left != left and right != right))
