"""Requests of a walk: to one path or as it is split, whatever is answered; stopped between two."""

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

import httpx

from gateway.vocabulary import tools

SECONDS = 60.0


class StoppedError(Exception):
    """Somebody asked the walk to stop."""


class Stop:
    """A signal handler. The first signal waits for the request under way, so that what it
    made is known and can be removed; the next one does not wait.
    """

    def __init__(self) -> None:
        self._asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def check(self) -> None:
        """Raise StoppedError once a signal has come."""
        if self._asked:
            raise StoppedError


@dataclass(frozen=True)
class Answer:
    """What came back. status: 0 when nothing did; body: then why, for people."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: float

    @property
    def json(self) -> Any:
        """The JSON value; None when it is none."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            return None
        try:
            return httpx.Response(200, content=self.body).json()
        except ValueError:
            return None

    @property
    def words(self) -> str:
        """What an error says to people."""
        said = self.json
        if isinstance(said, dict) and "detail" in said:
            return str(said["detail"])
        return self.body.decode(errors="replace")[:200] or "it answers nothing"


class Asker:
    """Asks one path of a gateway: "legacy", "domain", or "" for as it is split.

    auth: how the gateway is told who asks.
    """

    def __init__(self, url: str, path: str, auth: httpx.Auth | None = None) -> None:
        self.path = path
        self._client = httpx.Client(
            base_url=url,
            headers=tools.named("verify"),
            auth=auth,
            timeout=SECONDS,
            trust_env=False,
        )
        self._switch = {"force_domain": "true" if path == "domain" else "false"} if path else {}

    def ask(
        self, method: str, address: str, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> Answer:
        """Return the answer, or why there is none."""
        parameters = {**(query or {}), **self._switch}
        began = time.perf_counter()
        try:
            answer = self._client.request(method, address, params=parameters, json=body)
        except httpx.HTTPError as error:
            return _none(error, began)
        return _answer(answer, answer.content, began)

    def first_event(self, address: str, query: Mapping[str, Any]) -> Answer:
        """Return the first event of a stream as the body."""
        began = time.perf_counter()
        try:
            with self._client.stream("GET", address, params={**query, **self._switch}) as answer:
                event = "\n".join(itertools.takewhile(bool, answer.iter_lines()))
                return _answer(answer, event.encode(), began)
        except httpx.HTTPError as error:
            return _none(error, began)


def _answer(answer: httpx.Response, body: bytes, began: float) -> Answer:
    return Answer(answer.status_code, answer.headers, body, _since(began))


def _none(error: httpx.HTTPError, began: float) -> Answer:
    return Answer(0, {}, f"no answer: {error or type(error).__name__}".encode(), _since(began))


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
