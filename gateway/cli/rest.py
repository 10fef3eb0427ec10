"""Requests of the command line to a running gateway, over the REST paths anyone uses."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.credentials import Credentials
from gateway.cli.output import REFUSED, UNREACHABLE, fail
from gateway.cli.refusals import in_language
from gateway.launcher.instance import command, load
from gateway.vocabulary import tools

DEFAULT_DATA = Path("camplane-data")
SECONDS = 60.0

Data = Annotated[
    Path,
    typer.Option(envvar="CAMPLANE_DATA", help="The data directory of the camplane meant."),
]
Url = Annotated[
    str,
    typer.Option(envvar="CAMPLANE_URL", help="A gateway anywhere, instead of the one on --data."),
]
Side = Annotated[
    str,
    typer.Option("--path", help="Who shall answer: legacy or domain; otherwise as it is split."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


class Gateway:
    """A running gateway; every method ends the command with a plain sentence when it fails."""

    def __init__(self, data: Path, url: str = "", side: str = "") -> None:
        self.url = (url or _url_of(data)).rstrip("/")
        self.credentials = Credentials(None if url else data.absolute())
        if side not in ("", "legacy", "domain"):
            fail(f"--path {side}: give legacy or domain", 2)
        self._switch = {"force_domain": "true" if side == "domain" else "false"} if side else {}
        try:
            self._client = httpx.Client(
                base_url=self.url,
                headers=tools.named("cli"),
                auth=self.credentials,
                timeout=SECONDS,
                trust_env=False,
            )
        except httpx.InvalidURL as error:
            fail(f"--url {url}: {error}; give one such as http://127.0.0.1:8080", 2)

    def ask(
        self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Return the answer when it is 2xx; otherwise fail with its `detail`."""
        answer = self.send(method, path, body, query)
        if not answer.is_success:
            fail(detail(answer), REFUSED)
        return answer

    def pages(self, path: str, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages of a list, one page after the other."""
        asked = dict(query)
        while True:
            answer = self.ask("GET", path, query=asked).json()
            yield from answer["items"]
            if not answer["next_page_token"]:
                return
            asked["page_token"] = answer["next_page_token"]

    def send(
        self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Return the answer, whatever it is."""
        parameters = {**(query or {}), **self._switch}
        try:
            return self._client.request(
                method, path, params=parameters, json=body if body is not None else None
            )
        except httpx.HTTPError as error:
            fail(f"{self.url} does not answer ({error}); is it up? `camplane status`", UNREACHABLE)
        except UnicodeEncodeError:
            fail("what was typed is not valid UTF-8", 2)

    @contextmanager
    def stream(
        self,
        path: str,
        query: Mapping[str, Any],
        headers: Mapping[str, str],
        silence: float = SECONDS,
    ) -> Iterator[httpx.Response]:
        """Give an answer that does not end; fails as `ask` does. httpx.HTTPError when it breaks.

        silence: seconds without a byte after which it counts as broken.
        """
        parameters = {**query, **self._switch}
        with self._client.stream(
            "GET", path, params=parameters, headers=headers, timeout=silence
        ) as answer:
            if not answer.is_success:
                answer.read()
                if answer.status_code < 500:
                    fail(detail(answer), REFUSED)
                answer.raise_for_status()
            yield answer


def detail(answer: httpx.Response) -> str:
    """Return what an error answer says to a person."""
    try:
        return in_language(str(answer.json()["detail"]), os.environ)
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason_phrase}"


def _url_of(data: Path) -> str:
    instance = load(data)
    if instance is None:
        fail(
            f"no camplane runs on {data}; start one with {command('up', data)}, "
            "or name a gateway with --url",
            UNREACHABLE,
        )
    return instance.url
