"""Workers' logs as streams: their last lines, then each new one as it is written.

Linux tells nobody of a growing file but through inotify, which Python does not
have, so all files that are followed are looked at four times a second, in one
task, for as long as somebody follows.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

from camera_service.application.reading import log_line
from camera_service.domain.errors import InvalidArgumentError
from camera_service.shared_state.files.layout import Layout
from camera_service.shared_state.logs.following import LEAVING_SECONDS, Lines, LogFollower
from camera_service.shared_state.logs.tails import reading
from servicekit.threads import Threads

LOOK_SECONDS = 0.25
# Shorter than the idle time-outs of the proxies between us and a client.
QUIET_SECONDS = 15.0

DEFAULT_LINES = 100
MAX_LINES = 10_000

_Signature = tuple[int, int, int] | None


class AsksForLines(Protocol):
    """A request with the optional field `lines`."""

    @property
    def lines(self) -> int: ...
    def HasField(self, field_name: Literal["lines"], /) -> bool: ...


def wanted_lines(request: AsksForLines, least: int) -> int:
    """Return how many lines a request asks for; InvalidArgumentError when too few or many."""
    lines = request.lines if request.HasField("lines") else DEFAULT_LINES
    if not least <= lines <= MAX_LINES:
        raise InvalidArgumentError(f"lines must be from {least} to {MAX_LINES}")
    return lines


@dataclass
class _Watched:
    """One log, and how often it was seen to have changed; `changed` is set at the next time."""

    followers: int = 0
    signature: _Signature = None
    version: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class LogStreams:
    """The live tails of one service. Belongs to its event loop."""

    def __init__(self, layout: Layout, threads: Threads) -> None:
        self._layout = layout
        self._threads = threads
        self._watched: dict[Path, _Watched] = {}
        self._looking: asyncio.Task[None] | None = None

    async def follow(self, camera_id: str, lines: int, after: str) -> AsyncIterator[Lines]:
        """Yield the last `lines` lines, or those behind the place `after`, then each new one.

        Credentials are masked. The first is yielded at once, without lines if there are none;
        and so is one after every QUIET_SECONDS of silence. Raises LogUnreadableError.
        """
        path = self._layout.log(camera_id)
        follower = await self._threads(_open, path, lines, after)
        with contextlib.closing(follower), self._watching(path) as watched:
            owed = True  # the first answer, and a sign of life after a silence
            while True:
                version = watched.version
                found = await self._threads(_read, path, follower)
                if found.lines or owed:
                    owed = False
                    yield found
                elif follower.is_leaving:
                    await asyncio.sleep(LEAVING_SECONDS)
                else:
                    owed = not await _changed(watched, version)

    def close(self) -> None:
        """Stop looking."""
        if self._looking:
            self._looking.cancel()

    @contextlib.contextmanager
    def _watching(self, path: Path) -> Iterator[_Watched]:
        watched = self._watched.setdefault(path, _Watched())
        watched.followers += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            yield watched
        finally:
            watched.followers -= 1
            if not watched.followers:
                del self._watched[path]

    async def _keep_looking(self) -> None:
        while self._watched:
            signatures = await self._threads(_signatures, list(self._watched))
            for path, watched in self._watched.items():
                if path in signatures and signatures[path] != watched.signature:
                    watched.signature = signatures[path]
                    watched.version += 1
                    watched.changed.set()
                    watched.changed = asyncio.Event()
            await asyncio.sleep(LOOK_SECONDS)


async def _changed(watched: _Watched, version: int) -> bool:
    """Wait until a log has changed since it had `version`; False after QUIET_SECONDS."""
    if watched.version != version:
        return True
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            await watched.changed.wait()
    except TimeoutError:
        return False
    return True


def _open(path: Path, lines: int, after: str) -> LogFollower:
    with reading(path):
        return LogFollower.after(path, after, lines) if after else LogFollower.at_last(path, lines)


def _read(path: Path, follower: LogFollower) -> Lines:
    with reading(path):
        found = follower.read()
    return replace(found, lines=tuple((log_line(text), place) for text, place in found.lines))


def _signatures(paths: list[Path]) -> dict[Path, _Signature]:
    return {path: _signature(path) for path in paths}


def _signature(path: Path) -> _Signature:
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns
