"""The stopwatch of one round."""

from collections.abc import Callable
from random import Random


class Watch:
    """Notes when the fault came and when it was repaired; `random` decides what chance decides."""

    def __init__(self, random: Random, clock: Callable[[], float], begin: Callable[[], None]):
        self.random = random
        self._clock = clock
        self._begin = begin
        self._since: float | None = None
        self.seconds: float | None = None

    def fault(self) -> None:
        """The fault comes now: requests count from here on."""
        self._begin()
        self._since = self._clock()

    def over(self) -> None:
        """The fault is taken away now: the time to repair counts from here on."""
        self._since = self._clock()

    def repaired(self) -> None:
        """All is well again."""
        assert self._since is not None
        self.seconds = self._clock() - self._since
