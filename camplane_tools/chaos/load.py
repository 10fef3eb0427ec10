"""The load: clients that send one request after the other while a gate is open."""

import asyncio
from collections.abc import Sequence
from random import Random

from camplane_tools.chaos.client import Client
from camplane_tools.chaos.ledger import Ledger
from camplane_tools.chaos.tally import Tally
from camplane_tools.harness.api import Api

CLIENTS = 4
# Between two requests of one client.
_PAUSE_SECONDS = (0.02, 0.08)


class Load:
    """All clients. `tally` counts what they send."""

    def __init__(self, api: Api, ledger: Ledger, seed: int, film: str, shared: list[str]) -> None:
        self.tally = Tally()
        self._random = Random(seed)  # noqa: S311
        self._shared = shared
        self._gate = asyncio.Event()
        self._clients = [
            Client(number, Random(f"{seed}/{number}"), api, ledger, self.tally, film)  # noqa: S311
            for number in range(CLIENTS)
        ]
        self._at_work = 0
        self._all_rest = asyncio.Event()

    async def run(self) -> None:
        """Run until cancelled."""
        await asyncio.gather(*(self._run(client) for client in self._clients))

    async def _run(self, client: Client) -> None:
        while True:
            await self._gate.wait()
            self._at_work += 1
            self._all_rest.clear()
            await client.step(self._shared)
            self._at_work -= 1
            if not self._at_work:
                self._all_rest.set()
            await asyncio.sleep(self._random.uniform(*_PAUSE_SECONDS))

    def open(self) -> None:
        """Let the clients send requests."""
        self._gate.set()

    async def close(self) -> None:
        """Return when no request is under way and none will be sent."""
        self._gate.clear()
        while self._at_work:
            await self._all_rest.wait()

    def learn_ids(self, rules: Sequence[tuple[str, int]]) -> None:
        """Tell the clients the ids of rules: of one, the answer may not have come."""
        for client in self._clients:
            client.learn_ids(rules)
