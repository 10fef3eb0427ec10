"""What an entry may hand to a camera's process: its source, its `env`, values of its command.

Whoever may write an entry would else run a program of their choice: the loader and
interpreters read variables (LD_PRELOAD, PYTHONPATH), a shell in the operator's command reads
what stands in it. Pure, but for links in paths where files are bounded by folders.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from camera_service.domain.entry import source_of
from camera_service.domain.entry_size import EntrySize
from camera_service.domain.errors import InvalidArgumentError
from camera_service.worker.source_rules import SourceNotAllowedError, SourceRules
from camera_service.worker.sources import READ_TIMEOUT, SourceError, read_timeout
from servicekit.masking import HIDDEN

# What the monolith's clients set, and "A", which stands in a request recorded from them.
DEFAULT_ALLOWED = ("VIDEO_STREAM_*", "REDIS_*", "A")
# Parts of the command (camera_service.shared_state.processes.worker_command).
_IN_COMMAND = ("regions_file", "profile", "device", "imgsz")
# What neither a shell nor a program takes for more than a value; an option begins with a dash.
_VALUE = re.compile(r"(?!-)[\w ./:,@+=%~-]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?|\*")
_SHOWN = 60


class NotAllowedError(InvalidArgumentError):
    """An entry hands over what it may not; the text says what, and what may be.

    key: the entry's, under which it stands.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class WorkerInputs:
    """allowed: names of variables that an entry's `env` may set; REDIS_* means all with that start.

    sources: where its source may point. size: how large it may be. All are the operator's:
    `worker.env.allow`, `cameras`.
    """

    allowed: tuple[str, ...] = DEFAULT_ALLOWED
    sources: SourceRules = field(default_factory=SourceRules)
    size: EntrySize = field(default_factory=EntrySize)

    @classmethod
    def parse(cls, text: str, sources: SourceRules | None = None) -> "WorkerInputs":
        """Read names with commas between; ValueError when one is no name."""
        names = tuple(name.strip() for name in text.split(",") if name.strip())
        for name in names:
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"{name!r} is no name of a variable, nor the beginning of some: A_*"
                )
        return cls(names, sources or SourceRules())

    def check(self, entry: Mapping[str, Any]) -> None:
        """Raise NotAllowedError for what the entry, or a part of one, may not hand over."""
        env = entry.get("env") or {}
        # What was read with a mask and is written back keeps what is stored.
        if not isinstance(env, Mapping) and env != HIDDEN:
            raise NotAllowedError("env", "env must be a mapping: names of variables to texts")
        for name in env if isinstance(env, Mapping) else ():
            if not any(fnmatchcase(str(name), pattern) for pattern in self.allowed):
                raise NotAllowedError(
                    "env",
                    f"env must not set {_shown(name)}: only {', '.join(self.allowed) or 'nothing'};"
                    " worker.env.allow in camplane.yaml names what may be set",
                )
        for key in _IN_COMMAND:
            if key in entry and not _VALUE.fullmatch(str(entry[key])):
                raise NotAllowedError(
                    key,
                    f"{key} stands in the command of the camera's process: letters, digits, spaces"
                    f" and ./:,@+=%~_- alone, and no dash first; it is {_shown(entry[key])}",
                )
        with _refusing("source"):
            if source := source_of(entry):
                self.sources.check(source)
        with _refusing("rtsp_transport"):
            self.sources.check_transport(entry.get("rtsp_transport"))
        with _refusing(READ_TIMEOUT):
            read_timeout(entry)


@contextlib.contextmanager
def _refusing(key: str) -> Iterator[None]:
    try:
        yield
    except (SourceNotAllowedError, SourceError) as error:
        raise NotAllowedError(key, str(error)) from error


def _shown(value: object) -> str:
    text = repr(str(value))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
