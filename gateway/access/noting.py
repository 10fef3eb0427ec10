"""Notes when tokens were used, as long as the control process runs."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from gateway.access.place import AccessPlace
from gateway.access.store import TokensUnreadableError
from gateway.access.uses import note_uses
from servicekit.threads import Threads
from servicekit.upkeep import Trouble

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 10.0


class Noting:
    """Background work. taken: gives what was used since it was asked last, by id, and when."""

    def __init__(
        self, place: AccessPlace, taken: Callable[[], Mapping[str, float]], threads: Threads
    ) -> None:
        self._place = place
        self._taken = taken
        self._threads = threads
        self._seen: dict[str, float] = {}
        self._trouble = Trouble(log.error, "when tokens were used is not noted: %s")

    async def run(self) -> None:
        """Note what is new, again and again; what cannot be written is the next time."""
        while True:
            self._seen |= self._taken()
            if self._seen:
                await self._note()
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _note(self) -> None:
        try:
            await self._threads(note_uses, self._place, self._seen)
            self._seen = {}
            self._trouble.is_over()
        except (OSError, TokensUnreadableError) as error:
            self._trouble.is_there(str(error))
