"""The split guard: takes a context's requests from a domain that is down, and gives them back.

Needed before the monolith only: it speaks no gRPC, so Envoy cannot ask it in
domain's place within the same request.
"""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from gateway.envoy.files import hold_back, read_routing
from gateway.envoy.topology import Topology
from gateway.monitoring.services import Services
from gateway.rollout.split import CONTEXTS
from servicekit.threads import Threads

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 0.5
# In a row: quick to take away, slower to give back.
DOWN_AFTER = 2
UP_AFTER = 3


@dataclass(frozen=True)
class Watch:
    """What was seen of one domain service: its state, and the sights in a row against it."""

    down: bool = False
    against: int = 0

    def seen(self, serving: bool) -> "Watch":
        """Return the watch after one more sight."""
        if serving is not self.down:
            return Watch(self.down)
        against = self.against + 1
        if against >= (UP_AFTER if self.down else DOWN_AFTER):
            return Watch(not self.down)
        return Watch(self.down, against)


class SplitGuard:
    """Watches the domain services and holds back what is down."""

    def __init__(
        self, topology: Topology, directory: Path, services: Services, threads: Threads
    ) -> None:
        self._topology = topology
        self._directory = directory
        self._services = services
        self._threads = threads

    async def run(self) -> None:
        """Watch until cancelled."""
        watches = {context: Watch() for context in CONTEXTS}
        while True:
            try:
                for context in CONTEXTS:
                    serving = await self._services.serves(f"{context}/domain")
                    watches[context] = watches[context].seen(serving)
                await self._apply(frozenset(c for c in CONTEXTS if watches[c].down))
            except (OSError, ValueError, KeyError) as error:  # no disk space, no such file
                log.error("cannot read or write the routes, trying again: %r", error)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _apply(self, down: frozenset[str]) -> None:
        """Make the routes hold back what is down, whoever wrote them last."""
        now = await self._threads(read_routing, self._directory)
        if down == now.held_back:
            return
        await self._threads(hold_back, self._topology, down, self._directory)
        for context in sorted(down - now.held_back):
            log.error("%s/domain is down: all its requests go to the old server", context)
        for context in sorted(now.held_back - down):
            percent = now.split.domain(context)
            log.info("%s/domain is back: it gets its %d %% again", context, percent)
