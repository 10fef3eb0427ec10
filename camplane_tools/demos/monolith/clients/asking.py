"""How a client asks for cameras and rules: counted, and judged as far as any answer can be."""

import time
from collections.abc import Container
from typing import Any

from camplane_tools.demos.monolith.counts import FAILED, Counts, Sighting
from camplane_tools.demos.monolith.outcomes import Outcome, outcome
from camplane_tools.harness.api import Answer, Api

# So often is the old server asked again for what it read from a file that it was writing.
TORN_TRIES = 10


class Asking:
    """thing: "cameras" or "alert rules"."""

    def __init__(self, api: Api, counts: Counts, thing: str) -> None:
        self._api = api
        self.counts = counts
        self.reads, self.writes = f"{thing}, reads", f"{thing}, writes"

    async def read(
        self,
        path: str,
        camera_id: str = "",
        method: str = "GET",
        body: Any = None,
    ) -> Answer:
        """Ask for something; a failure is noted. camera_id: of the camera that it is about."""
        answer = await self._ask(self.reads, method, path, body, camera_id)
        if answer.failed:
            text = f"{method} {path}: {answer.status} {answer.json}"
            self.counts.found(self.reads, FAILED, text)
        return answer

    async def write(
        self,
        method: str,
        path: str,
        body: Any = None,
        camera_id: str = "",
        kind: str = "",
        torn: Container[int] = (),
    ) -> tuple[Outcome, Answer]:
        """Change something; what is neither done nor refused in words is noted.

        torn: statuses that the old server gives while it writes its file itself.
        """
        kind = kind or self.writes
        answer = await self._ask(kind, method, path, body, camera_id)
        for _ in range(TORN_TRIES):
            if answer.path != "legacy" or answer.status not in torn:
                break
            self.counts.torn += 1
            answer = await self._ask(kind, method, path, body, camera_id)
        became = outcome(answer.status, answer.json)
        text = f"{method} {path}: {answer.status} {answer.json}, by {answer.path}"
        match became:
            case Outcome.REFUSED:
                self.counts.refused[kind] += 1
            case Outcome.UNKNOWN:
                self.counts.unknown[kind] += 1
            case Outcome.FAILED:
                self.counts.found(kind, FAILED, text)
            case Outcome.ANSWERED:
                self.counts.expect(kind, answer.status == 200, text)
        return became, answer

    async def _ask(self, kind: str, method: str, path: str, body: Any, camera_id: str) -> Answer:
        began = time.time()
        with self.counts.one(kind):
            answer = await self._api.ask("", method, path, body)
        if camera_id and answer.path and not answer.fell_back:
            seen = Sighting(camera_id, began, time.time(), answer.path)
            self.counts.sightings.append(seen)
        return answer
