"""The parts of a call that take time: `with step("camera.db write"):` where they are.

Outside of a call that is traced it costs two look-ups. The parts become spans
only if the call's own span is kept (servicekit.telemetry).
"""

import time
from contextvars import ContextVar
from types import TracebackType
from typing import NamedTuple, Self

# A stream goes on for hours; what it does is told by its first parts.
_MOST = 100


class Step(NamedTuple):
    """One part: its name, and when it was, in nanoseconds of Unix time."""

    name: str
    started_ns: int
    ended_ns: int


_steps: ContextVar[list[Step] | None] = ContextVar("steps", default=None)


def collect() -> list[Step]:
    """Begin to note the parts of the call that runs; return the list that they are noted in."""
    steps: list[Step] = []
    _steps.set(steps)
    return steps


class step:  # noqa: N801 - it reads as a statement
    """Notes the block as a part of the call that runs, if one is traced."""

    __slots__ = ("_name", "_started_ns", "_steps")

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> Self:
        self._steps = _steps.get()
        if self._steps is not None:
            self._started_ns = time.time_ns()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        steps = self._steps
        if steps is not None and len(steps) < _MOST:
            steps.append(Step(self._name, self._started_ns, time.time_ns()))


def nested(steps: list[Step]) -> list[tuple[Step, int | None]]:
    """Return the steps by start, each with the place of the one it is part of. Pure."""
    ordered = sorted(steps, key=lambda one: (one.started_ns, -one.ended_ns))
    found: list[tuple[Step, int | None]] = []
    around: list[int] = []
    for place, one in enumerate(ordered):
        while around and ordered[around[-1]].ended_ns < one.ended_ns:
            around.pop()
        found.append((one, around[-1] if around else None))
        around.append(place)
    return found
