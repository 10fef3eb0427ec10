"""Clients that ask for cameras without end, and see who answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from camplane_tools.bench.rollout.cameras import change_of, status_of
from camplane_tools.harness.operations import CAMERAS
from camplane_tools.load.answers import Answer
from camplane_tools.load.client import Client, NoAnswerError, http_request
from gateway.proxy.targets import PATH

_CLIENTS = 8
# One request in so many is for all cameras, and one changes a camera; the rest are status.
_LISTS, _CHANGES = 25, 50
_LIST = http_request("GET", CAMERAS)


class Clients:
    """Each client has one request in flight, and cameras of its own.

    So the answers to one camera's requests come in their order, and a camera that
    is found on legacy after it was found on domain has moved back.

    rate: requests a second, of all clients together; None: as many as they get
    answered. requests: sent and answered, or not. lost: without an answer. errors: answers
    other than 2xx. moved_back: how many cameras did, on all ascents together.
    """

    def __init__(self, url: str, cameras: Sequence[str]) -> None:
        self.rate: float | None = None
        self.requests = self.lost = self.errors = 0
        self.moved_back = 0
        self._client = Client(url)
        self._cameras = cameras
        # Each ascent has a set of its own, so that what was sent before it ends elsewhere.
        self._on_domain: set[str] | None = None
        self._progress = asyncio.Event()

    @contextlib.asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Ask while it is entered."""
        clients = [asyncio.create_task(self._ask_on(n)) for n in range(_CLIENTS)]
        try:
            yield
        finally:
            for one in clients:
                one.cancel()
            await asyncio.gather(*clients, return_exceptions=True)
            self._client.close()

    def ascend(self) -> None:
        """Begin to look for cameras that move back; requests under way do not count for it."""
        self._on_domain = set()

    def descend(self) -> None:
        """Look no longer: cameras go back now, as they should."""
        self._on_domain = None

    async def answered(self, requests: int) -> None:
        """Return when there were so many requests."""
        while self.requests < requests:
            self._progress.clear()
            await self._progress.wait()

    async def ask(self, request: bytes) -> Answer | None:
        """Send one request, and count it; None when there was no answer."""
        try:
            answer = await self._client.ask(request)
        except NoAnswerError:
            answer = None
        self.requests += 1
        self._progress.set()
        if answer is None:
            self.lost += 1
        elif not 200 <= answer.status < 300:
            self.errors += 1
        return answer

    async def _ask_on(self, number: int) -> None:
        mine = self._cameras[number::_CLIENTS]
        turn = number * 7
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if self.rate:
                # One that is late does not make up for it: that would be a burst.
                due = max(due + _CLIENTS / self.rate, loop.time())
                await asyncio.sleep(due - loop.time())
            turn += 1
            camera_id = mine[turn % len(mine)]
            on_domain = self._on_domain
            if turn % _LISTS == 0:
                await self.ask(_LIST)
                continue
            request = change_of(camera_id, turn) if turn % _CHANGES == 1 else status_of(camera_id)
            answer = await self.ask(request)
            if answer is None or on_domain is None or on_domain is not self._on_domain:
                continue
            path = answer.headers.get(PATH)
            if path == "domain":
                on_domain.add(camera_id)
            elif path == "legacy" and camera_id in on_domain:
                on_domain.discard(camera_id)
                self.moved_back += 1
