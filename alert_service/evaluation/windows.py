"""What a condition remembers of the events it is about, and when it holds. Pure.

Each holds no more than it needs to know when it next changes, however many events come.
"""

from bisect import insort
from collections.abc import Callable
from typing import Protocol

from alert_service.evaluation.event import Event

NEVER = float("inf")


class Window(Protocol):
    """What is remembered for one rule and one camera. Times are Unix seconds."""

    def observe(self, event: Event) -> bool:
        """Take in an event that the rule is about; it may be older than those before.

        Returns whether it speaks for the condition.
        """

    def holds(self, at: float) -> bool:
        """Is the condition true at a time that is not before the newest event?"""

    def counted(self, at: float) -> int:
        """Return by how many events the condition is true; none where it is without one."""

    def changes_after(self, at: float) -> float:
        """Return when it will change if no event comes, later than `at`; NEVER if not."""

    def resume(self, at: float) -> None:
        """Take notice that nobody listened until now: silence before it means nothing."""

    def copy(self) -> "Window":
        """Return one that changes by itself."""

    def to_json(self) -> list[float]:
        """Return what `restore` takes."""

    def restore(self, known: list[float]) -> None:
        """Go on with what was known."""


class Count:
    """Holds while at least `threshold` events are no older than `seconds`."""

    __slots__ = ("_seconds", "_threshold", "_times")

    def __init__(self, threshold: int, seconds: float) -> None:
        self._threshold, self._seconds = threshold, seconds
        # The newest, no more than decide.
        self._times: list[float] = []

    def observe(self, event: Event) -> bool:
        times = self._times
        if not times or event.time >= times[-1]:
            times.append(event.time)
        else:
            insort(times, event.time)
        if len(times) > self._threshold:
            del times[0]
        return True

    def holds(self, at: float) -> bool:
        return len(self._times) >= self._threshold and at < self._ends()

    def counted(self, at: float) -> int:
        return len(self._times) if self.holds(at) else 0

    def changes_after(self, at: float) -> float:
        return self._ends() if self.holds(at) else NEVER

    def resume(self, at: float) -> None:
        """Nothing: events that did not come only make it hold less."""

    def copy(self) -> "Count":
        other = Count(self._threshold, self._seconds)
        other._times = self._times.copy()
        return other

    def to_json(self) -> list[float]:
        return self._times.copy()

    def restore(self, known: list[float]) -> None:
        self._times = sorted(known)[-self._threshold :]

    def _ends(self) -> float:
        """Return when the oldest that decides is too old."""
        return self._times[0] + self._seconds


class Stretch:
    """Holds while events follow each other, and have for `seconds`, in at least `fewest` of them.

    gap: so many seconds without one end the stretch.
    """

    __slots__ = ("_count", "_fewest", "_first", "_gap", "_last", "_seconds")

    def __init__(self, seconds: float, fewest: int, gap: float) -> None:
        self._seconds, self._fewest, self._gap = seconds, fewest, gap
        self._first = self._last = -NEVER
        self._count = 0

    def observe(self, event: Event) -> bool:
        if event.time > self._last + self._gap:
            self._first, self._count = event.time, 0
        elif event.time < self._first - self._gap:
            return False  # of an earlier stretch, that is over
        self._first, self._last = min(self._first, event.time), max(self._last, event.time)
        self._count += 1
        return True

    def holds(self, at: float) -> bool:
        long_enough = self._last - self._first >= self._seconds
        return long_enough and self._count >= self._fewest and at < self._last + self._gap

    def counted(self, at: float) -> int:
        return self._count if self.holds(at) else 0

    def changes_after(self, at: float) -> float:
        return self._last + self._gap if self.holds(at) else NEVER

    def resume(self, at: float) -> None:
        """Nothing: a stretch that nobody saw go on is over."""

    def copy(self) -> "Stretch":
        other = Stretch(self._seconds, self._fewest, self._gap)
        other.restore(self.to_json())
        return other

    def to_json(self) -> list[float]:
        return [self._first, self._last, float(self._count)] if self._count else []

    def restore(self, known: list[float]) -> None:
        if known:
            self._first, self._last, self._count = known[0], known[1], int(known[2])


class Silence:
    """Holds while nothing was reported for `seconds`."""

    __slots__ = ("_heard", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._heard = NEVER

    def observe(self, event: Event) -> bool:
        self._heard = event.time if self._heard == NEVER else max(self._heard, event.time)
        return False

    def holds(self, at: float) -> bool:
        return at >= self._heard + self._seconds

    def counted(self, at: float) -> int:
        return 0

    def changes_after(self, at: float) -> float:
        return NEVER if self.holds(at) else self._heard + self._seconds

    def resume(self, at: float) -> None:
        self._heard = at if self._heard == NEVER else max(self._heard, at)

    def copy(self) -> "Silence":
        other = Silence(self._seconds)
        other._heard = self._heard
        return other

    def to_json(self) -> list[float]:
        return [] if self._heard == NEVER else [self._heard]

    def restore(self, known: list[float]) -> None:
        if known:
            self._heard = known[0]


class Level:
    """Holds from an event that says so until one that says otherwise.

    says: what an event tells, given what held before. seconds: so long after the last event
    nothing is known any more; then it is as `unknown` says, or as it was if that is None.
    """

    __slots__ = ("_at", "_heard", "_held", "_says", "_seconds", "_unknown")

    def __init__(
        self,
        says: Callable[[Event, bool], bool],
        seconds: float = NEVER,
        unknown: bool | None = None,
    ) -> None:
        self._says, self._seconds, self._unknown = says, seconds, unknown
        self._held, self._at = False, -NEVER
        # Since when nothing more was reported, or nobody listened.
        self._heard = -NEVER

    def observe(self, event: Event) -> bool:
        if event.time < self._at:
            return False  # what came later was heard before
        self._held, self._at = self._says(event, self._held), event.time
        self._heard = max(self._heard, event.time)
        return self._held

    def holds(self, at: float) -> bool:
        if self._unknown is not None and at >= self._heard + self._seconds:
            return self._unknown
        return self._held

    def counted(self, at: float) -> int:
        return int(self._held and self.holds(at))

    def changes_after(self, at: float) -> float:
        ends = self._heard + self._seconds
        if self._unknown is None or at >= ends or self._unknown is self._held:
            return NEVER
        return ends

    def resume(self, at: float) -> None:
        self._heard = max(self._heard, at)

    def copy(self) -> "Level":
        other = Level(self._says, self._seconds, self._unknown)
        other._held, other._at, other._heard = self._held, self._at, self._heard
        return other

    def to_json(self) -> list[float]:
        return [float(self._held), self._heard, *([self._at] if self._at != -NEVER else [])]

    def restore(self, known: list[float]) -> None:
        if known:
            self._held, self._heard = bool(known[0]), known[1]
            self._at = known[2] if len(known) > 2 else -NEVER
