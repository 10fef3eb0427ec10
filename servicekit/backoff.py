"""How long to wait before the next try: twice as long after each failure in a row."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Waits in seconds: `first`, then twice as long each time, up to `longest`.

    sooner, later: the shares of a wait that chance may take away and add, so
    that those who failed together do not come back together.
    """

    first: float
    longest: float
    sooner: float = 0.0
    later: float = 0.0

    def delay(self, failures: int, chance: float = 0.0) -> float:
        """Return seconds to wait after so many failures in a row; `chance` is 0 to 1."""
        # 2 ** 1000 would be computed, slowly; nothing changes after a few doublings.
        full = min(self.first * 2 ** min(failures - 1, 30), self.longest)
        return min(full * (1 + self.later * chance - self.sooner * chance), self.longest)
