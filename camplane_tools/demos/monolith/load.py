"""All clients, at work at the same time, until they are told to end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Protocol

import httpx

from camplane_tools.chaos.ledger import Ledger
from camplane_tools.demos.monolith.clients.asking import Asking
from camplane_tools.demos.monolith.clients.cameras import CameraClient
from camplane_tools.demos.monolith.clients.events import PollClient, StreamClient
from camplane_tools.demos.monolith.clients.files import FileClient
from camplane_tools.demos.monolith.clients.others import OtherClient
from camplane_tools.demos.monolith.clients.rules import RuleClient
from camplane_tools.demos.monolith.clients.sockets import LastingSocket, PassingSocket
from camplane_tools.demos.monolith.clients.workers import WorkerClient
from camplane_tools.demos.monolith.counts import Counts
from camplane_tools.demos.monolith.deployment import Deployment
from camplane_tools.demos.monolith.script import Script
from camplane_tools.demos.monolith.turns import Turns
from camplane_tools.harness.api import Api
from gateway.demo import footage

# Between two steps of a client of cameras or rules, when the other context is judged.
_ASIDE_SECONDS = 1.0
_CAMERAS, _RULES, _WORKERS, _OTHERS, _SOCKETS, _SLOW = 6, 6, 2, 2, 3, 2
# Beside the longest silence: everything a client waits for.
_CLIENT_SECONDS = 60.0
# A process that hung may do what it was asked until so long after it goes on.
_WAKES_SECONDS = 4.0


class _Client(Protocol):
    async def step(self) -> None: ...


class Load:
    """counts, ledger: what was counted, and what must be there. workers: who starts cameras.

    focus: the context whose evidence is waited for, which most requests are for; "" for both.
    """

    def __init__(self, deployment: Deployment, script: Script) -> None:
        self.counts = Counts()
        self.focus = ""
        self.ledger = Ledger()
        self.turns = Turns()
        self._url = deployment.camplane.url
        self.api = Api(lambda: self._url)
        self._gateway = _http(self._url, script)
        # Each time anew: it closes connections behind some answers, without a word.
        self._direct = _http(deployment.old.url, script, kept=0)
        film, rests = str(footage.driver()), script.hang_seconds + _WAKES_SECONDS
        cameras = Asking(self.api, self.counts, "cameras")
        rules = Asking(self.api, self.counts, "alert rules")
        self._cameras = [
            CameraClient(number, cameras, self.ledger, self.turns, film, rests)
            for number in range(_CAMERAS)
        ]
        self._rules = [RuleClient(number, rules, self.ledger, rests) for number in range(_RULES)]
        self.workers = [
            WorkerClient(number, cameras, self.ledger, film, rests) for number in range(_WORKERS)
        ]
        self._lasting = [LastingSocket(self._url, self.counts) for _ in range(_SOCKETS)]
        self._others = self._beside_the_api(script)
        self._ends = asyncio.Event()
        self._at_work: list[asyncio.Task[None]] = []

    def _beside_the_api(self, script: Script) -> Sequence[_Client]:
        gateway, counts = self._gateway, self.counts
        slow = script.slow_seconds
        return [
            *(OtherClient(n, gateway, self._direct, counts) for n in range(_OTHERS)),
            *(FileClient(f"slow-{n}", gateway, counts, slow) for n in range(_SLOW)),
            FileClient("quick", gateway, counts),
            StreamClient(gateway, counts),
            StreamClient(gateway, counts, silence_seconds=slow),
            PollClient(gateway, counts),
            PollClient(gateway, counts, wait_seconds=slow),
            PassingSocket(self._url, counts, self.workers[0].camera_id),
        ]

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Let all work within."""
        for prepare in self._prepares():
            await prepare()
        self._put_to_work("camera", self._cameras)
        self._put_to_work("alert", self._rules)
        for clients in (self.workers, self._lasting, self._others):
            self._put_to_work("", clients)
        try:
            yield
        finally:
            for task in self._at_work:
                task.cancel()
            await asyncio.gather(*self._at_work, return_exceptions=True)
            for http in (self._gateway, self._direct):
                await http.aclose()

    def _prepares(self) -> Iterator[Callable[[], Awaitable[None]]]:
        yield from (client.prepare for client in self._cameras)
        yield from (client.prepare for client in self._rules)
        yield from (client.prepare for client in self.workers)

    def _put_to_work(self, context: str, clients: Sequence[_Client]) -> None:
        self._at_work += [asyncio.create_task(self._works(context, one)) for one in clients]

    async def _works(self, context: str, client: _Client) -> None:
        while not self._ends.is_set():
            await client.step()
            if context and self.focus not in (context, ""):
                await asyncio.sleep(_ASIDE_SECONDS)

    def check(self) -> None:
        """Raise what ended a client, if any ended by an error."""
        for task in self._at_work:
            if task.done():
                task.result()

    async def finish(self) -> None:
        """Return when all have done what they had begun."""
        self._ends.set()
        await asyncio.gather(*self._at_work)
        for one in self._lasting:
            await one.end()


def _http(url: str, script: Script, kept: int | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url,
        timeout=script.slow_seconds + _CLIENT_SECONDS,
        trust_env=False,
        # Shorter than any server keeps it open.
        limits=httpx.Limits(
            max_connections=None, max_keepalive_connections=kept, keepalive_expiry=2.0
        ),
    )
