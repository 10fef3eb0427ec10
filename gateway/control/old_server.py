"""Whether the old HTTP server serves, as its clients find it: slow is not dead."""

import asyncio
import enum
from dataclasses import dataclass

import httpx

# One event loop that a route blocks for a second or two answers nothing meanwhile.
PATIENCE_SECONDS = 5.0
INTERVAL_SECONDS = 1.0
# In a row, until it counts as down.
REFUSED, SILENT = 2, 3
PATH = "/api/ping"


class Sight(enum.Enum):
    """What one look at it found: any HTTP answer, no connection, or no answer in time."""

    ANSWERED = enum.auto()
    REFUSED = enum.auto()
    SILENT = enum.auto()


@dataclass(frozen=True)
class Seen:
    """What the last looks found. Pure."""

    serving: bool = True
    refused: int = 0
    silent: int = 0

    def then(self, sight: Sight) -> "Seen":
        """Return what is known after one more look."""
        if sight is Sight.ANSWERED:
            return Seen()
        refused = self.refused + (sight is Sight.REFUSED)
        silent = self.silent + (sight is Sight.SILENT)
        down = refused >= REFUSED or silent >= SILENT
        return Seen(self.serving and not down, refused, silent)


class OldServerWatch:
    """Looks again and again, since a patient look takes longer than a question may."""

    def __init__(self, address: str) -> None:
        """address: "host:port"."""
        self._url = f"http://{address}{PATH}"
        self._http = httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False)
        self._seen = Seen()
        self._looked = asyncio.Event()

    async def serving(self) -> bool:
        """Does it serve? Waits for the first look, and for no other."""
        await self._looked.wait()
        return self._seen.serving

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self._seen = self._seen.then(await self._look())
            self._looked.set()
            await asyncio.sleep(INTERVAL_SECONDS)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def _look(self) -> Sight:
        try:
            await self._http.get(self._url)
        except httpx.TimeoutException:
            return Sight.SILENT
        except httpx.HTTPError:
            return Sight.REFUSED
        return Sight.ANSWERED
