"""A client of what is not camplane's: records, figures, users, pages. Held against the monolith."""

import asyncio
import itertools
from collections.abc import Sequence
from random import Random
from typing import Any

import httpx

from camplane_tools.demos.monolith.clients.passing import Passing
from camplane_tools.demos.monolith.counts import WRONG, Counts

KIND = "other paths"
# Of one answer alone, and what the gateway says of itself.
_OF_ONE_ANSWER = {"date", "x-request-id", "x-process-time", "x-camplane-path"}
_ALWAYS_THE_SAME = [
    *(("GET", path) for path in ("/", "/static/kitchenwatch.css", "/static/kitchenwatch.js")),
    *(("GET", path) for path in ("/favicon.ico", "/docs", "/dashboard", "/no/such/path")),
    *(("GET", f"/api/v1/management/{name}") for name in ("help", "license", "me", "users/7")),
    ("GET", "/api/v1/records/999999999"),
    ("GET", "/sentry-debug"),
    ("HEAD", "/"),
    ("OPTIONS", "/api/v1/media/upload"),
]
_PAUSE_SECONDS = 0.2


class OtherClient:
    """gateway, direct: clients of camplane and of the monolith itself."""

    def __init__(
        self, number: int, gateway: httpx.AsyncClient, direct: httpx.AsyncClient, counts: Counts
    ) -> None:
        self._passing = Passing(gateway, counts, KIND)
        self._direct = direct
        self._counts = counts
        self._name = f"other-{number}"
        self._random = Random(number)  # noqa: S311
        self._numbers = itertools.count(1)

    async def step(self) -> None:
        """Send a few requests of one kind."""
        does = (self._fixed, self._fixed, self._fixed, self._record, self._setting, self._figures)
        await self._random.choice(does)()
        await asyncio.sleep(_PAUSE_SECONDS)

    async def _fixed(self) -> None:
        method, path = self._random.choice(_ALWAYS_THE_SAME)
        await self._alike(method, path)

    async def _record(self) -> None:
        """Make a record, read it on both ways, change it, and delete it."""
        record = {"camera_id": self._name, "persons": next(self._numbers), "note": "门口"}
        made = await self._passing.ask("POST", "/api/v1/records", json=record)
        if made is None or not self._expect(made, (201,), record):
            return
        path = made.headers["location"]
        await self._alike("GET", path)
        changed = await self._passing.ask("PATCH", path, json={"persons": 7})
        if changed is not None:
            self._expect(changed, (200,), {**record, "persons": 7})
        await self._alike("GET", path)
        gone = await self._passing.ask("DELETE", path)
        if gone is not None:
            self._expect(gone, (204, 404), {})
        await self._alike("GET", path)

    async def _setting(self) -> None:
        value = {"number": next(self._numbers)}
        path = f"/api/v1/management/settings/{self._name}"
        put = await self._passing.ask("PUT", path, json={"value": value})
        if put is not None:
            self._expect(put, (200,), {"key": self._name, "value": value})
        read = await self._passing.ask("GET", "/api/v1/management/settings")
        if read is not None:
            self._expect(read, (200,), {self._name: value})

    async def _figures(self) -> None:
        """Ask for figures that others change, between two looks at the monolith itself."""
        path = self._random.choice(("/api/v1/statistics/summary", "/api/v1/statistics/hourly"))
        before = await self._direct.get(path)
        answer = await self._passing.ask("GET", path)
        after = await self._direct.get(path)
        if answer is not None and _told(before) == _told(after) != _told(answer):
            self._counts.found(KIND, WRONG, f"GET {path}: {_told(answer)}, not {_told(before)}")

    async def _alike(self, method: str, path: str) -> None:
        answer = await self._passing.ask(method, path)
        expected = await self._direct.request(method, path)
        if answer is not None and _told(answer) != _told(expected):
            text = f"{method} {path}: {_told(answer)}, not {_told(expected)}"
            self._counts.found(KIND, WRONG, text)

    def _expect(
        self, answer: httpx.Response, statuses: Sequence[int], fields: dict[str, Any]
    ) -> bool:
        """Is it one of these, with these fields?"""
        json = answer.json() if fields and answer.status_code in statuses else {}
        holds = answer.status_code in statuses and fields.items() <= json.items()
        what = f"{answer.request.method} {answer.request.url.path}"
        self._counts.expect(KIND, holds, f"{what}: {answer.status_code} {answer.text[:200]}")
        return holds


def _told(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return what must be alike: the status, the headers in their order, the body."""
    headers = [pair for pair in answer.headers.multi_items() if pair[0] not in _OF_ONE_ANSWER]
    return answer.status_code, sorted(headers), answer.content
