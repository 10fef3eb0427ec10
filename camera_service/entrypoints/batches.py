"""Statuses of many cameras at once, without keeping others from theirs.

A status is a `stat` and a poll: all of it is the interpreter's work, of which one thread does as
much as many. Many would only take it from the event loop, which then misses the gateway's looks at
its health. So there is one thread, and a large batch gets it for a slice at a time: a smaller one
that comes later need not wait for the whole.
"""

from collections.abc import Callable
from itertools import islice
from typing import TypeVar

from camera_service.application.conditions import look
from camera_service.application.ports import CameraObservation
from camera_service.domain.condition import Condition, Conditions
from camera_service.domain.entry import check_asked_ids
from camera_service.domain.results import WorkerStatus
from servicekit import scopes
from servicekit.threads import Threads

# Each costs some 5 µs; the event loop is not to be held for much longer than a hop takes.
MAX_INLINE_STATUSES = 100
SLICE = 500

Statuses = dict[str, WorkerStatus]
R = TypeVar("R")


class Batches:
    """The batches of one service."""

    def __init__(self, observation: CameraObservation) -> None:
        self._observation = observation
        self._turns = Threads(1, "batches")

    async def __call__(
        self, asked: object, encode: Callable[[Statuses, Conditions | None], R], conditions: bool
    ) -> R:
        """Return the statuses of the cameras that are asked for, encoded; of all for none.

        conditions: say how each stands, too, which reads a file for each.
        """
        told = self._condition if conditions else None
        return await self._asked(asked, lambda statuses: encode(statuses, told), not conditions)

    async def _asked(self, asked: object, encode: Callable[[Statuses], R], at_once: bool) -> R:
        if at_once and isinstance(asked, list) and 0 < len(asked) <= MAX_INLINE_STATUSES:
            return encode(self._observation.batch_status(_wanted(asked)))
        wanted = await self._turns(_wanted, asked)
        if wanted is None:
            return await self._turns(self._all, encode)
        found: Statuses = {}
        left = iter(wanted)
        while piece := list(islice(left, SLICE)):
            found |= await self._turns(self._observation.batch_status, piece)
        return await self._turns(encode, found)

    def _condition(self, camera_id: str) -> Condition:
        return look(self._observation, camera_id)[2]

    def close(self) -> None:
        """Wait for the turn that runs."""
        self._turns.close()

    def _all(self, encode: Callable[[Statuses], R]) -> R:
        statuses = self._observation.batch_status(None)
        return encode({one: statuses[one] for one in scopes.current().within(statuses, str)})


def _wanted(asked: object) -> list[str] | None:
    """Return the ids, None for all; each must be one that the caller may ask for."""
    wanted = check_asked_ids(asked)
    for camera_id in wanted or ():
        scopes.current().require(camera_id)
    return wanted
