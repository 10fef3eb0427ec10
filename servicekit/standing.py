"""Does a caller's token still hold? Streams go on long after the gateway has let them in.

The gateway looks at a token when a call begins. A call that ends at once needs no more; a stream
is held to its token by the service that answers it, as long as it is open.
"""

import asyncio
import contextlib
import contextvars
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from servicekit.upkeep import Trouble

# Metadata: the id of the caller's verified token, and when that ends, in seconds since 1970. The
# gateway drops both from what clients send. Without the second nobody is held to a token.
ID, ENDS = "camplane-token-id", "camplane-token-ends"
# A stream has ended two seconds after its token was revoked.
LOOK_SECONDS = 0.5

T = TypeVar("T")

log = logging.getLogger(__name__)


class TokenEndedError(Exception):
    """The token that a stream was begun with holds no more; the text says why."""


@dataclass(frozen=True)
class Token:
    """What a stream was begun with."""

    id: str
    ends: float

    def trouble(self, revoked: frozenset[str], now: float) -> str:
        """Return why it holds no more; "" while it does."""
        if self.id in revoked:
            return "the token was revoked: the stream ends here; ask for another token"
        if now >= self.ends:
            return "the token has ended, and the stream with it; begin anew with another token"
        return ""


def token_of(metadata: Iterable[tuple[str, str | bytes]]) -> Token | None:
    """Return the token that a call is held to; one that has ended, if nobody can say when it does.

    None: nobody was asked who they are, or said so by a certificate.
    """
    told = dict(metadata)
    if ENDS not in told:
        return None
    try:
        ends = float(told[ENDS])
    except ValueError:
        ends = 0.0
    return Token(str(told.get(ID, "")), ends)


class RevokedTokens:
    """The ids in the file of tokens, `access/tokens.json` of the data directory. Blocks."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._ids: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        """Return what is revoked now; OSError or ValueError when nobody can say."""
        if self._file is None:
            return self._ids
        try:
            now = self._file.stat()
        except FileNotFoundError:  # no token was ever made
            return self._ids
        signature = now.st_ino, now.st_size, now.st_mtime_ns
        if signature != self._seen:
            self._ids = _revoked_in(self._file.read_bytes())
            self._seen = signature
        return self._ids


def _revoked_in(text: bytes) -> frozenset[str]:
    try:
        return frozenset(one["id"] for one in json.loads(text)["tokens"] if one["revoked"])
    except (TypeError, KeyError) as error:
        raise ValueError(f"it is no list of tokens: {error!r}") from error


class Standing:
    """Ends the streams of one service whose tokens hold no more. Belongs to its event loop.

    revoked: tells which tokens are, from a thread; OSError or ValueError when nobody can say.
    """

    def __init__(self, revoked: Callable[[], frozenset[str]]) -> None:
        self._revoked = revoked
        self._known: frozenset[str] = frozenset()
        self._open: dict[asyncio.Future[str], Token] = {}
        self._looking: asyncio.Task[None] | None = None
        self._trouble = Trouble(log.error, "nobody knows which tokens are revoked: %s")

    async def while_it_holds(self, token: Token, answers: AsyncGenerator[T]) -> AsyncGenerator[T]:
        """Yield the answers; TokenEndedError as soon as the token holds no more."""
        # By the gateway's clock, or what it allows for one that is wrong, it may hold yet.
        if trouble := token.trouble(self._known, time.time()):
            raise TokenEndedError(trouble)
        context = contextvars.copy_context()
        with self._watched(token) as ended:
            while True:
                following = asyncio.create_task(_following(answers), context=context)
                try:
                    await asyncio.wait((following, ended), return_when=asyncio.FIRST_COMPLETED)
                    if ended.done():
                        raise TokenEndedError(ended.result())
                finally:
                    await _let_go(following)
                for answer in following.result():
                    yield answer
                if not following.result():
                    return

    @contextlib.contextmanager
    def _watched(self, token: Token) -> Iterator[asyncio.Future[str]]:
        ended = asyncio.get_running_loop().create_future()
        self._open[ended] = token
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            yield ended
        finally:
            del self._open[ended]

    async def _keep_looking(self) -> None:
        while self._open:
            await self._look()
            for ended, token in self._open.items():
                if (trouble := token.trouble(self._known, time.time())) and not ended.done():
                    ended.set_result(trouble)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        """Learn what is revoked; what was stays so while the file cannot be read."""
        try:
            self._known = await asyncio.to_thread(self._revoked)
            self._trouble.is_over()
        except (OSError, ValueError) as error:
            self._trouble.is_there(str(error))


async def _following(answers: AsyncGenerator[T]) -> tuple[T, ...]:
    """Return the next answer; none at the end, which a task cannot raise."""
    try:
        return (await anext(answers),)
    except StopAsyncIteration:
        return ()


async def _let_go(following: "asyncio.Task[tuple[T, ...]]") -> None:
    """Have the service end what nobody waits for."""
    if not following.done():
        following.cancel()
        await asyncio.wait((following,))
