"""Takes Envoy's audit log up, as long as the control process runs."""

import asyncio
import logging
from pathlib import Path

from gateway.audit.intake import take_up
from gateway.audit.store import AuditStore, OvertakenError
from gateway.proxy.admin import Admin, AdminError
from servicekit.database.trouble import DatabaseTroubleError
from servicekit.threads import Threads
from servicekit.upkeep import Trouble

log = logging.getLogger(__name__)

# Envoy writes its lines out as often.
INTERVAL_SECONDS = 0.5


class Keeping:
    """Background work; lines that cannot be taken up stay in Envoy's log until they can."""

    def __init__(self, path: Path, store: AuditStore, envoy: Admin, threads: Threads) -> None:
        self._path = path
        self._store = store
        self._envoy = envoy
        self._threads = threads
        self._is_prepared = False
        self._trouble = Trouble(
            log.error, "the audit log is not written, and goes on when it can be: %s"
        )

    async def run(self) -> None:
        """Take up what is new, again and again."""
        while True:
            try:
                if await self._threads(self._take_up):
                    await self._envoy.reopen_logs()
                self._trouble.is_over()
            except (DatabaseTroubleError, OvertakenError, OSError, AdminError) as error:
                self._trouble.is_there(str(error))
            await asyncio.sleep(INTERVAL_SECONDS)

    def _take_up(self) -> bool:
        if not self._is_prepared:
            self._store.prepare()
            self._is_prepared = True
        return take_up(self._path, self._store)
