"""How a client asks for what is not camplane's: counted, and sent again where it is told to."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from camplane_tools.demos.monolith.counts import FAILED, Counts
from camplane_tools.demos.monolith.outcomes import Outcome, outcome

_TRIES = 3
_SAFE = ("GET", "HEAD", "OPTIONS")


class Passing:
    """Requests of one kind. A write that was refused or lost in words is sent again.

    The old server closes connections behind some answers without a word. What was sent on
    one at that moment may have been done or not; who asks the old server directly knows that,
    too.
    """

    def __init__(self, http: httpx.AsyncClient, counts: Counts, kind: str) -> None:
        self._http = http
        self._counts = counts
        self._kind = kind

    async def ask(
        self,
        method: str,
        path: str,
        content: Callable[[], AsyncIterator[bytes]] | None = None,
        **options: Any,
    ) -> httpx.Response | None:
        """Return the answer, whatever it is; None when there was none, which is noted."""
        answer = None
        for _ in range(_TRIES):
            body = content() if content else None
            answer = await self._once(method, path, content=body, **options)
            if answer is None or method in _SAFE:
                break
            became = outcome(answer.status_code, _json(answer))
            if became is Outcome.REFUSED:
                self._counts.refused[self._kind] += 1
            elif became is Outcome.UNKNOWN:
                self._counts.unknown[self._kind] += 1
            else:
                break
        return answer

    async def _once(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        with self._counts.one(self._kind):
            try:
                return await self._http.request(method, path, **options)
            except httpx.HTTPError as error:
                self._counts.found(self._kind, FAILED, f"{method} {path}: {error!r}")
                return None


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except json.JSONDecodeError:
        return None
